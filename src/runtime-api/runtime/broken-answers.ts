import type { Invocation } from '../../environment/invocation.ts';
import { truncated } from '../../environment/refusal.ts';
import type { RuntimeCall } from '../runtime-call.ts';

/** The limit is known to be passed before the body ends: the invocation need not wait for the rest. */
export function answerTooLarge({ environment, exchange }: RuntimeCall, invocation: Invocation, maxBytes: number): void {
  if (invocation.isSettled) return;
  environment.violate('body-too-large', `posted a body of more than ${maxBytes} bytes`, exchange);
  environment.answerBroken(invocation, {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${maxBytes} bytes).`,
  });
}

export function answerTruncated({ environment, exchange }: RuntimeCall, invocation: Invocation): never {
  if (!invocation.isSettled) {
    environment.violate(
      'body-truncated',
      `closed the connection after ${exchange.requestBytes} bytes of its answer`,
      exchange,
    );
    environment.answerBroken(invocation, {
      errorType: 'Runtime.TruncatedResponse',
      errorMessage: `The connection was closed after ${exchange.requestBytes} bytes of the answer.`,
    });
  }
  throw truncated();
}
