import { writeSync } from 'node:fs';
import type { CancelTimer } from './clock/clock.ts';
import { systemClock } from './clock/system-clock.ts';

export interface Closable {
  close(): Promise<void>;
}

/** How often a test file run by `node --test` looks whether its runner is still there. */
const parentCheckMs = 1000;

/**
 * The APIs of this process that nobody has closed yet. While there are any, the end of the test runner is watched
 * for: a worker that waits for an invocation would otherwise outlive it, with its runtimes.
 */
class OpenApis {
  readonly #createdAt = new Map<Closable, string>();
  #cancelParentCheck: CancelTimer = () => {};

  add(api: Closable, createdAt: string): void {
    if (this.#createdAt.size === 0) this.#watch();
    this.#createdAt.set(api, createdAt);
  }

  delete(api: Closable): void {
    this.#createdAt.delete(api);
    if (this.#createdAt.size === 0) this.#unwatch();
  }

  #watch(): void {
    process.once('exit', this.#complain);
    // Vitest ends its forks by this signal, and nothing else would let us speak.
    if (process.env.VITEST !== undefined && process.connected) process.once('SIGTERM', this.#complainAndDie);
    // Where nobody listens to the parent, our listening would keep the process alive.
    if (process.connected && process.listenerCount('message') > 0) process.once('disconnect', this.#closeAll);
    if (process.env.NODE_TEST_CONTEXT?.startsWith('child')) this.#watchParent(process.ppid);
  }

  #unwatch(): void {
    process.removeListener('exit', this.#complain);
    process.removeListener('SIGTERM', this.#complainAndDie);
    process.removeListener('disconnect', this.#closeAll);
    this.#cancelParentCheck();
  }

  /** Files under `node --test` have no channel to their runner: all they see of its death is a new parent. */
  #watchParent(parent: number): void {
    this.#cancelParentCheck = systemClock.schedule(parentCheckMs, () => {
      if (process.ppid === parent) this.#watchParent(parent);
      else this.#closeAll();
    });
  }

  readonly #closeAll = (): void => {
    for (const api of [...this.#createdAt.keys()]) void api.close();
  };

  readonly #complainAndDie = (signal: NodeJS.Signals): void => {
    this.#complain();
    // Nobody listens any more: now it does what it would have done without us.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };

  readonly #complain = (): void => {
    const places = [...this.#createdAt.values()].map((place) => `  created ${place}\n`).join('');
    const text = `lambda-runtime-harness: ${this.#createdAt.size} API(s) were never closed; their runtimes end with this process.\n${places}  Write "await using api = await createRuntimeApi(…)", or call close() when the test ends.\n`;
    try {
      // Streams may not get to write any more.
      writeSync(2, text);
    } catch {
      // Nobody reads us.
    }
  };
}

export const openApis: OpenApis = new OpenApis();

/** The line that called `callee`, as stack traces show it. */
export function callerOf(callee: (...parameters: never[]) => unknown): string {
  const trace: { stack?: unknown } = {};
  Error.captureStackTrace(trace, callee);
  // A test may have Error.prepareStackTrace return something else than text.
  const line = typeof trace.stack === 'string' ? trace.stack.split('\n')[1] : undefined;
  return line?.trim() ?? 'at an unknown place';
}
