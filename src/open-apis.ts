import { writeSync } from 'node:fs';
import type { CancelTimer } from './clock/clock.ts';
import { systemClock } from './clock/system-clock.ts';

export interface Closable {
  close(): Promise<void>;
}

const registry: unique symbol = Symbol.for('lambda-runtime-harness.openApis.1');

/** How often a test file run by `node --test` looks whether its runner is still there. */
const parentCheckMs = 1000;

/**
 * The APIs of this process that nobody has closed yet. While there are any, the end of the test runner is watched
 * for: a worker that waits for an invocation would otherwise outlive it, with its runtimes.
 */
class OpenApis {
  readonly #createdAt = new Map<Closable, () => string>();
  readonly #reported = new Set<Closable>();
  #cancelParentCheck: CancelTimer = () => {};

  add(api: Closable, createdAt: () => string): void {
    if (this.#createdAt.size === 0) this.#watch();
    this.#createdAt.set(api, createdAt);
  }

  delete(api: Closable): void {
    this.#createdAt.delete(api);
    this.#reported.delete(api);
    if (this.#createdAt.size === 0) this.#unwatch();
  }

  /** Names those that have not been named before. */
  report(): string | undefined {
    const forgotten = [...this.#createdAt].filter(([api]) => !this.#reported.has(api));
    if (forgotten.length === 0) return undefined;
    for (const [api] of forgotten) this.#reported.add(api);
    const places = forgotten.map(([, place]) => `  created ${place()}\n`).join('');
    return `lambda-runtime-harness: ${forgotten.length} API(s) were never closed; their runtimes end with this process.\n${places}  Write "await using api = await createRuntimeApi(…)", or call close() when the test ends.\n`;
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
    const text = this.report();
    if (text === undefined) return;
    try {
      // Streams may not get to write any more.
      writeSync(2, text);
    } catch {
      // Nobody reads us.
    }
  };
}

const shared = globalThis as { [registry]?: OpenApis };

/** One for all copies of the library: the ESM and the CommonJS build may both be loaded, and count as one. */
export const openApis: OpenApis = shared[registry] ?? new OpenApis();
shared[registry] = openApis;

/**
 * Names the APIs that nobody has closed yet, each with the line that created it; `undefined` if there is none, or each
 * has been named before. At the end of a process this is printed anyway; test runners that let no process end in
 * peace can ask earlier. The setup entries for Jest and vitest do.
 */
export function reportOpenRuntimeApis(): string | undefined {
  return openApis.report();
}
