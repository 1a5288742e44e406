import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { KeepAlive } from '../../src/clock/keep-alive.ts';
import { eventLoopTurns, systemClock } from '../../src/clock/system-clock.ts';

afterEach(() => {
  vi.useRealTimers();
});

const everyFake = [
  'setTimeout',
  'clearTimeout',
  'setInterval',
  'clearInterval',
  'setImmediate',
  'clearImmediate',
  'Date',
  'performance',
  'queueMicrotask',
  'hrtime',
] as const;

describe('the system clock', () => {
  test('runs an action when its time has come, never before', async () => {
    const before = systemClock.now();
    const at = await new Promise<number>((resolve) => systemClock.schedule(5, () => resolve(systemClock.now())));

    // Less than a millisecond early counts as due: timers have no finer grain.
    expect(at - before).toBeGreaterThan(4);
  });

  test('is real while timers are faked', async () => {
    vi.useFakeTimers({ toFake: [...everyFake], now: 0 });
    const before = systemClock.now();
    await new Promise<void>((resolve) => systemClock.schedule(2, resolve));
    await eventLoopTurns();

    expect(systemClock.now()).toBeGreaterThan(before);
    expect(systemClock.epochMs()).toBeGreaterThan(Date.UTC(2024));
    expect(Date.now()).toBe(0);
  });

  test('is not moved by fake timers', async () => {
    vi.useFakeTimers({ toFake: [...everyFake] });
    const cancel = systemClock.schedule(3_600_000, () => {
      throw new Error('An hour has not passed.');
    });
    const before = systemClock.now();
    await vi.advanceTimersByTimeAsync(7_200_000);

    expect(systemClock.now() - before).toBeLessThan(3_600_000);
    cancel();
  });

  test('agrees with the wall clock', () => {
    expect(Math.abs(systemClock.epochMs() - Date.now())).toBeLessThan(60_000);
  });

  test('does not run what was cancelled', async () => {
    let hasRun = false;
    systemClock.schedule(1, () => {
      hasRun = true;
    })();
    await new Promise<void>((resolve) => systemClock.schedule(3, resolve));

    expect(hasRun).toBe(false);
  });

  test.each([2 ** 31, 2 ** 40, Number.MAX_VALUE, Number.POSITIVE_INFINITY])(
    'waits for a delay of %d ms, which overflows a timer of Node’s',
    async (delayMs) => {
      let hasRun = false;
      const cancel = systemClock.schedule(delayMs, () => {
        hasRun = true;
      });
      await new Promise<void>((resolve) => systemClock.schedule(5, resolve));
      cancel();

      expect(hasRun).toBe(false);
    },
  );

  test('runs what was due before as soon as it can, but not at once', async () => {
    let hasRun = false;
    const ran = new Promise<void>((resolve) =>
      systemClock.schedule(-1000, () => {
        hasRun = true;
        resolve();
      }),
    );
    expect(hasRun).toBe(false);
    await ran;

    expect(hasRun).toBe(true);
  });
});

describe('keeping a process alive', () => {
  test('is left to those who are waited for: a pending timer does not', async () => {
    const cancel = systemClock.schedule(3_600_000, () => {});
    const pending = activeResources();
    cancel();

    expect(pending).toBe(activeResources());
  });

  test('lasts as long as the promise', async () => {
    const idle = activeResources();
    const keepAlive = new KeepAlive();
    expect(activeResources(), 'not before anything is waited for').toBe(idle);

    let finish = (): void => {};
    const work = keepAlive.while(
      new Promise<void>((resolve) => {
        finish = resolve;
      }),
    );
    expect(activeResources()).toBe(idle + 1);
    finish();
    await work;

    expect(activeResources()).toBe(idle);
    keepAlive.end();
  });

  test('ends with a rejection, too, which is passed on', async () => {
    const idle = activeResources();
    const keepAlive = new KeepAlive();

    await expect(keepAlive.while(Promise.reject(new Error('It failed.')))).rejects.toThrow('It failed.');
    expect(activeResources()).toBe(idle);
    keepAlive.end();
  });

  test('lasts until the last of several is done', () => {
    const idle = activeResources();
    const keepAlive = new KeepAlive();
    keepAlive.acquire();
    keepAlive.acquire();
    keepAlive.release();
    expect(activeResources()).toBe(idle + 1);
    keepAlive.release();

    expect(activeResources()).toBe(idle);
    keepAlive.end();
  });
});

test('two turns of the event loop let immediates of ours and of others run', async () => {
  const ran: string[] = [];
  void setImmediate().then(() => ran.push('theirs'));
  await eventLoopTurns();

  expect(ran).toEqual(['theirs']);
});

/** How many timers and message ports keep this process alive. */
function activeResources(): number {
  return process.getActiveResourcesInfo().filter((type) => type === 'Timeout' || type === 'MessagePort').length;
}
