import { shortPath } from './short-path.ts';
import type { Exchange, TranscriptEntry } from './transcript.ts';

/** What `toChromeTrace()` makes: as JSON, a file for Perfetto and other readers of Chrome's trace event format. */
export interface ChromeTrace {
  readonly traceEvents: readonly ChromeTraceEvent[];
  readonly displayTimeUnit: 'ms';
}

/** An event of Chrome's trace event format. */
export interface ChromeTraceEvent {
  /** What is written on it. */
  readonly name: string;
  /** Its kind: `M` names a track, `B` and `E` begin and end a slice of a track, `b` and `e` one beside others, `i` is a moment. */
  readonly ph: 'M' | 'B' | 'E' | 'b' | 'e' | 'i';
  /** The process it belongs to: 1 is the execution environment. */
  readonly pid: number;
  /** The track it belongs to. */
  readonly tid: number;
  /** When, in microseconds since the API was created or reset; missing for `M`. */
  readonly ts?: number;
  /** What `b` and `e` have in common. */
  readonly id?: string;
  /** What kind of thing it is. */
  readonly cat?: string;
  /** How far a moment reaches: `t` is its track. */
  readonly s?: 't';
  /** What is shown when it is selected. */
  readonly args?: Readonly<Record<string, unknown>>;
}

const tracks = { phases: 1, process: 2, invocations: 3, calls: 4 } as const;
const titles = { phases: 'Phases', process: 'Process', invocations: 'Invocations', calls: 'Runtime API' } as const;
const pid = 1;

/**
 * The transcript as a trace: the phases of the execution environment, the life of the process, each invocation and each
 * call of the Runtime API as slices of time. `JSON.stringify()` of it is a file that Perfetto opens. What has not ended
 * has no end there, either.
 */
export function toChromeTrace(transcript: readonly TranscriptEntry[]): ChromeTrace {
  const traceEvents: ChromeTraceEvent[] = [
    { name: 'process_name', ph: 'M', pid, tid: 0, args: { name: 'Execution environment' } },
    ...Object.entries(tracks).map(
      ([track, tid]): ChromeTraceEvent => ({
        name: 'thread_name',
        ph: 'M',
        pid,
        tid,
        args: { name: titles[track as keyof typeof tracks] },
      }),
    ),
  ];
  const open = new OpenSlices();
  for (const [index, entry] of transcript.entries()) traceEvents.push(...traced(entry, index, open));
  return { traceEvents, displayTimeUnit: 'ms' };
}

/** What has begun: an end without its beginning, which the transcript may have dropped, is no slice. */
class OpenSlices {
  readonly #open = new Map<string, ChromeTraceEvent>();

  begin(key: string, event: ChromeTraceEvent): ChromeTraceEvent[] {
    this.#open.set(key, event);
    return [event];
  }

  end(key: string, timeMs: number, args: Readonly<Record<string, unknown>> = {}): ChromeTraceEvent[] {
    const begun = this.#open.get(key);
    if (!begun) return [];
    this.#open.delete(key);
    return [{ ...begun, ph: begun.ph === 'b' ? 'e' : 'E', ts: microseconds(timeMs), args }];
  }
}

function traced(entry: TranscriptEntry, index: number, open: OpenSlices): ChromeTraceEvent[] {
  const { timeMs } = entry;
  const ts = microseconds(timeMs);
  const slice = (tid: number, name: string, args: Readonly<Record<string, unknown>>): ChromeTraceEvent => ({
    name,
    ph: 'B',
    pid,
    tid,
    ts,
    args,
  });
  const moment = (tid: number, name: string, args: Readonly<Record<string, unknown>>): ChromeTraceEvent[] => [
    { name, ph: 'i', pid, tid, ts, s: 't', args },
  ];
  switch (entry.type) {
    case 'exchange':
      return tracedExchange(entry, index);
    case 'violation':
      return moment(tracks.calls, `VIOLATION ${entry.rule}`, { message: entry.message, advice: entry.advice });
    case 'platform.initStart':
      return open.begin('init', slice(tracks.phases, 'Init', { runtime: entry.runtime }));
    case 'platform.initReport':
      return open.end('init', timeMs, { status: entry.status, ...withType(entry.errorType) });
    case 'invocation.queued':
      return open.begin(`invocation ${entry.requestId}`, {
        ...slice(tracks.invocations, entry.requestId, { eventBytes: entry.eventBytes }),
        ph: 'b',
        cat: 'invocation',
        id: entry.requestId,
      });
    case 'platform.start':
      return open.begin(`invoke ${entry.requestId}`, slice(tracks.phases, 'Invoke', { requestId: entry.requestId }));
    case 'invocation.responded':
      return moment(tracks.phases, entry.kind, { requestId: entry.requestId, ...withType(entry.errorType) });
    case 'platform.runtimeDone':
      return ended(entry.requestId, { status: entry.status, ...withType(entry.errorType) });
    case 'invocation.discarded':
      return ended(entry.requestId, { reason: entry.reason });
    case 'runtime.started':
      return open.begin('process', slice(tracks.process, 'Process', entry.pid === undefined ? {} : { pid: entry.pid }));
    case 'runtime.exited':
      return open.end('process', timeMs, { exitCode: entry.exitCode, signal: entry.signal });
    case 'runtime.stopping':
      return moment(tracks.process, 'stopping', { reason: entry.reason });
    case 'runtime.stopped':
      return open.end('process', timeMs);
  }

  function ended(requestId: string, args: Readonly<Record<string, unknown>>): ChromeTraceEvent[] {
    return [...open.end(`invoke ${requestId}`, timeMs, args), ...open.end(`invocation ${requestId}`, timeMs, args)];
  }
}

/** Calls may overlap: a runtime can have several connections. */
function tracedExchange(exchange: Exchange & { readonly timeMs: number }, index: number): ChromeTraceEvent[] {
  const { method, path, requestId, requestBytes, response, aborted, timeMs } = exchange;
  const begun: ChromeTraceEvent = {
    name: `${method} ${shortPath(exchange)}${aborted ? ' (hung up)' : ''}`,
    ph: 'b',
    cat: 'call',
    id: `call ${index}`,
    pid,
    tid: tracks.calls,
    ts: microseconds(timeMs),
    args: { path, requestBytes, ...(requestId !== undefined && { requestId }) },
  };
  if (!response) return [begun];
  const { status, bodyBytes, waitedMs } = response;
  return [begun, { ...begun, ph: 'e', ts: microseconds(timeMs + waitedMs), args: { status, bodyBytes } }];
}

function microseconds(ms: number): number {
  return Math.round(ms * 1000);
}

function withType(errorType: string | undefined): Readonly<Record<string, unknown>> {
  return errorType === undefined ? {} : { errorType };
}
