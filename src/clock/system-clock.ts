import { performance } from 'node:perf_hooks';
import timers from 'node:timers';
import type { CancelTimer, Clock } from './clock.ts';

// Taken once, from the module: fake timers replace the globals, some replace the module's properties too.
const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate } = timers;
const now = performance.now.bind(performance);
const { timeOrigin } = performance;

const longestTimeoutMs = 2 ** 31 - 1;

/** Real time, out of reach of fake timers. Its timers never keep the process alive. */
export const systemClock: Clock = {
  now,
  epochMs: () => timeOrigin + now(),
  schedule: scheduleFor,
};

function scheduleFor(delayMs: number, action: () => void): CancelTimer {
  if (delayMs === Number.POSITIVE_INFINITY) return () => {};
  const dueAt = now() + delayMs;
  let timer = setTimeout(fire, Math.min(Math.max(delayMs, 0), longestTimeoutMs)).unref();
  return () => clearTimeout(timer);

  // A timer of Node's holds no more than 24.8 days, and may fire a fraction of a millisecond early.
  function fire(): void {
    const leftMs = dueAt - now();
    if (leftMs < 1) action();
    else timer = setTimeout(fire, Math.min(leftMs, longestTimeoutMs)).unref();
  }
}

/** Two turns of the event loop: whatever the operating system had ready for us has been read by then. */
export async function eventLoopTurns(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));
}

/** Keeps the process alive while someone waits for us, and only then. */
export class KeepAlive {
  #waiting = 0;
  // `ref` and `unref` of one timer cost next to nothing; making and clearing one for each wait would not.
  readonly #timer = setInterval(() => {}, longestTimeoutMs).unref();

  async while<T>(promise: Promise<T>): Promise<T> {
    this.acquire();
    try {
      return await promise;
    } finally {
      this.release();
    }
  }

  acquire(): void {
    if (this.#waiting++ === 0) this.#timer.ref();
  }

  release(): void {
    if (--this.#waiting === 0) this.#timer.unref();
  }

  end(): void {
    clearInterval(this.#timer);
  }
}
