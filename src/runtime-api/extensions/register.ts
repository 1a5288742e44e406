import { parseObject } from '../../environment/json-object.ts';
import { Refusal, truncated } from '../../environment/refusal.ts';
import type { Reply } from '../../http/router.ts';
import { extensionHeaders, headerOf } from '../headers.ts';
import { type RuntimeCall, readWholeBody } from '../runtime-call.ts';
import { registered } from '../status-response.ts';

/** `POST /2020-01-01/extension/register`: for extensions inside the runtime's process, before its first `/next`. */
export async function register(call: RuntimeCall): Promise<Reply> {
  const { request, environment, functionNames } = call;
  const { end, body } = await readWholeBody(call);
  if (end === 'aborted') throw truncated();
  const name = headerOf(request, extensionHeaders.name) ?? '';
  const identifier = environment.registerExtension(name, eventsIn(body.toString()));
  return registered(identifier, functionNames);
}

function eventsIn(text: string): readonly string[] {
  const body = parseObject(text);
  if (!body) throw new Refusal('InvalidRequestFormat', 'the body is not a JSON object');
  const { events } = body;
  if (events === undefined || events === null) return [];
  if (Array.isArray(events) && events.every((event) => typeof event === 'string')) return events;
  throw new Refusal('InvalidRequestFormat', 'events is not a list of strings');
}
