import type { Runtime } from '../environment/runtime.ts';
import { formatMs } from '../transcript/timeline.ts';
import type { Transcript, TranscriptEntry } from '../transcript/transcript.ts';

/** An invocation that has not ended. */
export interface PendingInvocation {
  readonly requestId: string;
  readonly timeoutMs: number;
  /** The line that made it. */
  invokedAt(): string;
}

/** Where a wait finds its facts. */
export interface WaitingRoom {
  readonly transcript: Transcript;
  readonly runtime: Runtime;
  readonly address: string;
  readonly initTimeoutMs: number;
  /** By request ID. */
  readonly pending: ReadonlyMap<string, PendingInvocation>;
}

/** What somebody is waiting for right now, in a sentence. */
export function describeWaitIn(room: WaitingRoom): string | undefined {
  return waitForInit(room) ?? waitForInvocation(room);
}

function waitForInit({ transcript, runtime, address, initTimeoutMs, pending }: WaitingRoom): string | undefined {
  const [init] = transcript.last(1, isInit);
  if (init?.type !== 'platform.initStart') return undefined;
  const waited = `for ${formatMs(transcript.elapsedMs() - init.timeMs)} so far; initTimeoutMs is ${initTimeoutMs}.`;
  if (runtime.isOwned) return `Waiting for ${runtime.description} to ask for its first event (Init phase), ${waited}`;
  return pending.size > 0
    ? `Waiting for a runtime that asks ${address} for its first event (Init phase), ${waited}`
    : undefined;
}

function waitForInvocation({ transcript, pending }: WaitingRoom): string | undefined {
  const [start] = transcript.last(1, isStart);
  const delivered = start?.type === 'platform.start' ? pending.get(start.requestId) : undefined;
  if (start && delivered) {
    const { requestId, timeoutMs, invokedAt } = delivered;
    const hasAnswered = transcript.last(1, (entry) => isAnswerTo(requestId, entry) || entry === start)[0] !== start;
    const end = hasAnswered ? 'ask for the next event after its answer to' : 'answer';
    return `Waiting for the runtime to ${end} the invocation ${requestId} (${invokedAt()}), delivered ${formatMs(transcript.elapsedMs() - start.timeMs)} ago; its timeoutMs is ${timeoutMs}.`;
  }
  const [first] = pending.values();
  return (
    first && `Waiting for the runtime to ask for the event of the invocation ${first.requestId} (${first.invokedAt()}).`
  );
}

function isInit({ type }: TranscriptEntry): boolean {
  return type === 'platform.initStart' || type === 'platform.initReport';
}

function isStart({ type }: TranscriptEntry): boolean {
  return type === 'platform.start';
}

function isAnswerTo(requestId: string, entry: TranscriptEntry): boolean {
  return entry.type === 'invocation.responded' && entry.requestId === requestId;
}
