/** The numbers of the REPORT line that Lambda prints after each invocation, and the lines themselves. */
export interface InvocationReport {
  readonly requestId: string;
  readonly durationMs: number;
  /** Duration and init duration together, in whole milliseconds, rounded up. */
  readonly billedDurationMs: number;
  readonly memorySizeMb: number;
  /** The most memory the runtime's own process has held so far, in MB; only where it can be measured (Linux). */
  readonly maxMemoryUsedMb?: number;
  readonly initDurationMs?: number;
  readonly status?: 'timeout' | 'error';
  readonly errorType?: string;
  /** The START, END and REPORT lines, as Lambda prints them (AWS docs: "Viewing CloudWatch logs for Lambda functions"). */
  readonly text: string;
}

export interface ReportFacts {
  readonly requestId: string;
  readonly functionVersion: string;
  readonly memorySizeMb: number;
  readonly durationMs: number;
  readonly initDurationMs: number | undefined;
  readonly maxMemoryUsedMb: number | undefined;
  readonly failure: { readonly status: 'timeout' | 'error'; readonly errorType: string } | undefined;
}

export function makeReport(facts: ReportFacts): InvocationReport {
  const { requestId, memorySizeMb, durationMs, initDurationMs, maxMemoryUsedMb, failure } = facts;
  const billedDurationMs = Math.ceil(durationMs + (initDurationMs ?? 0));
  return {
    requestId,
    durationMs,
    billedDurationMs,
    memorySizeMb,
    ...(maxMemoryUsedMb !== undefined && { maxMemoryUsedMb }),
    ...(initDurationMs !== undefined && { initDurationMs }),
    ...failure,
    text: reportText(facts, billedDurationMs),
  };
}

function reportText(facts: ReportFacts, billedDurationMs: number): string {
  const { requestId, functionVersion, memorySizeMb, durationMs, initDurationMs, maxMemoryUsedMb, failure } = facts;
  let text =
    `START RequestId: ${requestId} Version: ${functionVersion}\nEND RequestId: ${requestId}\n` +
    `REPORT RequestId: ${requestId}\tDuration: ${durationMs.toFixed(2)} ms\tBilled Duration: ${billedDurationMs} ms\t` +
    `Memory Size: ${memorySizeMb} MB\t`;
  if (maxMemoryUsedMb !== undefined) text += `Max Memory Used: ${maxMemoryUsedMb} MB\t`;
  if (initDurationMs !== undefined) text += `Init Duration: ${initDurationMs.toFixed(2)} ms\t`;
  if (failure) text += `Status: ${failure.status}\t`;
  if (failure?.status === 'error') text += `Error Type: ${failure.errorType}\t`;
  return `${text}\n`;
}
