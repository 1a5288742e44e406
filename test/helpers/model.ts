import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../src/clock/clock.ts';
import { type ManualClock, manualClock } from '../../src/clock/manual-clock.ts';
import { ExecutionEnvironment } from '../../src/environment/execution-environment.ts';
import type { FunctionError } from '../../src/environment/function-error.ts';
import type {
  CompletedInvocation,
  ErrorAnswer,
  Invocation,
  InvocationRequest,
  ResponseAnswer,
} from '../../src/environment/invocation.ts';
import type { Poll } from '../../src/environment/invocation-queue.ts';
import { Refusal } from '../../src/environment/refusal.ts';
import type { CapturedLogs, LogLine, LogSource, Runtime, RuntimeExit } from '../../src/environment/runtime.ts';
import { HarnessError, type HarnessErrorCode } from '../../src/errors.ts';
import { type Exchange, Transcript, type TranscriptEntry } from '../../src/transcript/transcript.ts';

export const initTimeoutMs = 10_000;
export const timeoutMs = 3000;
/** Longer than any grace the environment gives a runtime that is on its way out. */
export const pastAnyGraceMs = 5000;

/** A runtime without a process: the test decides when it exits, whether it can start and when it has stopped. */
export class ScriptedRuntime implements Runtime {
  readonly description = 'a scripted runtime';
  readonly isOwned: boolean;
  starts = 0;
  stops = 0;
  activity: string | undefined;
  /** What it uses besides a megabyte for each time it was started. */
  growthMb = 0;
  /** The next starts fail with this. */
  startError: Error | undefined;
  #onExit: (exit: RuntimeExit) => void = () => {};
  #stopping: PromiseWithResolvers<void> | undefined;

  constructor(isOwned: boolean) {
    this.isOwned = isOwned;
  }

  async start(onExit: (exit: RuntimeExit) => void): Promise<{ pid: number | undefined }> {
    this.starts++;
    if (this.startError) throw this.startError;
    this.#onExit = onExit;
    return { pid: this.isOwned ? 100 + this.starts : undefined };
  }

  async stop(): Promise<void> {
    this.stops++;
    await this.#stopping?.promise;
  }

  describeActivity(): string | undefined {
    return this.activity;
  }

  maxMemoryUsedMb(): number | undefined {
    return this.isOwned ? this.starts + this.growthMb : undefined;
  }

  /** Ends the process that was started last, if it has not ended yet. */
  exit(exit: Partial<RuntimeExit>): void {
    const onExit = this.#onExit;
    this.#onExit = () => {};
    onExit({ code: null, signal: null, ...exit });
  }

  /** From here on `stop()` takes until the returned function is called. */
  holdStop(): () => void {
    const stopping = withResolvers();
    this.#stopping = stopping;
    return () => {
      this.#stopping = undefined;
      stopping.resolve();
    };
  }
}

/** What the scripted runtime prints. */
export class ScriptedLogs implements LogSource {
  #lines: LogLine[] = [];
  #printed: LogLine[] = [];

  print(text: string, stream: LogLine['stream'] = 'stdout'): void {
    this.#lines.push({ stream, text });
    this.#printed.push({ stream, text });
  }

  take(): CapturedLogs {
    const lines = this.#lines;
    this.#lines = [];
    const textOf = (stream: LogLine['stream']) =>
      lines
        .filter((line) => line.stream === stream)
        .map((line) => `${line.text}\n`)
        .join('');
    return { stdout: textOf('stdout'), stderr: textOf('stderr'), lines, droppedBytes: 0 };
  }

  lastLines(): readonly LogLine[] {
    return this.#printed.slice(-10);
  }
}

/** A `/next` of the scripted runtime's. */
export class ScriptedPoll implements Poll {
  /** What it was given, oldest first. */
  readonly received: Invocation[] = [];

  deliver(invocation: Invocation): void {
    this.received.push(invocation);
  }

  get requestIds(): readonly string[] {
    return this.received.map(({ requestId }) => requestId);
  }
}

/** An execution environment with a scripted runtime: no process, no socket, no time but the test's. */
export class Model {
  readonly clock: ManualClock = manualClock();
  readonly runtime: ScriptedRuntime;
  readonly logs: ScriptedLogs = new ScriptedLogs();
  readonly transcript: Transcript = new Transcript(() => this.clock.now(), 5000);
  readonly environment: ExecutionEnvironment;
  readonly #timers = new Set<symbol>();

  constructor(options: { isOwned?: boolean } = {}) {
    this.runtime = new ScriptedRuntime(options.isOwned ?? true);
    this.environment = new ExecutionEnvironment({
      runtime: this.runtime,
      logs: this.logs,
      transcript: this.transcript,
      clock: this.#watchedClock(),
      realClock: this.#watchedClock(),
      initTimeoutMs,
    });
  }

  // ---- the test's side ----

  invoke(requestId: string, request: Partial<InvocationRequest> = {}): Invocation {
    return this.environment.invoke({
      event: new TextEncoder().encode('{}'),
      timeoutMs,
      deadline: timeoutMs,
      isStreamed: false,
      headers: {},
      ...request,
      requestId,
    });
  }

  abort(invocation: Invocation): void {
    this.environment.abort(invocation, new HarnessError('ERR_ABORTED', 'The signal fired.'));
  }

  reset(): Promise<void> {
    return this.environment.reset(new HarnessError('ERR_RESET', 'reset() was called.'));
  }

  close(): Promise<void> {
    return this.environment.close(new HarnessError('ERR_CLOSED', 'close() was called.'));
  }

  /** A started environment whose runtime waits for work. */
  async becomeReady(): Promise<this> {
    await this.environment.start();
    this.next();
    return this;
  }

  // ---- the runtime's side ----

  next(exchange: Exchange = call('GET', '/next')): ScriptedPoll {
    const poll = new ScriptedPoll();
    this.environment.next(poll, exchange);
    return poll;
  }

  beginAnswer(kind: 'response' | 'error', requestId: string, invocationId?: string): Invocation {
    return this.environment.beginAnswer(kind, { requestId, invocationId }, call('POST', `/${requestId}/${kind}`));
  }

  respond(requestId: string, body = '{}', invocationId?: string): void {
    const invocation = this.beginAnswer('response', requestId, invocationId);
    const bytes = new TextEncoder().encode(body);
    this.environment.receive(invocation, bytes);
    this.environment.answer(invocation, responseOf(bytes));
  }

  fail(requestId: string, error: FunctionError = crash, errorTypeHeader?: string): void {
    this.environment.answer(this.beginAnswer('error', requestId), errorOf(error, errorTypeHeader));
  }

  /** Begins an answer that Lambda does not accept. */
  breakAnswer(requestId: string, error: FunctionError = truncated): void {
    this.environment.answerBroken(this.beginAnswer('response', requestId), error);
  }

  initError(error: FunctionError = crash): void {
    if (!this.environment.beginInitError(call('POST', '/init/error')).isIgnored) this.environment.initError(error);
  }

  // ---- what came of it ----

  entriesOf<Type extends TranscriptEntry['type']>(type: Type): Extract<TranscriptEntry, { type: Type }>[] {
    return this.transcript
      .entries()
      .filter((entry): entry is Extract<TranscriptEntry, { type: Type }> => entry.type === type);
  }

  /** How many timers the environment has left running. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  rules(): readonly string[] {
    return this.entriesOf('violation').map(({ rule }) => rule);
  }

  #watchedClock(): Clock {
    const { clock } = this;
    return {
      now: clock.now,
      epochMs: clock.epochMs,
      schedule: (delayMs, action) => {
        const timer = Symbol('timer');
        this.#timers.add(timer);
        const cancel = clock.schedule(delayMs, () => {
          this.#timers.delete(timer);
          action();
        });
        return () => {
          this.#timers.delete(timer);
          cancel();
        };
      },
    };
  }
}

export const crash: FunctionError = { errorType: 'Crash', errorMessage: 'It crashed.' };
export const truncated: FunctionError = { errorType: 'Runtime.TruncatedResponse', errorMessage: 'It was cut off.' };

export function call(method: string, path: string): Exchange {
  return { type: 'exchange', method, path, requestHeaders: {}, requestBytes: 0, requestBody: '' };
}

export function responseOf(body: Uint8Array = new Uint8Array()): ResponseAnswer {
  return {
    kind: 'response',
    body,
    contentType: 'application/json',
    streamed: false,
    bodyBytes: body.byteLength,
    prelude: undefined,
  };
}

export function errorOf(error: FunctionError = crash, errorTypeHeader?: string): ErrorAnswer {
  return {
    kind: 'error',
    error,
    body: new TextEncoder().encode(JSON.stringify(error)),
    errorTypeHeader,
    xrayCause: undefined,
  };
}

/** The model does no I/O: one turn of the event loop, and all that promises can do has been done. */
export async function drained(): Promise<void> {
  await setImmediate();
}

/** How an invocation ended; fails if it has not ended yet, or was discarded. */
export async function completed(invocation: Invocation): Promise<CompletedInvocation> {
  if (!invocation.isSettled) throw new Error(`The invocation ${invocation.requestId} has not settled.`);
  return await invocation.completed.promise;
}

/** All chunks of a stream, once it has ended. */
export async function chunksOf(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

/** The code with which an invocation was discarded. */
export async function discardedWith(invocation: Invocation): Promise<HarnessErrorCode> {
  return await codeOf(completed(invocation));
}

/** The code of the `HarnessError` with which a promise rejects. */
export async function codeOf(promise: Promise<unknown>): Promise<HarnessErrorCode> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof HarnessError) return error.code;
    throw error;
  }
  throw new Error('The promise was expected to reject, but it resolved.');
}

/** The refusal that a call of the runtime's met. */
export function refusalOf(act: () => unknown): { errorType: string; message: string } {
  try {
    act();
  } catch (error) {
    if (error instanceof Refusal) return { errorType: error.errorType, message: error.message };
    throw error;
  }
  throw new Error('The call was expected to be refused, but it was accepted.');
}

/** Whether a promise is still undecided when everything that can happen has happened. */
export async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let isSettled = false;
  const settled = (): void => {
    isSettled = true;
  };
  promise.then(settled, settled);
  await drained();
  return !isSettled;
}

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

function withResolvers(): PromiseWithResolvers<void> {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
