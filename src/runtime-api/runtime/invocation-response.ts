import type { Invocation } from '../../environment/invocation.ts';
import { Refusal } from '../../environment/refusal.ts';
import type { Reply } from '../../http/router.ts';
import { headerOf, sent } from '../headers.ts';
import { type RuntimeCall, readBody } from '../runtime-call.ts';
import { accepted } from '../status-response.ts';
import { answerTooLarge, answerTruncated } from './broken-answers.ts';
import { ResponseReceiver } from './response-receiver.ts';
import { checkForErrorInBody, errorInTrailers } from './stream-error.ts';

/** `POST /2018-06-01/runtime/invocation/{id}/response`: ID, state, mode and size are checked in this order. */
export async function invocationResponse(call: RuntimeCall, { requestId }: { requestId: string }): Promise<Reply> {
  const { request, exchange, environment, limits } = call;
  const invocationId = headerOf(request, sent.invocationId);
  const invocation = environment.beginAnswer('response', { requestId, invocationId }, exchange);
  const mode = headerOf(request, sent.responseMode) ?? '';
  if (mode !== '' && mode !== 'streaming') refuseMode(call, invocation, mode);
  const streamed = mode === 'streaming';
  const maxBytes = streamed ? limits.streamedBytes : limits.payloadBytes;
  const receiver = new ResponseReceiver(call, invocation, streamed);
  let isTooLarge = false;
  const end = await readBody(call, (chunk) => {
    if (isTooLarge) return undefined;
    if (exchange.requestBytes <= maxBytes) return receiver.push(chunk);
    isTooLarge = true;
    answerTooLarge(call, invocation, maxBytes);
    return undefined;
  });
  if (invocation.isSettled && !invocation.answer) throw new Refusal('InvokeTimeout', 'Invoke timeout');
  if (isTooLarge) {
    throw new Refusal('RequestEntityTooLarge', `Exceeded maximum allowed payload size (${maxBytes} bytes).`);
  }
  const error = end === 'complete' ? errorInTrailers(call) : undefined;
  receiver.end(end === 'complete' && !error);
  if (end === 'aborted') answerTruncated(call, invocation);
  const { prelude } = receiver;
  // Once: to put a large body together is to copy it.
  const body = invocation.body.bytes();
  if (error) {
    environment.answer(invocation, { ...error, partialBody: body, prelude });
    return accepted;
  }
  if (streamed) checkForErrorInBody(call, receiver.tail(body));
  const contentType = headerOf(request, 'content-type');
  environment.answer(invocation, {
    kind: 'response',
    body,
    bodyBytes: invocation.body.byteLength,
    contentType,
    streamed,
    prelude,
  });
  return accepted;
}

function refuseMode({ environment, exchange }: RuntimeCall, invocation: Invocation, mode: string): never {
  environment.violate('response-mode-invalid', `sent the response mode "${mode}"`, exchange);
  environment.answerBroken(invocation, {
    errorType: 'Runtime.InvalidResponseModeHeader',
    errorMessage: `The runtime sent the invalid response mode "${mode}".`,
  });
  throw new Refusal('InvalidFunctionResponseMode', 'Invalid function response mode');
}
