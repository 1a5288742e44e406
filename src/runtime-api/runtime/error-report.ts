import { type FunctionError, isWellFormedErrorType, parseErrorReport } from '../../environment/function-error.ts';
import { parseXRayCause, type XRayCause } from '../../environment/xray-cause.ts';
import type { ViolationRule } from '../../transcript/transcript.ts';
import { headerOf, sent } from '../headers.ts';
import type { RuntimeCall } from '../runtime-call.ts';

const errorCauseType = 'application/vnd.aws.lambda.error.cause+json';

export interface ErrorReport {
  readonly error: FunctionError;
  readonly errorTypeHeader: string | undefined;
  readonly xrayCause: XRayCause | undefined;
}

/** Reads what was posted to `/error` or `/init/error`, and records what is wrong with it. */
export function readErrorReport(call: RuntimeCall, body: Buffer): ErrorReport {
  const { request } = call;
  const errorTypeHeader = headerOf(request, sent.errorType);
  const carriesCause = headerOf(request, 'content-type') === errorCauseType;
  const { error, flaws } = parseErrorReport(body.toString(), errorTypeHeader);
  const { errorCause, ...rest } = error;
  const causeText = carriesCause ? JSON.stringify(errorCause) : headerOf(request, sent.xrayCause);
  const xrayCause = causeText === undefined ? undefined : parseXRayCause(causeText);

  for (const flaw of flaws) violate(call, flaw, flawMessages[flaw]);
  if (errorTypeHeader !== undefined && !isWellFormedErrorType(errorTypeHeader)) {
    violate(call, 'error-type-header-malformed', `sent the error type "${errorTypeHeader}" in a header`);
  }
  if (causeText !== undefined && !xrayCause)
    violate(call, 'xray-cause-invalid', 'sent an X-Ray cause that cannot be used');
  return { error: carriesCause ? (rest as FunctionError) : error, errorTypeHeader, xrayCause };
}

const flawMessages = {
  'error-not-json': 'posted an error report that is not a JSON object',
  'error-type-missing': 'posted an error report without an errorType',
  'error-type-unstable': 'named the error by an address in memory, or in several lines',
  'error-message-missing': 'posted an error report without an errorMessage',
} as const;

function violate({ environment, exchange }: RuntimeCall, rule: ViolationRule, message: string): void {
  environment.violate(rule, message, exchange);
}
