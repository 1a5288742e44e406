import { truncated } from '../../environment/refusal.ts';
import type { Reply } from '../../http/router.ts';
import { type RuntimeCall, readWholeBody } from '../runtime-call.ts';
import { accepted } from '../status-response.ts';
import { readErrorReport } from './error-report.ts';

/** `POST /2018-06-01/runtime/init/error`: only before the first `/next`; heard and ignored while stopping. */
export async function initError(call: RuntimeCall): Promise<Reply> {
  const { environment, exchange } = call;
  const { isIgnored } = environment.beginInitError(exchange);
  const { end, body } = await readWholeBody(call);
  if (isIgnored) return accepted;
  const { error } = readErrorReport(call, body);
  if (end === 'aborted') {
    environment.violate('body-truncated', 'closed the connection before its error report was complete', exchange);
  }
  environment.initError(error);
  if (end === 'aborted') throw truncated();
  return accepted;
}
