import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock/system-clock.ts';
import {
  createRuntimeApi,
  type Invocation,
  type InvokeOptions,
  manualClock,
  type RuntimeApi,
} from '../../src/index.ts';
import { openScene, runtimes } from '../helpers/fixtures.ts';
import { isPending } from '../helpers/model.ts';
import { isAlive } from '../helpers/processes.ts';
import { Puppeteer } from '../helpers/puppet.ts';
import {
  accepted,
  connect,
  invokeTimeout,
  paths,
  replyOf,
  rulesBroken,
  type WireClient,
  type WireEvent,
} from '../helpers/wire-client.ts';

const hourMs = 3_600_000;
const yearMs = 365 * 24 * hourMs;

describe('the deadline that the runtime is told', () => {
  const cases: readonly [title: string, options: InvokeOptions, aheadMs: number][] = [
    ["is the API's timeout, if nothing else is said", {}, 5000],
    ["is the invocation's timeout, if it has one", { timeoutMs: 900_000 }, 900_000],
    ['is what the invocation says, whatever its timeout', { deadline: 400, timeoutMs: 60_000 }, 400],
    ["is what the invocation says, whatever the API's timeout", { deadline: 60_000 }, 60_000],
    ['is now', { deadline: 0 }, 0],
    ['is in the past', { deadline: -5000 }, -5000],
    ['is a part of a millisecond ahead', { deadline: 0.5 }, 0.5],
    ['is 24 days ahead', { deadline: 24 * 24 * hourMs }, 24 * 24 * hourMs],
    ['is just below 2^31 ms ahead, if it is further', { deadline: yearMs }, 2 ** 31 - 60_000],
    [
      'is just below 2^31 ms ahead, if the deadline has no end',
      { deadline: Number.POSITIVE_INFINITY },
      2 ** 31 - 60_000,
    ],
    [
      'is just below 2^31 ms ahead, if the timeout has no end',
      { timeoutMs: Number.POSITIVE_INFINITY },
      2 ** 31 - 60_000,
    ],
  ];

  test.each(cases)('%s', async (_title, options, aheadMs) => {
    await using api = await createRuntimeApi({ timeoutMs: 5000 });
    await using runtime = await connect(api.address);
    const before = systemClock.epochMs();
    const invocation = api.invoke({}, options);

    const told = deadlineOf(await runtime.next());

    expect(Number.isInteger(told)).toBe(true);
    expect(told).toBeGreaterThanOrEqual(Math.floor(before + aheadMs));
    expect(told).toBeLessThanOrEqual(systemClock.epochMs() + aheadMs);
    invocation.expire();
  });

  const moments: readonly [title: string, moment: Date, told: number][] = [
    ['of the past', new Date('2001-09-09T01:46:40Z'), 1_000_000_000_000],
    ['of the far future', new Date('2100-01-01T00:00:00.123Z'), 4_102_444_800_123],
    ['of the very beginning, as 1: clients take 0 for none', new Date(0), 1],
    ['of before the beginning, as 1', new Date(-1), 1],
  ];

  test.each(moments)('is a Date as it is: %s', async (_title, deadline, told) => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({}, { deadline });

    expect(deadlineOf(await runtime.next())).toBe(told);
    invocation.expire();
  });

  test('counts from delivery, not from invoke()', async () => {
    await using api = await createRuntimeApi({ timeoutMs: 5000 });
    await using runtime = await connect(api.address);
    const first = api.invoke(1);
    const second = api.invoke(2);
    await runtime.next();
    await runtime.respond(first.requestId, 'null');
    const before = systemClock.epochMs();

    const told = deadlineOf(await runtime.next());

    expect(told).toBeGreaterThanOrEqual(Math.floor(before + 5000));
    second.expire();
  });

  test('is real time for a child process, also when the clock was moved by an hour', async () => {
    const clock = manualClock();
    clock.advance(hourMs);
    await using api = await createRuntimeApi({ command: runtimes.reportsContext, clock, timeoutMs: 5000 });
    await api.ready();
    clock.advance(hourMs);
    const before = systemClock.epochMs();

    const result = await api.invoke<{ headers: Record<string, string> }>({});

    if (result.status !== 'success') throw new Error(result.message);
    const told = Number(result.payload.headers['lambda-runtime-deadline-ms']);
    expect(told).toBeGreaterThanOrEqual(Math.floor(before + 5000));
    expect(told).toBeLessThanOrEqual(systemClock.epochMs() + 5000);
  });
});

describe('the deadline that is enforced', () => {
  const cases: readonly [title: string, options: InvokeOptions, enforcedMs: number][] = [
    ["is the API's timeout", {}, 5000],
    ["is the invocation's timeout, where it is shorter", { timeoutMs: 200 }, 200],
    ["is the invocation's timeout, where it is longer", { timeoutMs: 900_000 }, 900_000],
    ['does not heed a deadline that is sooner', { deadline: 400, timeoutMs: 60_000 }, 60_000],
    ['does not heed a deadline that is later', { deadline: 900_000, timeoutMs: 1000 }, 1000],
    ['does not heed a deadline that has passed', { deadline: -1000 }, 5000],
    ['does not heed a Date', { deadline: new Date(0) }, 5000],
  ];

  test.each(cases)('%s', async (_title, options, enforcedMs) => {
    const clock = manualClock();
    await using api = await createRuntimeApi({ timeoutMs: 5000, clock });
    await using runtime = await connect(api.address);
    const invocation = api.invoke({}, options);
    await runtime.next();

    clock.advance(enforcedMs - 1);
    expect(await isPending(invocation)).toBe(true);
    clock.advance(1);

    expect(await invocation).toMatchObject({
      status: 'timeout',
      durationMs: enforcedMs,
      error: {
        errorMessage: `RequestId: ${invocation.requestId} Error: Task timed out after ${(enforcedMs / 1000).toFixed(2)} seconds`,
      },
    });
  });

  test('never comes with timeoutMs: Infinity', async () => {
    const clock = manualClock();
    await using api = await createRuntimeApi({ timeoutMs: Number.POSITIVE_INFINITY, clock });
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    await runtime.next();

    clock.advance(yearMs);
    expect(await isPending(invocation)).toBe(true);
    await answer(runtime, invocation.requestId, '"at last"');

    expect(await invocation).toMatchObject({ status: 'success', payload: 'at last', durationMs: yearMs });
  });

  test('comes with timeoutMs: Infinity when the test says so', async () => {
    await using api = await createRuntimeApi({ timeoutMs: Number.POSITIVE_INFINITY });
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    await runtime.next();
    await invocation.delivered;

    invocation.expire();

    expect(await invocation).toMatchObject({ status: 'timeout', error: { errorType: 'Sandbox.Timedout' } });
  });

  test('does not run while the invocation waits its turn, nor in the Init phase', async () => {
    const clock = manualClock();
    await using api = await createRuntimeApi({
      timeoutMs: 1000,
      initTimeoutMs: Number.POSITIVE_INFINITY,
      clock,
    });
    await using runtime = await connect(api.address);
    const first = api.invoke(1);
    const second = api.invoke(2);
    clock.advance(hourMs);
    await runtime.next();
    clock.advance(999);
    await runtime.respond(first.requestId, '1');
    await runtime.next();
    clock.advance(999);
    await answer(runtime, second.requestId, '2');

    expect([await first, await second]).toMatchObject([
      { status: 'success', durationMs: 999 },
      { status: 'success', durationMs: 999 },
    ]);
  });
});

describe('a handler that stops at 500 ms before its deadline', () => {
  test('stops at once when it is told that 400 ms are left; nobody interrupts it', async () => {
    await using api = await createRuntimeApi({ command: runtimes.stopsInTime });

    const result = await api.invoke({ items: 1000 }, { deadline: 400, timeoutMs: Number.POSITIVE_INFINITY });

    expect(result).toMatchObject({ status: 'success', payload: { done: 0, isComplete: false } });
  });

  test('works through when it is told that there is time', async () => {
    await using api = await createRuntimeApi({ command: runtimes.stopsInTime });

    const result = await api.invoke({ items: 1000 }, { deadline: hourMs, timeoutMs: Number.POSITIVE_INFINITY });

    expect(result).toMatchObject({ status: 'success', payload: { done: 1000, isComplete: true } });
  });
});

describe('an answer that comes after the timeout', () => {
  test.each(['response', 'error'] as const)(
    '/%s gets 410, is in the transcript, and is not mistaken for the answer to the next event',
    async (call) => {
      const clock = manualClock();
      await using api = await createRuntimeApi({ timeoutMs: 1000, clock });
      await using runtime = await connect(api.address);
      const late = api.invoke('late');
      await runtime.next();
      await late.delivered;
      clock.advance(1000);
      expect((await late).status).toBe('timeout');
      const next = api.invoke('next');

      const body = '{"errorType":"Too.Late","errorMessage":"late"}';
      expect(replyOf(await runtime.request('POST', paths[call](late.requestId), { body }))).toEqual(invokeTimeout);
      expect(await isPending(next)).toBe(true);
      expect((await runtime.next()).requestId).toBe(next.requestId);
      expect(replyOf(await runtime.request('POST', paths[call](late.requestId), { body }))).toEqual(invokeTimeout);
      expect(replyOf(await runtime.respond(next.requestId, '"mine"'))).toEqual(accepted);
      await runtime.poll();

      expect(await next).toMatchObject({ status: 'success', payload: 'mine' });
      const refusals = api.transcript.filter((entry) => entry.type === 'exchange' && entry.response?.status === 410);
      expect(refusals).toMatchObject([
        { method: 'POST', path: paths[call](late.requestId), requestBytes: 0 },
        { method: 'POST', path: paths[call](late.requestId), requestBytes: 0 },
      ]);
      expect(api.timeline()).toContain(`POST ${paths[call](late.requestId)} → 410 {"errorMessage":"Invoke timeout"`);
      expect(rulesBroken(api)).toEqual([]);
    },
  );

  test.each(['abort', 'reset'] as const)('gets 410 after %s, too: an attached runtime cannot know', async (cause) => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const abort = new AbortController();
    const invocation = api.invoke({}, { signal: abort.signal });
    await runtime.next();
    await invocation.delivered;
    if (cause === 'abort') abort.abort();
    else await api.reset();

    expect(replyOf(await runtime.respond(invocation.requestId, '"late"'))).toEqual(invokeTimeout);
    expect(rulesBroken(api)).toEqual([]);
  });

  test('the death of an attached runtime is not seen: its invocation ends by the timeout', async () => {
    const clock = manualClock();
    await using api = await createRuntimeApi({ timeoutMs: 1000, clock });
    const { handle: invocation } = await deliverToOneThatDies(api);
    expect(await isPending(invocation)).toBe(true);

    clock.advance(1000);

    expect((await invocation).status).toBe('timeout');
  });
});

/** In an object: an invocation is a promise itself, and would be awaited along. */
async function deliverToOneThatDies(api: RuntimeApi): Promise<{ handle: Invocation }> {
  const handle = api.invoke({});
  await using runtime = await connect(api.address);
  await runtime.next();
  await handle.delivered;
  return { handle };
}

describe('the init timeout', () => {
  test("is an 'init-error' of the invocation that waits, and the runtime is replaced", async () => {
    const clock = manualClock();
    await using puppeteer = await Puppeteer.listen();
    const { command, env } = puppeteer;
    await using scene = await openScene(command, { env, clock, timeoutMs: 1000, initTimeoutMs: 10_000 });
    const stuck = await puppeteer.arrival();
    const invocation = scene.api.invoke({});

    clock.advance(9999);
    expect(await isPending(invocation)).toBe(true);
    clock.advance(1);

    const result = await invocation;
    expect(result).toMatchObject({
      status: 'init-error',
      functionError: 'Unhandled',
      durationMs: 0,
      initDurationMs: 10_000,
      error: {
        errorType: 'Sandbox.Timedout',
        errorMessage: `RequestId: ${invocation.requestId} Error: Task timed out after 10.00 seconds`,
      },
      report: { status: 'timeout' },
    });
    expect(result).not.toHaveProperty('exit');
    const next = scene.api.invoke({});
    const fresh = await puppeteer.arrival();
    expect(isAlive(stuck.pid)).toBe(false);
    for (const step of ['next', 'respond'] as const) await fresh.take(step);
    void fresh.take('next');
    expect(await next).toMatchObject({ status: 'success', payload: { pid: fresh.pid } });
    await scene.expectNothingLeft();
  });

  test('is told by ready() and by the next invocation, once', async () => {
    const clock = manualClock();
    await using scene = await openScene(runtimes.neverCallsNext, { clock, initTimeoutMs: 10_000 });
    const ready = scene.api.ready();
    clock.advance(10_000);

    expect(await ready).toMatchObject({ status: 'init-error', error: { errorType: 'Sandbox.Timedout' } });
    expect(await scene.api.invoke({})).toMatchObject({ status: 'init-error', initDurationMs: 10_000 });
    const next = scene.api.invoke({});
    expect(await isPending(next)).toBe(true);
    next.expire();
    await scene.expectNothingLeft();
  });
});

describe('durations', () => {
  test('of Init and of the first invocation are kept apart; the report adds them up for the bill', async () => {
    const clock = manualClock();
    await using puppeteer = await Puppeteer.listen();
    const { command, env } = puppeteer;
    await using api = await createRuntimeApi({ command, env, clock, timeoutMs: 1000, memorySizeMb: 512 });
    const puppet = await puppeteer.arrival();
    const cold = api.invoke({});
    const warm = api.invoke({});
    clock.advance(900.25);
    await puppet.take('next');
    clock.advance(800.5);
    await puppet.take('respond');
    await cold.responded;
    clock.advance(100);
    await puppet.take('next');
    clock.advance(7);
    await puppet.take('respond');
    void puppet.take('next');

    const first = await cold;
    const second = await warm;

    expect(first).toMatchObject({ status: 'success', durationMs: 900.5, initDurationMs: 900.25 });
    expect(first.report).toMatchObject({
      durationMs: 900.5,
      initDurationMs: 900.25,
      billedDurationMs: 1801,
      memorySizeMb: 512,
    });
    expect(second).toMatchObject({ status: 'success', durationMs: 7 });
    expect(second.report).toMatchObject({ durationMs: 7, billedDurationMs: 7 });
    expect(second.report).not.toHaveProperty('initDurationMs');
    expect(api.transcript.filter(({ type }) => type === 'platform.runtimeDone')).toMatchObject([
      { requestId: cold.requestId, durationMs: 900.5 },
      { requestId: warm.requestId, durationMs: 7 },
    ]);
  });

  test('by the real clock are what passed in this process, and no more', async () => {
    await using api = await createRuntimeApi({ command: runtimes.echo });
    const before = systemClock.now();

    const { durationMs, initDurationMs = Number.NaN, report } = await api.invoke({});

    expect(durationMs).toBeGreaterThan(0);
    expect(durationMs).toBeLessThanOrEqual(systemClock.now() - before);
    expect(initDurationMs).toBeGreaterThan(0);
    expect(report).toMatchObject({
      durationMs,
      initDurationMs,
      billedDurationMs: Math.ceil(durationMs + initDurationMs),
    });
  });
});

describe('report.text', () => {
  test('of a cold start and of a warm one', async () => {
    const clock = manualClock();
    await using puppeteer = await Puppeteer.listen();
    const { command, env } = puppeteer;
    await using api = await createRuntimeApi({ command, env, clock, functionVersion: '7', memorySizeMb: 256 });
    const puppet = await puppeteer.arrival();
    const cold = api.invoke({});
    const warm = api.invoke({});
    clock.advance(123.456);
    await puppet.take('next');
    clock.advance(7.891);
    for (const step of ['respond', 'next', 'respond'] as const) await puppet.take(step);
    void puppet.take('next');

    expect(withoutMemory((await cold).report.text)).toBe(
      'START RequestId: 00000000-0000-4000-8000-000000000001 Version: 7\n' +
        'END RequestId: 00000000-0000-4000-8000-000000000001\n' +
        'REPORT RequestId: 00000000-0000-4000-8000-000000000001\tDuration: 7.89 ms\tBilled Duration: 132 ms\t' +
        'Memory Size: 256 MB\tInit Duration: 123.46 ms\t\n',
    );
    expect(withoutMemory((await warm).report.text)).toBe(
      'START RequestId: 00000000-0000-4000-8000-000000000002 Version: 7\n' +
        'END RequestId: 00000000-0000-4000-8000-000000000002\n' +
        'REPORT RequestId: 00000000-0000-4000-8000-000000000002\tDuration: 0.00 ms\tBilled Duration: 0 ms\tMemory Size: 256 MB\t\n',
    );
  });

  test('of a timeout', async () => {
    const clock = manualClock();
    await using api = await createRuntimeApi({ clock, timeoutMs: 3000 });
    await using runtime = await connect(api.address);
    const invocation = api.invoke({}, { requestId: 'the-id' });
    await runtime.next();
    clock.advance(3000);

    expect((await invocation).report.text).toBe(
      'START RequestId: the-id Version: $LATEST\nEND RequestId: the-id\n' +
        'REPORT RequestId: the-id\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tStatus: timeout\t\n',
    );
  });

  test('of an error', async () => {
    await using api = await createRuntimeApi({ clock: manualClock() });
    await using runtime = await connect(api.address);
    const invocation = api.invoke({}, { requestId: 'the-id' });
    await runtime.next();
    await runtime.fail('the-id', '{"errorType":"ValidationError","errorMessage":"no name"}');
    await runtime.poll();

    expect((await invocation).report.text).toBe(
      'START RequestId: the-id Version: $LATEST\nEND RequestId: the-id\n' +
        'REPORT RequestId: the-id\tDuration: 0.00 ms\tBilled Duration: 0 ms\tMemory Size: 128 MB\t' +
        'Status: error\tError Type: ValidationError\t\n',
    );
  });

  test.runIf(process.platform === 'linux')('of a child process says how much memory it used at most', async () => {
    await using api = await createRuntimeApi({ command: runtimes.echo });

    const { report } = await api.invoke({});

    expect(report.maxMemoryUsedMb).toBeGreaterThan(10);
    expect(report.text).toContain(`\tMax Memory Used: ${report.maxMemoryUsedMb} MB\t`);
  });
});

function withoutMemory(text: string): string {
  return text.replace(/\tMax Memory Used: \d+ MB/, '');
}

function deadlineOf({ headers }: WireEvent): number {
  return Number(headers['lambda-runtime-deadline-ms']);
}

async function answer(runtime: WireClient, requestId: string, body: string): Promise<void> {
  await runtime.respond(requestId, body);
  await runtime.poll();
}
