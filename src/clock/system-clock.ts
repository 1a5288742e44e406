import { stat } from 'node:fs';
import { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { CancelTimer, Clock } from './clock.ts';

// Fake timers replace globals, and properties of Node's modules; when they were first, that is all we would get.
// What they leave alone: the prototype of `performance`, the timeouts of sockets, the file system, message ports.
const now = (Object.getPrototypeOf(performance) as typeof performance).now.bind(performance);
const { timeOrigin } = performance;

const longestTimeoutMs = 2 ** 31 - 1;

/** Real time, out of reach of fake timers. Its timers never keep the process alive. */
export const systemClock: Clock = {
  now,
  epochMs: () => timeOrigin + now(),
  schedule: scheduleFor,
};

/** Sockets that were never connected, for the sake of their timeouts. */
const idleTimers: Socket[] = [];

function scheduleFor(delayMs: number, action: () => void): CancelTimer {
  if (delayMs === Number.POSITIVE_INFINITY) return () => {};
  const dueAt = now() + delayMs;
  const timer = idleTimers.pop() ?? new Socket();
  let isOver = false;
  timer.on('timeout', fire);
  start(delayMs);
  return end;

  function start(leftMs: number): void {
    timer.setTimeout(Math.min(Math.max(Math.ceil(leftMs), 1), longestTimeoutMs));
  }

  // A timeout of Node's holds no more than 24.8 days, and may fire a fraction of a millisecond early.
  function fire(): void {
    const leftMs = dueAt - now();
    if (leftMs >= 1) {
      start(leftMs);
    } else {
      end();
      action();
    }
  }

  function end(): void {
    if (isOver) return;
    isOver = true;
    timer.off('timeout', fire);
    timer.setTimeout(0);
    idleTimers.push(timer);
  }
}

/** Two turns of the event loop: whatever the operating system had ready for us has been read by then. */
export async function eventLoopTurns(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => stat('/', () => resolve()));
}
