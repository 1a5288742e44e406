import { extensionHeaders, headerOf } from '../headers.ts';
import type { RuntimeCall } from '../runtime-call.ts';

/** `GET /2020-01-01/extension/event/next`: waits until the connection ends, since internal extensions get no events. */
export function eventNext({ request, response, environment }: RuntimeCall): undefined {
  const hungUp = environment.extensionWaits(headerOf(request, extensionHeaders.identifier));
  response.once('close', hungUp);
}
