import { HarnessError } from '../errors.ts';
import type { CancelTimer, Clock } from './clock.ts';
import { eventLoopTurns, systemClock } from './system-clock.ts';

/** A clock that stands still until the test moves it. */
export interface ManualClock extends Clock {
  /** Moves time forward by `ms` milliseconds; what falls due on the way happens in order, before this returns. */
  advance(ms: number): void;
  /** Moves time forward to a moment, in epoch milliseconds or as a `Date`, and lets what that caused settle. */
  advanceTo(moment: number | Date): Promise<void>;
  /** The clock's own idea of epoch milliseconds: the real time of its making plus what it was advanced by. */
  readonly currentMs: number;
}

interface Timer {
  readonly dueAt: number;
  readonly order: number;
  readonly action: () => void;
}

/** Makes a clock for `createRuntimeApi({ clock })` that only the test moves; it starts at the real time. */
export function manualClock(): ManualClock {
  const startedAt = systemClock.epochMs();
  const timers = new Set<Timer>();
  let elapsedMs = 0;
  let scheduled = 0;

  function nextDue(limit: number): Timer | undefined {
    let earliest: Timer | undefined;
    for (const timer of timers) {
      if (timer.dueAt > limit) continue;
      if (!earliest || timer.dueAt < earliest.dueAt || (timer.dueAt === earliest.dueAt && timer.order < earliest.order))
        earliest = timer;
    }
    return earliest;
  }

  function moveTo(target: number): void {
    for (let timer = nextDue(target); timer; timer = nextDue(target)) {
      timers.delete(timer);
      elapsedMs = Math.max(elapsedMs, timer.dueAt);
      timer.action();
    }
    // An action may have moved it further.
    elapsedMs = Math.max(elapsedMs, target);
  }

  return {
    now: () => elapsedMs,
    epochMs: systemClock.epochMs,
    get currentMs(): number {
      return startedAt + elapsedMs;
    },

    schedule(delayMs, action): CancelTimer {
      if (delayMs === Number.POSITIVE_INFINITY) return () => {};
      const timer: Timer = { dueAt: elapsedMs + Math.max(0, delayMs), order: scheduled++, action };
      timers.add(timer);
      return () => timers.delete(timer);
    },

    advance(ms) {
      if (!Number.isFinite(ms) || ms < 0) {
        throw new HarnessError(
          'ERR_INVALID_OPTION',
          `clock.advance() takes milliseconds, 0 or more; it was given ${String(ms)}. Time does not run backwards.`,
        );
      }
      moveTo(elapsedMs + ms);
    },

    async advanceTo(moment) {
      const target = Number(moment) - startedAt;
      if (!Number.isFinite(target) || target < elapsedMs) {
        throw new HarnessError(
          'ERR_INVALID_OPTION',
          `clock.advanceTo() takes a moment that is not before the clock's own, ${new Date(startedAt + elapsedMs).toISOString()}; it was given ${String(moment)}.`,
        );
      }
      moveTo(target);
      await eventLoopTurns();
    },
  };
}
