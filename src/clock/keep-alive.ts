import { MessageChannel } from 'node:worker_threads';

/**
 * Keeps the process alive while someone waits for us, and only then. Not under Jest, which does so itself as long as a
 * test runs, and, when one has timed out, waits for all that it left behind.
 */
export class KeepAlive {
  #waiting = 0;
  readonly #isNeeded = process.env.JEST_WORKER_ID === undefined;
  readonly #port = new MessageChannel().port1;

  constructor() {
    this.#port.unref();
  }

  async while<T>(promise: Promise<T>): Promise<T> {
    this.acquire();
    try {
      return await promise;
    } finally {
      this.release();
    }
  }

  acquire(): void {
    restoreNextTick();
    if (this.#waiting++ === 0 && this.#isNeeded) this.#port.ref();
  }

  release(): void {
    if (--this.#waiting === 0) this.#port.unref();
  }

  end(): void {
    this.#port.close();
  }
}

/** What fake timers leave on the functions they put in the place of Node's. */
interface FakeNextTick {
  readonly clock?: { readonly _nextTick?: typeof process.nextTick; readonly runMicrotasks?: () => void };
}

/**
 * Sinon fakes `process.nextTick` unless told otherwise, and with it Node's own networking stands still: nothing that we
 * or anybody else does over HTTP would ever end. So the real one is put back. Jest fakes a copy of `process`: no harm.
 */
function restoreNextTick(): void {
  const { clock } = process.nextTick as FakeNextTick;
  if (!clock?._nextTick || process.env.JEST_WORKER_ID !== undefined) return;
  process.nextTick = clock._nextTick;
  // What Node had put off meanwhile.
  clock.runMicrotasks?.();
}
