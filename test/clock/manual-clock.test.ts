import { describe, expect, test } from 'vitest';
import { manualClock } from '../../src/clock/manual-clock.ts';
import { systemClock } from '../../src/clock/system-clock.ts';

describe('a manual clock', () => {
  test('stands still until it is moved, and then moves by just that much', () => {
    const clock = manualClock();
    expect([clock.now(), clock.now()]).toEqual([0, 0]);
    const start = clock.currentMs;
    clock.advance(1500);

    expect(clock.now()).toBe(1500);
    expect(clock.currentMs).toBe(start + 1500);
  });

  test('starts at the real time', () => {
    const before = systemClock.epochMs();
    const { currentMs } = manualClock();

    expect(currentMs).toBeGreaterThanOrEqual(before);
    expect(currentMs).toBeLessThanOrEqual(systemClock.epochMs());
  });

  test('tells real epoch milliseconds to those with a clock of their own, however far it was moved', () => {
    const clock = manualClock();
    clock.advance(3_600_000);
    const before = systemClock.epochMs();
    const told = clock.epochMs();

    expect(told).toBeGreaterThanOrEqual(before);
    expect(told).toBeLessThanOrEqual(systemClock.epochMs());
  });

  test('runs what falls due in the order of due times, and of scheduling where these are equal', () => {
    const clock = manualClock();
    const ran: string[] = [];
    for (const [name, delayMs] of [
      ['late', 30],
      ['early', 10],
      ['middle, first', 20],
      ['middle, second', 20],
      ['not yet', 31],
    ] as const) {
      clock.schedule(delayMs, () => ran.push(`${name} at ${clock.now()}`));
    }
    clock.advance(30);

    expect(ran).toEqual(['early at 10', 'middle, first at 20', 'middle, second at 20', 'late at 30']);
  });

  test('runs each action once', () => {
    const clock = manualClock();
    let runs = 0;
    clock.schedule(10, () => runs++);
    clock.advance(10);
    clock.advance(10);

    expect(runs).toBe(1);
  });

  test('runs what is scheduled on the way, if it falls due on the way', () => {
    const clock = manualClock();
    const ran: number[] = [];
    clock.schedule(10, () => {
      ran.push(clock.now());
      clock.schedule(10, () => ran.push(clock.now()));
      clock.schedule(100, () => ran.push(clock.now()));
    });
    clock.advance(50);
    expect(ran).toEqual([10, 20]);

    clock.advance(60);
    expect(ran).toEqual([10, 20, 110]);
  });

  test('does not run what was cancelled, not even by an action on the way', () => {
    const clock = manualClock();
    const ran: string[] = [];
    const cancelFirst = clock.schedule(10, () => ran.push('first'));
    const cancelThird = clock.schedule(30, () => ran.push('third'));
    clock.schedule(20, () => {
      ran.push('second');
      cancelThird();
    });
    cancelFirst();
    cancelFirst();
    clock.advance(100);

    expect(ran).toEqual(['second']);
  });

  test('runs what is due now, or was due before, at the next move', () => {
    const clock = manualClock();
    const ran: string[] = [];
    clock.schedule(0, () => ran.push('now'));
    clock.schedule(-5, () => ran.push('before'));
    expect(ran).toEqual([]);
    clock.advance(0);

    expect(ran).toEqual(['now', 'before']);
  });

  test('never runs what is scheduled for Infinity', () => {
    const clock = manualClock();
    let hasRun = false;
    const cancel = clock.schedule(Number.POSITIVE_INFINITY, () => {
      hasRun = true;
    });
    clock.advance(Number.MAX_SAFE_INTEGER);
    cancel();

    expect(hasRun).toBe(false);
  });

  test('is not turned back by an action that moves it further', () => {
    const clock = manualClock();
    clock.schedule(10, () => clock.advance(1000));
    clock.advance(20);

    expect(clock.now()).toBeGreaterThanOrEqual(1010);
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('refuses to advance by %d', (ms) => {
    const clock = manualClock();

    expect(() => clock.advance(ms)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_OPTION',
        message: `clock.advance() takes milliseconds, 0 or more; it was given ${ms}. Time does not run backwards.`,
      }),
    );
    expect(clock.now()).toBe(0);
  });
});

describe('advanceTo()', () => {
  test('moves to a moment in epoch milliseconds, or to a Date', async () => {
    const clock = manualClock();
    const start = clock.currentMs;
    await clock.advanceTo(start + 250);
    expect(clock.now()).toBeCloseTo(250, 3);

    const moment = new Date(Math.ceil(start) + 1000);
    await clock.advanceTo(moment);
    expect(clock.currentMs).toBeCloseTo(moment.getTime(), 3);
  });

  test('runs what falls due, and lets what that caused settle', async () => {
    const clock = manualClock();
    const settled: string[] = [];
    clock.schedule(10, () => {
      void Promise.resolve()
        .then(() => settled.push('one'))
        .then(() => settled.push('two'));
    });
    await clock.advanceTo(clock.currentMs + 10.5);

    expect(settled).toEqual(['one', 'two']);
  });

  test('may stay where it is', async () => {
    const clock = manualClock();
    await clock.advanceTo(clock.currentMs);

    expect(clock.now()).toBe(0);
  });

  test.each([
    ['a moment before its own', (current: number) => current - 1],
    ['NaN', () => Number.NaN],
    ['Infinity', () => Number.POSITIVE_INFINITY],
    ['an invalid Date', () => new Date(Number.NaN)],
  ])('refuses %s', async (_title, momentFor) => {
    const clock = manualClock();
    const moment = momentFor(clock.currentMs);

    await expect(clock.advanceTo(moment)).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTION',
      message: `clock.advanceTo() takes a moment that is not before the clock's own, ${new Date(clock.currentMs).toISOString()}; it was given ${moment}.`,
    });
    expect(clock.now()).toBe(0);
  });
});
