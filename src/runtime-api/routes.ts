import { type Route, route } from '../http/router.ts';
import { initError } from './runtime/init-error.ts';
import { invocationError } from './runtime/invocation-error.ts';
import { invocationNext } from './runtime/invocation-next.ts';
import { invocationResponse } from './runtime/invocation-response.ts';
import type { RuntimeCall } from './runtime-call.ts';
import { pong } from './status-response.ts';

/** The whole of the Runtime API (AWS docs: "Using the Lambda runtime API for custom runtimes"). */
export const routes: readonly Route<RuntimeCall>[] = [
  route('GET', '/2018-06-01/runtime/invocation/next', invocationNext),
  route('POST', '/2018-06-01/runtime/invocation/:requestId/response', invocationResponse),
  route('POST', '/2018-06-01/runtime/invocation/:requestId/error', invocationError),
  route('POST', '/2018-06-01/runtime/init/error', initError),
  route('GET', '/2018-06-01/ping', () => pong),
];
