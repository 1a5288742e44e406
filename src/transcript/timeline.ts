import { type Exchange, previewBytes, type TranscriptEntry } from './transcript.ts';

const longestPreview = 120;

/** The transcript as text, one line an entry: when, who, what. */
export function timeline(entries: readonly TranscriptEntry[], dropped = 0): string {
  const lines = entries.map((entry) => `${formatMs(entry.timeMs).padStart(12)}  ${describe(entry)}`);
  if (dropped > 0) lines.unshift(`              (${dropped} earlier entries were dropped)`);
  return lines.join('\n');
}

/** Milliseconds as a person reads them. */
export function formatMs(ms: number): string {
  return `${ms.toFixed(ms < 100 ? 1 : 0)} ms`;
}

function describe(entry: TranscriptEntry): string {
  switch (entry.type) {
    case 'exchange':
      return `runtime → ${describeExchange(entry)}`;
    case 'violation':
      return `VIOLATION ${entry.rule}: ${entry.message}`;
    case 'platform.initStart':
      return `init      started: ${entry.runtime}`;
    case 'platform.initReport':
      return `init      ${entry.status} after ${formatMs(entry.durationMs)}${suffix(entry.errorType)}`;
    case 'invocation.queued':
      return `test    → invoke ${entry.requestId} (${entry.eventBytes} bytes)`;
    case 'platform.start':
      return `invoke    ${entry.requestId} delivered to the runtime`;
    case 'invocation.responded':
      return `invoke    ${entry.requestId} answered by ${entry.kind}${suffix(entry.errorType)}`;
    case 'platform.runtimeDone':
      return `invoke    ${entry.requestId} ended: ${entry.status} after ${formatMs(entry.durationMs)}${suffix(entry.errorType)}`;
    case 'invocation.discarded':
      return `invoke    ${entry.requestId} discarded: ${entry.reason}`;
    case 'runtime.started':
      return `process   started${entry.pid === undefined ? '' : `, pid ${entry.pid}`}`;
    case 'runtime.exited':
      return `process   exited: ${entry.signal ? `signal ${entry.signal}` : `code ${entry.exitCode}`}`;
    case 'runtime.stopping':
      return `process   being stopped: ${entry.reason}`;
    case 'runtime.stopped':
      return 'process   stopped';
  }
}

function describeExchange({ method, path, response, aborted, requestBody, requestBytes }: Exchange): string {
  const body =
    requestBytes === 0
      ? ''
      : ` ${preview(requestBody)}${requestBytes > previewBytes ? ` (${requestBytes} bytes)` : ''}`;
  return `${method} ${path}${body} → ${describeEnd(response, aborted)}`;
}

function describeEnd(response: Exchange['response'], aborted: Exchange['aborted']): string {
  if (aborted) return 'the client hung up';
  if (!response) return 'waiting';
  const body = response.status < 400 ? '' : ` ${preview(response.body)}`;
  return `${response.status}${body}${response.waitedMs < 1 ? '' : ` after ${formatMs(response.waitedMs)}`}`;
}

function preview(text: string): string {
  const line = text.trimEnd().replaceAll(/\s*\n\s*/g, ' ⏎ ');
  return line.length <= longestPreview ? line : `${line.slice(0, longestPreview)}…`;
}

function suffix(errorType: string | undefined): string {
  return errorType === undefined ? '' : ` (${errorType})`;
}
