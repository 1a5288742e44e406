import { parseErrorReport } from '../../environment/function-error.ts';
import type { ErrorAnswer, Invocation } from '../../environment/invocation.ts';
import { Refusal } from '../../environment/refusal.ts';
import type { Reply } from '../../http/router.ts';
import { headerOf, sent, trailerOf } from '../headers.ts';
import { type RuntimeCall, readBody } from '../runtime-call.ts';
import { accepted } from '../status-response.ts';
import { answerTooLarge, answerTruncated } from './broken-answers.ts';

/** `POST /2018-06-01/runtime/invocation/{id}/response`: ID, state, mode and size are checked in this order. */
export async function invocationResponse(call: RuntimeCall, { requestId }: { requestId: string }): Promise<Reply> {
  const { request, exchange, environment, limits } = call;
  const invocationId = headerOf(request, sent.invocationId);
  const invocation = environment.beginAnswer('response', { requestId, invocationId }, exchange);
  const mode = headerOf(request, sent.responseMode) ?? '';
  if (mode !== '' && mode !== 'streaming') refuseMode(call, invocation, mode);
  const streamed = mode === 'streaming';
  const maxBytes = streamed ? limits.streamedBytes : limits.payloadBytes;
  let isTooLarge = false;
  const end = await readBody(call, (chunk) => {
    if (invocation.body.byteLength + chunk.length <= maxBytes && !isTooLarge) {
      invocation.body.push(chunk);
    } else if (!isTooLarge) {
      isTooLarge = true;
      answerTooLarge(call, invocation, maxBytes);
    }
  });
  if (invocation.isSettled && !invocation.answer) throw new Refusal('InvokeTimeout', 'Invoke timeout');
  if (isTooLarge) {
    throw new Refusal('RequestEntityTooLarge', `Exceeded maximum allowed payload size (${maxBytes} bytes).`);
  }
  if (end === 'aborted') answerTruncated(call, invocation);
  const body = invocation.body.bytes();
  const error = errorInTrailers(call, body);
  const contentType = headerOf(request, 'content-type');
  environment.answer(invocation, error ?? { kind: 'response', body, contentType, streamed });
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

/** A stream that failed half-way ends with trailers that say why; Go's client sends them without streaming, too. */
function errorInTrailers({ request }: RuntimeCall, partialBody: Uint8Array): ErrorAnswer | undefined {
  const errorTypeHeader = trailerOf(request, sent.errorType);
  const encoded = trailerOf(request, sent.errorBody);
  if (!errorTypeHeader && !encoded) return undefined;
  const body = Buffer.from(encoded ?? '', 'base64');
  const { error } = parseErrorReport(body.toString(), errorTypeHeader);
  return { kind: 'error', error, body, errorTypeHeader, xrayCause: undefined, partialBody };
}
