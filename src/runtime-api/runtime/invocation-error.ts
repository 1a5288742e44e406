import { Refusal } from '../../environment/refusal.ts';
import type { Reply } from '../../http/router.ts';
import { headerOf, sent } from '../headers.ts';
import { type RuntimeCall, readWholeBody } from '../runtime-call.ts';
import { accepted } from '../status-response.ts';
import { answerTooLarge, answerTruncated } from './broken-answers.ts';
import { readErrorReport } from './error-report.ts';

/** `POST /2018-06-01/runtime/invocation/{id}/error` */
export async function invocationError(call: RuntimeCall, { requestId }: { requestId: string }): Promise<Reply> {
  const { request, exchange, environment, limits } = call;
  const invocationId = headerOf(request, sent.invocationId);
  const invocation = environment.beginAnswer('error', { requestId, invocationId }, exchange);
  const maxBytes = limits.payloadBytes;
  const { end, body } = await readWholeBody(call, maxBytes);
  if (invocation.isSettled) throw new Refusal('InvokeTimeout', 'Invoke timeout');
  if (end === 'aborted') answerTruncated(call, invocation);
  if (end === 'too-large') {
    answerTooLarge(call, invocation, maxBytes);
    throw new Refusal('RequestEntityTooLarge', `Exceeded maximum allowed payload size (${maxBytes} bytes).`);
  }
  environment.answer(invocation, { kind: 'error', body, ...readErrorReport(call, body) });
  return accepted;
}
