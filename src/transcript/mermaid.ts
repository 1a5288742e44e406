import { shortPath } from './short-path.ts';
import { formatMs } from './timeline.ts';
import type { Exchange, TranscriptEntry } from './transcript.ts';

const longestText = 80;

/**
 * The transcript as a Mermaid sequence diagram: test, Runtime API and runtime, and what passed between them. Markdown that is
 * shown by GitHub draws it. With a `manualClock()` a run that is the same gives the same diagram.
 */
export function toMermaid(transcript: readonly TranscriptEntry[]): string {
  const lines = [
    'sequenceDiagram',
    'participant test as Test',
    'participant api as Runtime API',
    'participant runtime as Runtime',
  ];
  let isBusy = false;
  for (const step of stepsOf(transcript)) {
    const { arrow, activation } = drawn(step);
    if (arrow !== '') lines.push(arrow);
    if (activation === 'begins' && !isBusy) lines.push('activate runtime');
    if (activation === 'ends' && isBusy) lines.push('deactivate runtime');
    if (activation !== undefined) isBusy = activation === 'begins';
  }
  if (isBusy) lines.push('deactivate runtime');
  return lines.map((line, index) => (index === 0 ? line : `  ${line}`)).join('\n');
}

/** An entry, or the reply to an exchange, which is an arrow of its own, later. */
interface Step {
  readonly entry: TranscriptEntry;
  readonly isReply: boolean;
  readonly timeMs: number;
  /** What decides at the same moment, where a manual clock stands still: the entry that it belongs behind. */
  readonly index: number;
}

function stepsOf(transcript: readonly TranscriptEntry[]): Step[] {
  const steps = transcript.flatMap((entry, index): Step[] => {
    const step = { entry, isReply: false, timeMs: entry.timeMs, index };
    if (entry.type !== 'exchange' || !entry.response) return [step];
    const timeMs = entry.timeMs + entry.response.waitedMs;
    return [step, { entry, isReply: true, timeMs, index: indexOfReply(entry, index, transcript) }];
  });
  return steps.sort((a, b) => a.timeMs - b.timeMs || a.index - b.index || Number(a.isReply) - Number(b.isReply));
}

/** An event goes out when it is delivered; other requests are answered when all has been said about them. */
function indexOfReply(exchange: Exchange, own: number, transcript: readonly TranscriptEntry[]): number {
  const last = transcript.findLastIndex(
    (entry) =>
      (entry.type === 'violation' && entry.exchange === exchange) ||
      (entry.type === (exchange.method === 'GET' ? 'platform.start' : 'invocation.responded') &&
        entry.requestId === exchange.requestId),
  );
  return Math.max(own, last);
}

interface Drawing {
  readonly arrow: string;
  /** Whether the runtime begins or ends to work for an invocation. */
  readonly activation?: 'begins' | 'ends';
}

function drawn({ entry, isReply, timeMs }: Step): Drawing {
  const at = formatMs(timeMs);
  switch (entry.type) {
    case 'exchange':
      return isReply ? drawReply(entry, at) : { arrow: drawRequest(entry, at) };
    case 'violation':
      return { arrow: `Note over api,runtime: ${at} VIOLATION ${entry.rule}: ${text(entry.message)}` };
    case 'platform.initStart':
      return { arrow: `Note over runtime: ${at} Init: ${text(entry.runtime)}` };
    case 'platform.initReport':
      return {
        arrow: `Note over runtime: ${at} Init: ${entry.status} after ${formatMs(entry.durationMs)}${suffix(entry.errorType)}`,
      };
    case 'invocation.queued':
      return { arrow: `test->>api: ${at} invoke ${text(entry.requestId)}` };
    case 'platform.runtimeDone':
      return {
        arrow: `api-->>test: ${at} ${entry.status} after ${formatMs(entry.durationMs)}${suffix(entry.errorType)}`,
        activation: 'ends',
      };
    case 'invocation.discarded':
      return { arrow: `api--xtest: ${at} ${text(entry.reason)}`, activation: 'ends' };
    case 'runtime.exited':
      return {
        arrow: `Note over runtime: ${at} exited: ${entry.signal ? `signal ${entry.signal}` : `code ${entry.exitCode}`}`,
      };
    case 'runtime.stopping':
      return { arrow: `api-xruntime: ${at} stop: ${text(entry.reason)}` };
    case 'runtime.stopped':
      return { arrow: `Note over runtime: ${at} stopped` };
    case 'platform.start':
    case 'invocation.responded':
    case 'runtime.started':
      // Seen in what the runtime sends and is sent; the number of a process differs from run to run.
      return { arrow: '' };
  }
}

function drawRequest(exchange: Exchange, at: string): string {
  const { requestBytes, requestBody, aborted } = exchange;
  const body = requestBytes === 0 ? '' : ` ${text(requestBody)}`;
  const request = `${at} ${exchange.method} ${text(shortPath(exchange))}${body}`;
  return aborted ? `runtime-xapi: ${request} (hung up)` : `runtime->>api: ${request}`;
}

function drawReply(exchange: Exchange, at: string): Drawing {
  const { method, requestId, response } = exchange;
  const isEvent = method === 'GET' && requestId !== undefined;
  const body = isEvent || (response?.status ?? 0) >= 400 ? text(response?.body ?? '') : '';
  const arrow = `api-->>runtime: ${at} ${response?.status}${body === '' ? '' : ` ${body}`}`;
  return isEvent ? { arrow, activation: 'begins' } : { arrow };
}

/** On one line, short, and without the characters that mean something to Mermaid or to the browser. */
function text(raw: string): string {
  const line = raw.trimEnd().replaceAll(/\s*[\r\n]+\s*/g, ' ⏎ ');
  const short = line.length <= longestText ? line : `${line.slice(0, longestText)}…`;
  return short.replaceAll(/[#;%<>&$\p{Cc}]/gu, (character) => `#${character.codePointAt(0)};`);
}

function suffix(errorType: string | undefined): string {
  return errorType === undefined ? '' : ` (${text(errorType)})`;
}
