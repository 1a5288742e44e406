import { type Route, route } from '../http/router.ts';
import { eventNext } from './extensions/event-next.ts';
import { register } from './extensions/register.ts';
import { initError } from './runtime/init-error.ts';
import { invocationError } from './runtime/invocation-error.ts';
import { invocationNext } from './runtime/invocation-next.ts';
import { invocationResponse } from './runtime/invocation-response.ts';
import type { RuntimeCall } from './runtime-call.ts';
import { pong } from './status-response.ts';

/**
 * The whole of the Runtime API (AWS docs: "Using the Lambda runtime API for custom runtimes"), and of the Extensions API
 * what a client needs to be sent SIGTERM.
 */
export const routes: readonly Route<RuntimeCall>[] = [
  route('GET', '/2018-06-01/runtime/invocation/next', invocationNext),
  route('POST', '/2018-06-01/runtime/invocation/:requestId/response', invocationResponse),
  route('POST', '/2018-06-01/runtime/invocation/:requestId/error', invocationError),
  route('POST', '/2018-06-01/runtime/init/error', initError),
  route('POST', '/2020-01-01/extension/register', register),
  route('GET', '/2020-01-01/extension/event/next', eventNext),
  route('GET', '/2018-06-01/ping', () => pong),
];
