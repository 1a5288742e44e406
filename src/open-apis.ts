import { writeSync } from 'node:fs';
import type { CancelTimer } from './clock/clock.ts';
import { systemClock } from './clock/system-clock.ts';

export interface Closable {
  close(): Promise<void>;
}

/** What can be said of an API to those who have lost sight of it. */
export interface ApiFacts {
  /** The line that created it. */
  createdAt(): string;
  /** What somebody is waiting for, in a sentence. */
  wait(): string | undefined;
  /** The last lines that its runtime printed. */
  lastOutput(): readonly string[];
}

/** A result of `invoke()` or `ready()` that is no success. */
export interface FailedResult {
  /** The `RuntimeApi` it comes from. */
  readonly api: object;
  /** The line that called `invoke()`, as stack traces show it: `at …`. */
  readonly invokedAt?: string;
  /** The whole story, for a person. */
  readonly message: string;
}

const registry: unique symbol = Symbol.for('lambda-runtime-harness.openApis.2');

/** Where jest-circus, Jest's runner, keeps those who listen to it. */
const circusHandlers: unique symbol = Symbol.for('EVENT_HANDLERS') as never;
const circus = globalThis as { [circusHandlers]?: ((event: { readonly name: string }) => void)[] };

/** How often a test file run by `node --test` looks whether its runner is still there. */
const parentCheckMs = 1000;

/**
 * The APIs of this process that nobody has closed yet. While there are any, the end of the test runner is watched
 * for: a worker that waits for an invocation would otherwise outlive it, with its runtimes.
 */
class OpenApis {
  readonly #facts = new Map<Closable, ApiFacts>();
  readonly #reported = new Set<Closable>();
  readonly #failureListeners = new Set<(failed: FailedResult) => void>();
  #cancelParentCheck: CancelTimer = () => {};
  #listensToJest = false;

  add(api: Closable, facts: ApiFacts): void {
    if (this.#facts.size === 0) this.#watch();
    this.#listenToJest();
    this.#facts.set(api, facts);
  }

  delete(api: Closable): void {
    this.#facts.delete(api);
    this.#reported.delete(api);
    if (this.#facts.size === 0) this.#unwatch();
  }

  wait(api: object): string | undefined {
    return this.#facts.get(api as Closable)?.wait();
  }

  onFailure(listener: (failed: FailedResult) => void): () => void {
    this.#failureListeners.add(listener);
    return () => this.#failureListeners.delete(listener);
  }

  /** `describe` is called if somebody listens. */
  tellFailure(describe: () => FailedResult): void {
    if (this.#failureListeners.size === 0) return;
    const failed = describe();
    for (const listener of [...this.#failureListeners]) listener(failed);
  }

  /** Names those that have not been named before. */
  report(): string | undefined {
    const forgotten = [...this.#facts].filter(([api]) => !this.#reported.has(api));
    if (forgotten.length === 0) return undefined;
    for (const [api] of forgotten) this.#reported.add(api);
    const places = forgotten.map(([, { createdAt }]) => `  created ${createdAt()}\n`);
    const waits = forgotten.map(([, facts]) => describeWaiting(facts));
    const lines = places.map((place, index) => `${place}${waits[index]}`).join('');
    const hint = waits.some((text) => text !== '') ? waitingHint : '';
    return `lambda-runtime-harness: ${forgotten.length} API(s) were never closed; their runtimes end with this process.\n${lines}  Write "await using api = await createRuntimeApi(…)", or call close() when the test ends.\n${hint}`;
  }

  #watch(): void {
    process.once('exit', this.#complain);
    // Vitest ends its forks by this signal, and nothing else would let us speak.
    if (process.env.VITEST !== undefined && process.connected) process.once('SIGTERM', this.#complainAndDie);
    // Where nobody listens to the parent, our listening would keep the process alive.
    if (process.connected && process.listenerCount('message') > 0) process.once('disconnect', this.#closeAll);
    if (process.env.NODE_TEST_CONTEXT?.startsWith('child')) this.#watchParent(process.ppid);
  }

  /** Jest lets nobody speak at the end of a process. Its runner says, to those who listen, when a test file has ended. */
  #listenToJest(): void {
    if (this.#listensToJest) return;
    this.#listensToJest = true;
    circus[circusHandlers]?.push(({ name }) => {
      // After the last hook: what is open now was forgotten.
      if (name === 'run_finish') this.#complain();
    });
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
    for (const api of [...this.#facts.keys()]) void api.close();
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

const waitingHint =
  '  A test that timed out while it waited did not get there. Give it more time than initTimeoutMs and timeoutMs together, or make these shorter: then the result says what happened.\n';

function describeWaiting({ wait, lastOutput }: ApiFacts): string {
  const sentence = wait();
  if (sentence === undefined) return '';
  const output = lastOutput();
  const lines = [
    sentence,
    output.length === 0 ? 'Last output: none' : 'Last output:',
    ...output.map((line) => `  ${line}`),
  ];
  return lines.map((line) => `    ${line}\n`).join('');
}

const shared = globalThis as { [registry]?: OpenApis };

/** One for all copies of the library: the ESM and the CommonJS build may both be loaded, and count as one. */
export const openApis: OpenApis = shared[registry] ?? new OpenApis();
shared[registry] = openApis;

/**
 * Names the APIs that nobody has closed yet, each with the line that created it; `undefined` if there is none, or each
 * has been named before. At the end of a process, or of a test file under Jest, this is printed anyway; test runners that
 * let no process end in peace can ask earlier. The setup entry for vitest does.
 */
export function reportOpenRuntimeApis(): string | undefined {
  return openApis.report();
}

/**
 * What a test that uses this API is waiting for, in a sentence; `undefined` if for nothing, or if the API is closed. A
 * report about a test that timed out can say it.
 */
export function describeWait(api: object): string | undefined {
  return openApis.wait(api);
}

/**
 * Calls `listener` with each further result of `invoke()` and `ready()` that is no success, of any API in this process;
 * returns a function that ends that. The setup entries for Jest and vitest tell so why a test failed.
 */
export function onFailedResult(listener: (failed: FailedResult) => void): () => void {
  return openApis.onFailure(listener);
}
