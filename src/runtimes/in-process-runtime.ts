import { runEventLoop } from '../client/event-loop.ts';
import { readAddress } from '../client/function-settings.ts';
import { HttpTransport } from '../client/http-transport.ts';
import type { LambdaHandler } from '../client/lambda-handler.ts';
import { connectRuntimeClient } from '../client/runtime-client.ts';
import type { Clock } from '../clock/clock.ts';
import type { Invocation } from '../environment/invocation.ts';
import type { Runtime, RuntimeExit } from '../environment/runtime.ts';
import { exposeVariables } from './exposed-variables.ts';
import { remainingTimeMs } from './remaining-time.ts';

export interface InProcessParts {
  readonly handler: LambdaHandler;
  readonly clock: Clock;
  readonly environmentVariables: () => Readonly<Record<string, string>>;
  /** Whether the handler finds these in `process.env`. */
  readonly exposesEnvironment: boolean;
  /** An invocation that has not ended yet. */
  readonly findInvocation: (requestId: string) => Invocation | undefined;
  /** Resolves when everything has been heard that an ended loop sent. */
  readonly lastWords: () => Promise<void>;
}

/**
 * Runs a handler in this process, by an event loop that talks to the Runtime API as any other runtime does. Its end is
 * the end of its connections: a handler that is still busy goes on, and nobody hears of it.
 */
export class InProcessRuntime implements Runtime {
  readonly isOwned = true;
  readonly description: string;
  readonly #parts: InProcessParts;
  #end: () => void = () => {};

  constructor(parts: InProcessParts) {
    this.#parts = parts;
    const { name } = parts.handler;
    this.description = `the handler${name === '' || name === 'handler' ? '' : ` ${name}`}, in this process`;
  }

  async start(onExit: (exit: RuntimeExit) => void): Promise<{ pid: undefined }> {
    const { exposesEnvironment, environmentVariables } = this.#parts;
    const restore = exposesEnvironment ? exposeVariables(environmentVariables()) : () => {};
    const ending = new AbortController();
    this.#end = () => {
      ending.abort();
      restore();
    };
    this.#run(ending.signal).catch(async () => {
      // Stopped, as it was told to; or the Runtime API has become of no use to it.
      if (ending.signal.aborted) return;
      this.#end();
      await this.#parts.lastWords();
      onExit({ code: 1, signal: null });
    });
    return { pid: undefined };
  }

  async stop(): Promise<void> {
    this.#end();
    // The next loop must not be taken for this one.
    await this.#parts.lastWords();
  }

  describeActivity(): string {
    return 'this one: a handler in the test process cannot be killed. It goes on, and what it answers no longer counts';
  }

  maxMemoryUsedMb(): undefined {
    return undefined;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { handler, clock, exposesEnvironment, findInvocation } = this.#parts;
    const environmentVariables = this.#parts.environmentVariables();
    const transport = new HttpTransport({ address: readAddress(environmentVariables), pollsKeepProcessAlive: false });
    await runEventLoop(handler, {
      client: connectRuntimeClient(transport, signal),
      environmentVariables,
      setsTraceVariable: exposesEnvironment,
      remainingTimeMs: ({ requestId }) => remainingTimeMs(findInvocation(requestId), clock),
      signal,
      // The results tell, and the transcript.
      log: () => {},
    });
  }
}
