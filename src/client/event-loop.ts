import { types } from 'node:util';
import { abortable } from '../abort-signal.ts';
import { checkNames } from '../check-names.ts';
import { systemClock } from '../clock/system-clock.ts';
import { HarnessError } from '../errors.ts';
import { highWaterMarkOf, isStreaming } from './awslambda.ts';
import type { RuntimeApiRefusal, UnusableInvocation } from './call-errors.ts';
import { callHandler, type Delivery, type HandlerSurroundings, makeContext } from './call-handler.ts';
import { type ErrorReport, errorReportOf } from './error-report.ts';
import { type EnvironmentVariables, readAddress, readFunctionSettings } from './function-settings.ts';
import type { LambdaHandler, StreamingHandler } from './lambda-handler.ts';
import { NodeJsExit } from './node-js-exit.ts';
import { watchIdle } from './process-idle.ts';
import type { ResponseStream } from './response-stream.ts';
import { type CallOptions, createRuntimeClient, pipeResponse, type RuntimeClient } from './runtime-client.ts';
import type { RuntimeInvocation } from './runtime-invocation.ts';

/** Options of `runEventLoop()`. */
export interface EventLoopOptions {
  /** Whom to ask for events. The loop does not close it. @default one for `AWS_LAMBDA_RUNTIME_API`, closed at the end */
  readonly client?: RuntimeClient;
  /** Where the function's settings are read from: `AWS_LAMBDA_FUNCTION_NAME` and so on. @default process.env */
  readonly environmentVariables?: EnvironmentVariables;
  /** Ends the loop at once when it fires, with `ERR_ABORTED`. A handler that runs is abandoned, its result discarded. */
  readonly signal?: AbortSignal;
  /** Sets `_X_AMZN_TRACE_ID` in `process.env` for each invocation, as Lambda's own runtime does. @default false */
  readonly setsTraceVariable?: boolean;
  /** Told of the handler's errors, and of answers that the Runtime API refused. @default console.error */
  readonly log?: (message: string, error: unknown) => void;
  /** What `getRemainingTimeInMillis()` returns. @default the time until `deadlineMs`, by the real clock, whatever is faked */
  readonly remainingTimeMs?: (invocation: RuntimeInvocation) => number;
  /**
   * Resolves when the process has nothing else to do. Then a handler that called back is done, if
   * `callbackWaitsForEmptyEventLoop`, and one that is not has failed with `Runtime.NodeJsExit`, or, without a promise,
   * has the result `null`. For a process of its own: `processIsIdle`. @default nobody waits
   */
  readonly whenIdle?: () => Promise<void>;
}

const known: Readonly<Record<keyof EventLoopOptions, true>> = {
  client: true,
  environmentVariables: true,
  signal: true,
  setsTraceVariable: true,
  log: true,
  remainingTimeMs: true,
  whenIdle: true,
};

/**
 * Asks for events and answers each with what the handler makes of it, one after the other. Never resolves. Rejects with
 * a `HarnessError` when a function setting is missing, when the Runtime API cannot be used any longer, or when the
 * signal fires.
 */
export async function runEventLoop(handler: LambdaHandler, options: EventLoopOptions = {}): Promise<void> {
  if (typeof handler !== 'function') {
    throw new HarnessError('ERR_INVALID_OPTION', `runEventLoop() takes a function; it was given ${String(handler)}.`);
  }
  checkNames('runEventLoop()', options, known);
  const variables = options.environmentVariables ?? process.env;
  const settings = readFunctionSettings(variables);
  const ownClient = options.client ? undefined : createRuntimeClient({ address: readAddress(variables) });
  const client = options.client ?? (ownClient as RuntimeClient);
  const { signal, log, setsTraceVariable, remainingTimeMs = realRemainingTimeMs } = options;
  const atIdle = options.whenIdle && watchIdle(options.whenIdle);
  const loop = new EventLoop({ handler, client, signal, log, surroundings: { settings, remainingTimeMs, atIdle } });
  const traceVariable = process.env._X_AMZN_TRACE_ID;
  try {
    await loop.run(({ traceId }) => setsTraceVariable && setTraceVariable(traceId));
  } finally {
    if (setsTraceVariable) setTraceVariable(traceVariable);
    await ownClient?.close();
  }
}

function realRemainingTimeMs({ deadlineMs }: RuntimeInvocation): number {
  return Math.floor(deadlineMs - systemClock.epochMs());
}

function setTraceVariable(traceId: string | undefined): void {
  if (traceId === undefined) delete process.env._X_AMZN_TRACE_ID;
  else process.env._X_AMZN_TRACE_ID = traceId;
}

/** Refusals after which a runtime goes on: the invocation has ended without its answer. */
const survivable: readonly number[] = [400, 403, 410, 413];

class EventLoop {
  readonly #handler: LambdaHandler;
  readonly #client: RuntimeClient;
  readonly #surroundings: HandlerSurroundings;
  readonly #log: (message: string, error: unknown) => void;
  readonly #call: CallOptions;

  constructor(parts: {
    handler: LambdaHandler;
    client: RuntimeClient;
    surroundings: HandlerSurroundings;
    log: EventLoopOptions['log'];
    signal: AbortSignal | undefined;
  }) {
    this.#handler = parts.handler;
    this.#client = parts.client;
    this.#surroundings = parts.surroundings;
    this.#log = parts.log ?? printError;
    this.#call = parts.signal ? { signal: parts.signal } : {};
  }

  async run(onDelivery: (invocation: RuntimeInvocation) => void): Promise<void> {
    for (;;) {
      const delivery = await this.#next();
      if (!delivery) continue;
      onDelivery(delivery.invocation);
      await this.#serve(delivery);
    }
  }

  /** Resolves to nothing after an event that no handler can be called with: the caller has been told. */
  async #next(): Promise<Delivery | undefined> {
    try {
      const invocation = await this.#client.next(this.#call);
      return { invocation, event: invocation.json() };
    } catch (error) {
      const invocation = unusableInvocation(error);
      if (!invocation) throw error;
      await this.#postError(invocation, error, invalidEventReport(error));
      return undefined;
    }
  }

  async #serve(delivery: Delivery): Promise<void> {
    const { invocation } = delivery;
    if (isStreaming(this.#handler)) {
      await this.#stream(this.#handler, delivery);
      return;
    }
    let result: unknown;
    try {
      result = await this.#unlessAborted(callHandler(this.#handler, delivery, this.#surroundings));
    } catch (thrown) {
      await this.#fail(invocation, thrown);
      return;
    }
    if (isStream(result)) await this.#pipe(invocation, result);
    else await this.#respond(invocation, result);
  }

  async #respond(invocation: RuntimeInvocation, result: unknown): Promise<void> {
    let body: string | Uint8Array;
    try {
      body = types.isUint8Array(result) ? result : serialize(result);
    } catch (error) {
      await this.#postError(invocation, error, unserializableReport(error));
      return;
    }
    await this.#tolerate(invocation, this.#client.postResponse(invocation, body, this.#call));
  }

  async #stream(handler: StreamingHandler, { invocation, event }: Delivery): Promise<void> {
    const highWaterMark = highWaterMarkOf(handler);
    const stream = this.#client.streamResponse(invocation, {
      ...this.#call,
      ...(highWaterMark !== undefined && { highWaterMark }),
    });
    // What goes wrong is dealt with once the stream has settled.
    stream.on('error', () => {});
    const context = makeContext(invocation, this.#surroundings, () => {});
    try {
      await this.#unlessAborted(this.#unlessIdle(async () => handler(event, stream, context)));
    } catch (thrown) {
      if (this.#call.signal?.aborted) throw thrown;
      if (stream.writableEnded && stream.hasBegun) this.#log(afterResponse(invocation), thrown);
      else stream.fail(thrown);
    }
    await this.#settled(invocation, stream);
  }

  async #pipe(invocation: RuntimeInvocation, source: AsyncIterable<unknown>): Promise<void> {
    const stream = this.#client.streamResponse(invocation, this.#call);
    await pipeResponse(source, stream);
    await this.#settled(invocation, stream);
  }

  async #settled(invocation: RuntimeInvocation, stream: ResponseStream): Promise<void> {
    await stream.settled;
    const { transportError, failure } = stream;
    if (transportError) await this.#tolerate(invocation, Promise.reject(transportError));
    else if (failure && stream.hasBegun) this.#log(describe(invocation), failure.thrown);
    else if (failure) await this.#fail(invocation, failure.thrown);
  }

  async #fail(invocation: RuntimeInvocation, thrown: unknown): Promise<void> {
    if (this.#call.signal?.aborted) throw thrown;
    await this.#postError(invocation, thrown, errorReportOf(thrown));
  }

  async #postError(invocation: UnusableInvocation, thrown: unknown, report: ErrorReport): Promise<void> {
    // Before the answer, so that a line of the log belongs to the invocation.
    this.#log(describe(invocation), thrown);
    await this.#tolerate(invocation, this.#client.postError(invocation, report, this.#call));
  }

  /** An answer that came too late, or is too large, is no reason to stop. */
  async #tolerate(invocation: UnusableInvocation, answer: Promise<void>): Promise<void> {
    try {
      await answer;
    } catch (error) {
      if (!isSurvivable(error)) throw error;
      this.#log(`The answer to the invocation ${invocation.requestId} was refused:`, error);
    }
  }

  #unlessIdle(start: () => Promise<unknown>): Promise<unknown> {
    const { atIdle } = this.#surroundings;
    if (!atIdle) return start();
    return new Promise((resolve, reject) => {
      atIdle(() => reject(new NodeJsExit()));
      start().then(resolve, reject);
    });
  }

  /** A handler cannot be stopped, but nobody has to wait for it. */
  #unlessAborted<T>(promise: Promise<T>): Promise<T> {
    return abortable(promise, this.#call.signal);
  }
}

function describe({ requestId }: UnusableInvocation): string {
  return `The invocation ${requestId} failed:`;
}

function printError(message: string, error: unknown): void {
  try {
    console.error(message, error);
  } catch {
    // There are errors that throw when they are looked at.
    console.error(message, errorReportOf(error));
  }
}

function afterResponse({ requestId }: UnusableInvocation): string {
  return `The handler failed after it had responded to the invocation ${requestId}:`;
}

function isStream(result: unknown): result is AsyncIterable<unknown> {
  return typeof result === 'object' && result !== null && Symbol.asyncIterator in result;
}

/** What JSON has no word for, such as `undefined`, is `null`. */
function serialize(result: unknown): string {
  return JSON.stringify(result) ?? 'null';
}

/** As Lambda's Node runtime reports it. */
function unserializableReport(error: unknown): ErrorReport {
  return {
    errorType: 'Runtime.JSONStringifyError',
    errorMessage: 'Unable to stringify response body',
    stackTrace: [],
    cause: errorReportOf(error),
  };
}

function invalidEventReport(error: unknown): ErrorReport {
  return { errorType: 'Runtime.UnmarshalError', errorMessage: errorReportOf(error).errorMessage, stackTrace: [] };
}

/** The invocation that an error left without a handler. */
function unusableInvocation(error: unknown): UnusableInvocation | undefined {
  if (!(error instanceof HarnessError) || error.code !== 'ERR_RUNTIME_API_GARBAGE') return undefined;
  const { cause } = error;
  return typeof cause === 'object' && cause !== null && 'requestId' in cause
    ? (cause as UnusableInvocation)
    : undefined;
}

function isSurvivable(error: unknown): boolean {
  if (!(error instanceof HarnessError) || error.code !== 'ERR_RUNTIME_API_REFUSED') return false;
  return survivable.includes((error.cause as RuntimeApiRefusal).status);
}
