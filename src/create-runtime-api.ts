import { abortable, assertNotAborted, onAbort } from './abort-signal.ts';
import { asyncDispose } from './async-dispose.ts';
import { checkNames } from './check-names.ts';
import { KeepAlive } from './clock/keep-alive.ts';
import { systemClock } from './clock/system-clock.ts';
import { ExecutionEnvironment } from './environment/execution-environment.ts';
import type { CompletedInvocation } from './environment/invocation.ts';
import type { LogLine, Runtime } from './environment/runtime.ts';
import { HarnessError } from './errors.ts';
import { callerOf, raisedAt } from './explanation/caller.ts';
import { explainInitFailure, explainInvocation, type Scene } from './explanation/explain.ts';
import { lastOutput } from './explanation/last-output.ts';
import { readable } from './explanation/result-rendering.ts';
import { UnseenInvocations } from './explanation/unseen-invocations.ts';
import { summarizeViolations } from './explanation/violation-summary.ts';
import { describeWaitIn, type PendingInvocation } from './explanation/waits.ts';
import { Invocation, rejectedInvocation } from './invocation.ts';
import {
  type InitResult,
  type InvocationResult,
  type ResultContext,
  toFailedInitResult,
  toResult,
} from './invocation-result.ts';
import { type InvokeEvent, type InvokeOptions, readInvocation } from './invoke-options.ts';
import { openApis } from './open-apis.ts';
import { invalid, type RuntimeApiOptions, readOptions, readSignal, type Settings } from './options.ts';
import { RuntimeApiServer } from './runtime-api/runtime-api-server.ts';
import { AttachedRuntime } from './runtimes/attached-runtime.ts';
import { ChildProcessRuntime } from './runtimes/child-process-runtime.ts';
import { InProcessRuntime } from './runtimes/in-process-runtime.ts';
import { lambdaEnvironmentVariables } from './runtimes/lambda-environment-variables.ts';
import { LogCapture } from './runtimes/log-capture.ts';
import { runCallback } from './transcript/run-callback.ts';
import { timeline } from './transcript/timeline.ts';
import {
  type EntryOfType,
  entryTypes,
  Transcript,
  type TranscriptEntry,
  type TranscriptEntryType,
  type Violation,
} from './transcript/transcript.ts';

/** A Lambda Runtime API on a loopback port, with the runtime that it drives. */
export interface RuntimeApi extends AsyncDisposable {
  /** `127.0.0.1:PORT`, the value of `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Everything a runtime process needs in its environment; for those who start it themselves. */
  readonly environmentVariables: Readonly<Record<string, string>>;
  /**
   * Resolves when the runtime first asks for work, or to how its Init phase failed. Starts a runtime if there is none.
   * Rejects with `ERR_CLOSED`, `ERR_RESET` or `ERR_ABORTED`.
   */
  ready(options?: WaitOptions): Promise<InitResult>;
  /**
   * Sends an event to the runtime. The promise resolves to the response or the error once the invocation is complete.
   * Rejects with a `HarnessError` if event or options are wrong, or the invocation was discarded.
   */
  invoke<T = unknown>(event: InvokeEvent, options?: InvokeOptions): Invocation<T>;
  /**
   * Ends the runtime, discards what is in flight (`ERR_RESET`), and forgets transcript, violations and counters.
   * The next invocation is a cold start.
   */
  reset(options?: WaitOptions): Promise<void>;
  /** Ends everything; pending invocations reject with `ERR_CLOSED`. Further calls share the first one's promise. */
  close(): Promise<void>;
  /** Every Runtime API exchange and lifecycle moment so far, in order; the last 1000 unless `transcriptLimit` says else. */
  readonly transcript: readonly TranscriptEntry[];
  /** The rules of the Runtime API that the runtime broke. */
  readonly violations: readonly Violation[];
  /** The transcript as readable text. */
  timeline(): string;
  /** Calls `listener` for each further transcript entry of a type; returns a function that ends that. */
  on<Type extends TranscriptEntryType>(type: Type, listener: (entry: EntryOfType<Type>) => void): () => void;
}

/** Options of `ready()` and `reset()`. */
export interface WaitOptions {
  readonly signal?: AbortSignal;
}

/**
 * Starts a Runtime API and, if a `command` or a `handler` is given, the runtime. Resolves when that has been started;
 * `ready()` and `invoke()` wait for it to ask for work. Rejects with a `HarnessError`, and leaves nothing behind.
 */
export async function createRuntimeApi(options?: RuntimeApiOptions): Promise<RuntimeApi> {
  const createdAt = callerOf(createRuntimeApi);
  const settings = readOptions(options);
  assertNotAborted(settings.signal);
  const api = new LambdaRuntimeApi(settings);
  openApis.add(api, {
    createdAt,
    wait: () => api.wait(),
    lastOutput: () => api.lastOutput(),
  });
  try {
    await abortable(api.start(), settings.signal);
    return api;
  } catch (error) {
    await api.close();
    throw raisedAt(error, createdAt);
  }
}

class LambdaRuntimeApi implements RuntimeApi {
  readonly #settings: Settings;
  readonly #transcript: Transcript;
  readonly #logs: LogCapture;
  readonly #server: RuntimeApiServer;
  readonly #runtime: Runtime;
  readonly #environment: ExecutionEnvironment;
  readonly #scene: Scene;
  readonly #results: ResultContext;
  #unseen = new UnseenInvocations();
  readonly #pending = new Map<string, PendingInvocation>();
  readonly #keepAlive = new KeepAlive();
  #address = '';
  #environmentVariables: Record<string, string> = {};
  #invocations = 0;
  #starting: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
    const { clock, initTimeoutMs, onViolation } = settings;
    this.#transcript = new Transcript(() => clock.now(), settings.transcriptLimit);
    this.#logs = new LogCapture(this.#lineListener());
    this.#server = new RuntimeApiServer({
      transcript: this.#transcript,
      limits: { payloadBytes: settings.limits.responseBytes, streamedBytes: settings.limits.streamedResponseBytes },
      functionNames: settings.identity,
    });
    this.#runtime = this.#makeRuntime();
    this.#environment = new ExecutionEnvironment({
      runtime: this.#runtime,
      logs: this.#logs,
      transcript: this.#transcript,
      clock,
      realClock: systemClock,
      initTimeoutMs,
    });
    if (typeof onViolation === 'function') this.#transcript.on('violation', onViolation);
    const api = this;
    this.#scene = {
      transcript: this.#transcript,
      runtime: this.#runtime,
      get address() {
        return api.#address;
      },
      lastLines: () => this.#logs.lastLines(),
    };
    this.#results = {
      memorySizeMb: settings.identity.memorySizeMb,
      functionVersion: settings.identity.functionVersion,
      explain: (completed) => explainInvocation(completed, this.#scene),
    };
  }

  start(): Promise<void> {
    this.#starting = this.#start();
    return this.#keepAlive.while(this.#starting);
  }

  get address(): string {
    return this.#address;
  }

  get url(): string {
    return `http://${this.#address}`;
  }

  get environmentVariables(): Readonly<Record<string, string>> {
    return { ...this.#environmentVariables };
  }

  ready(options: WaitOptions = {}): Promise<InitResult> {
    try {
      const result = this.#ready(readWaitOptions('ready()', options));
      // A test that no longer waits is not failed by its close().
      result.catch(() => {});
      return result;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  invoke<T = unknown>(event: InvokeEvent, options: InvokeOptions = {}): Invocation<T> {
    try {
      return this.#invoke<T>(event, options);
    } catch (error) {
      return rejectedInvocation<T>(error);
    }
  }

  async reset(options: WaitOptions = {}): Promise<void> {
    const signal = readWaitOptions('reset()', options);
    await this.#keepAlive.while(abortable(this.#reset(), signal));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    openApis.delete(this);
    return this.#closing;
  }

  [asyncDispose](): Promise<void> {
    return this.close();
  }

  get transcript(): readonly TranscriptEntry[] {
    return this.#transcript.entries();
  }

  get violations(): readonly Violation[] {
    return this.#transcript.violations();
  }

  timeline(): string {
    return timeline(this.#transcript.entries(), this.#transcript.dropped);
  }

  on<Type extends TranscriptEntryType>(type: Type, listener: (entry: EntryOfType<Type>) => void): () => void {
    if (!Object.hasOwn(entryTypes, type)) throw invalid('type', type, `one of ${Object.keys(entryTypes).join(', ')}`);
    if (typeof listener !== 'function') throw invalid('listener', listener, 'a function');
    return this.#transcript.on(type, listener);
  }

  wait(): string | undefined {
    const { initTimeoutMs } = this.#settings;
    return describeWaitIn({ ...this.#scene, initTimeoutMs, pending: this.#pending });
  }

  lastOutput(): readonly string[] {
    return lastOutput(this.#logs.lastLines());
  }

  async #ready(signal: AbortSignal | undefined): Promise<InitResult> {
    const init = await this.#keepAlive.while(abortable(this.#environment.ready(), signal));
    if (init.status === 'ready') return init;
    const { failure } = init;
    const message = explainInitFailure(failure, this.#scene);
    openApis.tellFailure(() => ({ api: this, message }));
    return readable(toFailedInitResult(failure, message), () => message);
  }

  async #start(): Promise<void> {
    const { identity, cwd, functionVariables, port } = this.#settings;
    this.#address = await this.#server.listen(this.#environment, port);
    this.#environmentVariables = lambdaEnvironmentVariables({
      identity,
      address: this.#address,
      taskRoot: cwd,
      functionVariables,
    });
    await this.#environment.start();
  }

  #invoke<T>(event: InvokeEvent, options: InvokeOptions): Invocation<T> {
    const { signal, ...request } = readInvocation(event, options, {
      settings: this.#settings,
      serial: this.#invocations + 1,
    });
    assertNotAborted(signal);
    this.#invocations++;
    const invocation = this.#environment.invoke(request);
    // From here on the runtime may be at work: what follows takes none of its time.
    const invokedAt = callerOf(this.invoke);
    const stopListening = onAbort(signal, (error) => this.#environment.abort(invocation, error));
    this.#keepAlive.acquire();
    const unseen = this.#unseen;
    const { requestId, timeoutMs } = request;
    const pending = { requestId, timeoutMs, invokedAt };
    this.#pending.set(requestId, pending);
    const result = invocation.completed.promise.then(
      (completed) => this.#toResult<T>(completed, invokedAt),
      (error: unknown) => {
        throw nameInvocation(error, pending);
      },
    );
    const done = (): void => {
      if (this.#pending.get(requestId) === pending) this.#pending.delete(requestId);
      stopListening();
      this.#keepAlive.release();
    };
    // This also marks a rejection as seen: a test that never awaits an invocation is not failed by its close().
    result.then(done, done);
    const handle = new Invocation<T>({
      requestId: invocation.requestId,
      delivered: invocation.delivered.promise,
      responded: invocation.responded.promise,
      chunks: invocation.body,
      prelude: () => invocation.body.prelude(),
      result,
      expire: () => this.#environment.expire(invocation),
      onLook: (looked) => unseen.delete(looked),
    });
    unseen.add(handle, invokedAt);
    return handle;
  }

  #toResult<T>(completed: CompletedInvocation, invokedAt: () => string): InvocationResult<T> {
    const result = toResult<T>(completed, this.#results);
    if (result.status !== 'success') {
      const { message } = result;
      openApis.tellFailure(() => ({ api: this, invokedAt: invokedAt(), message }));
    }
    const [first] = completed.violations;
    if (this.#settings.onViolation !== 'fail' || !first) return result;
    const rules = summarizeViolations(completed.violations).map((line) => `  ${line}`);
    throw new HarnessError(
      'ERR_PROTOCOL_VIOLATION',
      `The runtime broke the rules of the Runtime API before or during the invocation ${completed.requestId}:\n${rules.join('\n')}\n${timeline(this.#transcript.last(10))}`,
      { cause: { violations: completed.violations, result } },
    );
  }

  async #reset(): Promise<void> {
    const ending = this.#environment.reset(
      new HarnessError(
        'ERR_RESET',
        'reset() was called before the invocation or the Init phase ended. Await it before, or expect this error.',
      ),
    );
    // At once: what is invoked from here on belongs to the time after.
    const unseen = this.#unseen;
    this.#unseen = new UnseenInvocations();
    this.#invocations = 0;
    await ending;
    printReport(unseen.report());
    this.#transcript.clear();
  }

  async #close(): Promise<void> {
    await this.#keepAlive.while(
      (async () => {
        await this.#environment.close(
          new HarnessError(
            'ERR_CLOSED',
            'The API was closed by close(), or at the end of its "await using" block. Await every invocation before, and create a new API for further ones.',
          ),
        );
        // A start that was given up may only now have a port to close.
        await this.#starting.catch(() => {});
        await this.#server.close();
      })(),
    );
    printReport(this.#unseen.report());
    this.#keepAlive.end();
  }

  #makeRuntime(): Runtime {
    const { command, handler, exposeEnvironment, cwd, shutdown, clock } = this.#settings;
    if (handler) {
      return new InProcessRuntime({
        handler,
        clock,
        exposesEnvironment: exposeEnvironment,
        environmentVariables: () => this.#environmentVariables,
        findInvocation: (requestId) => this.#environment.find(requestId),
        lastWords: () => this.#server.lastWords(),
      });
    }
    if (!command) return new AttachedRuntime();
    return new ChildProcessRuntime({
      command,
      cwd,
      environmentVariables: () => this.#environmentVariables,
      logs: this.#logs,
      shutdown,
      clock,
      lastWords: () => this.#server.lastWords(),
    });
  }

  #lineListener(): ((line: LogLine) => void) | undefined {
    const { logs } = this.#settings;
    if (logs === 'capture') return undefined;
    if (logs === 'echo') return ({ stream, text }) => void process[stream].write(`${text}\n`);
    return (line) => {
      const requestId = this.#environment.currentRequestId;
      const known = { ...line, ...(requestId !== undefined && { requestId }) };
      // Not in the middle of the step that reads the pipes: a listener may call whatever it wants.
      void Promise.resolve().then(() => runCallback(() => logs(known)));
    };
  }
}

/** An error that many share does not say whom it means. */
function nameInvocation(error: unknown, { requestId, invokedAt }: PendingInvocation): unknown {
  if (!(error instanceof HarnessError) || (error.code !== 'ERR_CLOSED' && error.code !== 'ERR_RESET')) return error;
  const message = `${error.message} The invocation ${requestId}, made ${invokedAt()}, had not ended.`;
  return raisedAt(new HarnessError(error.code, message), invokedAt);
}

function readWaitOptions(where: string, options: WaitOptions): AbortSignal | undefined {
  checkNames(where, options, { signal: true });
  return readSignal(options.signal);
}

function printReport(report: string | undefined): void {
  if (report !== undefined) process.stderr.write(report);
}
