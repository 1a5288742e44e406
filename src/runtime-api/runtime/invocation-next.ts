import type { Invocation } from '../../environment/invocation.ts';
import type { Poll } from '../../environment/invocation-queue.ts';
import { eventHeaders } from '../headers.ts';
import type { RuntimeCall } from '../runtime-call.ts';

/** `GET /2018-06-01/runtime/invocation/next`: waits for an event, for ever if need be. */
export function invocationNext({ response, exchange, environment, respond }: RuntimeCall): undefined {
  let delivered: Invocation | undefined;
  const poll: Poll = {
    deliver(invocation) {
      delivered = invocation;
      exchange.requestId = invocation.requestId;
      respond({ status: 200, headers: eventHeaders(invocation), body: invocation.request.event });
    },
  };
  response.on('finish', () => {
    if (delivered) environment.deliverySucceeded(delivered);
  });
  response.on('close', () => {
    if (!delivered) environment.forget(poll);
    else if (!response.writableFinished) environment.deliveryLost(delivered);
  });
  environment.next(poll, exchange);
}
