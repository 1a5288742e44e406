import type { Clock } from '../clock/clock.ts';
import type { ManualClock } from '../clock/manual-clock.ts';
import type { Invocation } from '../environment/invocation.ts';

/**
 * Milliseconds until the deadline that a handler in this process was told; none if its invocation has ended. The
 * deadline is a moment of real time; but where the test owns the clock, the handler's time passes when the test says so.
 */
export function remainingTimeMs(invocation: Invocation | undefined, clock: Clock): number {
  if (!invocation) return 0;
  const { deliveredAt, deadlineMs } = invocation;
  const { deadline } = invocation.request;
  const { currentMs = clock.epochMs() }: Partial<ManualClock> = clock;
  const isSpan = typeof deadline === 'number' && deadline !== Number.POSITIVE_INFINITY && deliveredAt !== undefined;
  return Math.floor(isSpan ? deliveredAt + deadline - clock.now() : deadlineMs - currentMs);
}
