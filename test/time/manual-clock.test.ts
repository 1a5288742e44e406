import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock/system-clock.ts';
import {
  createRuntimeApi,
  type Invocation,
  type ManualClock,
  manualClock,
  type RuntimeApi,
  type RuntimeApiOptions,
} from '../../src/index.ts';
import { openScene, runtimes, type Scene } from '../helpers/fixtures.ts';
import { isPending } from '../helpers/model.ts';
import { isAlive } from '../helpers/processes.ts';
import { connect, head, paths } from '../helpers/wire-client.ts';

const quarterHourMs = 900_000;
const hourMs = 3_600_000;
/** Far more than anything here takes, and far less than what would be waited for. */
const saneMs = 5000;

describe('a timeout of 15 minutes takes no time', () => {
  test('by expire(): the runtime is killed and replaced, and the next invocation served', async () => {
    await expectNoWaiting({}, (invocation) => invocation.expire());
  });

  test('by clock.advance(): the runtime is killed and replaced, and the next invocation served', async () => {
    const clock = manualClock();
    await expectNoWaiting({ clock }, () => clock.advance(quarterHourMs));
  });

  test('by clock.advanceTo(): the runtime is killed and replaced, and the next invocation served', async () => {
    const clock = manualClock();
    await expectNoWaiting({ clock }, () => clock.advanceTo(clock.currentMs + quarterHourMs));
  });
});

async function expectNoWaiting(
  options: RuntimeApiOptions,
  end: (invocation: Invocation) => void | Promise<void>,
): Promise<void> {
  await using scene = await openScene(runtimes.neverAnswers, { timeoutMs: quarterHourMs, ...options });
  const startedAt = systemClock.now();
  const invocation = scene.api.invoke({});
  await invocation.delivered;

  await end(invocation);
  const result = await invocation;
  const next = await scene.api.invoke({ behave: true });

  expect(systemClock.now() - startedAt).toBeLessThan(saneMs);
  expect(result).toMatchObject({
    status: 'timeout',
    error: { errorMessage: `RequestId: ${result.requestId} Error: Task timed out after 900.00 seconds` },
  });
  const [killed = 0, fresh] = scene.pids;
  expect(next).toMatchObject({ status: 'success', payload: { pid: fresh } });
  expect(isAlive(killed)).toBe(false);
  expect(scene.api.transcript.filter(({ type }) => type === 'runtime.stopping')).toMatchObject([
    { reason: 'its invocation timed out' },
  ]);
  await scene.expectNothingLeft();
}

describe('a manual clock', () => {
  test('enforces the init timeout', async () => {
    const clock = manualClock();
    await using scene = await openScene(runtimes.neverCallsNext, { clock, initTimeoutMs: hourMs });
    const ready = scene.api.ready();
    clock.advance(hourMs - 1);
    expect(await isPending(ready)).toBe(true);

    clock.advance(1);

    expect(await ready).toMatchObject({
      status: 'init-error',
      initDurationMs: hourMs,
      error: { errorType: 'Sandbox.Timedout' },
    });
    await scene.expectNothingLeft();
  });

  test('enforces the shutdown grace', async () => {
    const clock = manualClock();
    const shutdown = { signal: 'SIGTERM', graceMs: hourMs } as const;
    await using scene = await openScene(runtimes.ignoresSigterm, { clock, shutdown });
    await scene.api.invoke({});

    const closing = scene.api.close();
    await scene.printed('not now');
    clock.advance(hourMs - 1);
    expect(await isPending(closing)).toBe(true);
    expect(scene.pids.filter(isAlive)).toHaveLength(1);
    clock.advance(1);

    await closing;
    await scene.expectNothingLeft();
  });

  test.each(['close', 'reset'] as const)('that stands still does not hold up %s()', async (end) => {
    const shutdown = { signal: 'SIGTERM', graceMs: 50 } as const;
    await using scene = await openScene(runtimes.ignoresSigterm, { clock: manualClock(), shutdown });
    await scene.api.invoke({});
    const startedAt = systemClock.now();

    await scene.api[end]();

    expect(systemClock.now() - startedAt).toBeGreaterThanOrEqual(49);
    expect(systemClock.now() - startedAt).toBeLessThan(saneMs);
    expect(scene.pids.filter(isAlive)).toEqual([]);
    await scene.expectNothingLeft();
  });

  test('that stands still makes every duration 0', async () => {
    await using scene = await openScene(runtimes.echo, { clock: manualClock() });

    const result = await scene.api.invoke({});

    expect(result).toMatchObject({
      durationMs: 0,
      initDurationMs: 0,
      report: { durationMs: 0, initDurationMs: 0, billedDurationMs: 0 },
    });
    expect(new Set(scene.api.transcript.map(({ timeMs }) => timeMs))).toEqual(new Set([0]));
  });

  test('serves several APIs at once', async () => {
    const clock = manualClock();
    await using first = await createRuntimeApi({ command: runtimes.neverAnswers, clock, timeoutMs: 1000 });
    await using second = await createRuntimeApi({ command: runtimes.neverAnswers, clock, timeoutMs: 2000 });
    const [sooner, later] = [first.invoke({}), second.invoke({})];
    await Promise.all([sooner.delivered, later.delivered]);

    clock.advance(1000);
    expect(await sooner).toMatchObject({ status: 'timeout', durationMs: 1000 });
    expect(await isPending(later)).toBe(true);
    clock.advance(1000);
    expect(await later).toMatchObject({ status: 'timeout', durationMs: 2000 });
  });
});

describe('the message of a runtime that stalled', () => {
  test('and never called: says so', async () => {
    const clock = manualClock();
    await using scene = await openScene(runtimes.neverCallsNext, { clock, initTimeoutMs: 10_000 });
    await scene.printed('thinking');
    const invocation = scene.api.invoke({});
    clock.advance(10_000);

    const message = await messageOf(invocation);

    expect(message).toContain('The runtime did not ask for work within 10000 ms (Init phase). It was killed.\n');
    expect(message).toContain('Last call:   none: it never called the Runtime API\n');
    expect(message).toContain('stdout | thinking\n');
    expect(message).toMatch(/ 10000 ms {2}init {6}timeout after 10000 ms \(Sandbox\.Timedout\)\n/);
  });

  test('with the event in hand: says when it was given it', async () => {
    const { scene, clock } = await openReady(runtimes.neverAnswers);
    await using _scene = scene;
    clock.advance(5000);
    const message = await messageOfTimeout(scene, clock, 'waiting');

    expect(message).toContain(
      'The runtime did not answer within the timeout of 900000 ms (Invoke phase). It was replaced:',
    );
    expect(message).toContain(`Last call:   GET ${paths.next}, 905000 ms before: answered with 200\n`);
    expect(message).toContain('stdout | waiting\n');
    expect(message).toMatch(/ 5000 ms {2}invoke {4}\S+ delivered to the runtime\n/);
  });

  test('in the middle of its response: says how many bytes have arrived', async () => {
    const { scene, clock } = await openReady(runtimes.postsHalfAndStays);
    await using _scene = scene;
    const invocation = scene.api.invoke({});
    await firstOf(invocation.chunks);
    clock.advance(quarterHourMs);

    expect(await messageOf(invocation)).toContain(
      `Last call:   POST ${paths.response(invocation.requestId)}, 900000 ms before: 10 bytes of its body have arrived, and its end has not\n`,
    );
  });

  test('after its answer: says that it has not asked for more', async () => {
    const { scene, clock } = await openReady(runtimes.respondsAndHangs);
    await using _scene = scene;
    const message = await messageOfTimeout(scene, clock, 'resting');

    expect(message).toContain('The runtime posted its answer, but ran into the timeout of 900000 ms before it asked');
    expect(message).toMatch(/Last call: {3}POST \S+\/response, 900000 ms before: answered with 202\n/);
  });

  test.each([
    ['/response', paths.response],
    ['/error', paths.error],
  ])('in the middle of %s, attached: says the same', async (_title, pathOf) => {
    const clock = manualClock();
    await using api = await createRuntimeApi({ clock, timeoutMs: quarterHourMs });
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const { requestId } = await runtime.next();
    await runtime.send(
      head('POST', pathOf(requestId), { Host: 'localhost', 'Content-Length': '9', Expect: '100-continue' }),
    );
    await runtime.read();
    clock.advance(quarterHourMs);

    const message = await messageOf(invocation);

    expect(message).toContain(
      'It was not killed, because somebody else started it: a late answer is refused with 410.',
    );
    expect(message).toContain(`Last call:   POST ${pathOf(requestId)}, 900000 ms before: not answered yet\n`);
  });

  test('expired on a clock that stands still says that the handler had the event', async () => {
    const { scene } = await openReady(runtimes.neverAnswers);
    await using _scene = scene;
    const invocation = scene.api.invoke({});
    await invocation.delivered;
    invocation.expire();

    const message = await messageOf(invocation);

    expect(message).toContain(
      'The runtime did not answer within the time that the test gave it with expire() (Invoke phase).',
    );
    expect(message).not.toContain('before its event was delivered');
  });

  test('expired in the queue says that the handler never had the event', async () => {
    const { scene } = await openReady(runtimes.neverAnswers);
    await using _scene = scene;
    await scene.api.invoke({}).delivered;
    const queued = scene.api.invoke({});
    queued.expire();

    expect(await messageOf(queued)).toContain('before its event was delivered to the runtime.');
  });
});

describe.runIf(process.platform === 'linux')('the message says what the process was doing', () => {
  test('idle, or busy if it was caught on its way there', async () => {
    const { scene, clock } = await openReady(runtimes.neverAnswers);
    await using _scene = scene;

    expect(await messageOfTimeout(scene, clock, 'waiting')).toMatch(/^Process: {5}(idle|busy): /m);
  });

  test('busy', async () => {
    const { scene, clock } = await openReady(runtimes.burnsCpu);
    await using _scene = scene;

    expect(await messageOfTimeout(scene, clock, 'computing')).toContain('Process:     busy: it was using the CPU\n');
    await scene.expectNothingLeft();
  });

  test('stopped by a signal; it is killed all the same', async () => {
    const { scene, clock } = await openReady(runtimes.neverAnswers);
    await using _scene = scene;
    const invocation = scene.api.invoke({});
    await scene.printed('waiting');
    // Its parent is told when it has stopped; that is the test.
    const hasStopped = once(process, 'SIGCHLD');
    process.kill(scene.pids[0] ?? 0, 'SIGSTOP');
    await hasStopped;
    clock.advance(quarterHourMs);

    expect(await messageOf(invocation)).toContain('Process:     stopped by a signal (SIGSTOP, or Ctrl-Z)\n');
    expect(await scene.api.invoke({ behave: true })).toMatchObject({
      status: 'success',
      payload: { pid: scene.pids[1] },
    });
    await scene.expectNothingLeft();
  });
});

async function openReady(command: readonly string[]): Promise<{ scene: Scene; clock: ManualClock }> {
  const clock = manualClock();
  const scene = await openScene(command, { clock, timeoutMs: quarterHourMs });
  await scene.api.ready();
  return { scene, clock };
}

/** Times out an invocation once the runtime has printed a line. */
async function messageOfTimeout({ api, printed }: Scene, clock: ManualClock, line: string): Promise<string> {
  const invocation = api.invoke({});
  await printed(line);
  clock.advance(quarterHourMs);
  return messageOf(invocation);
}

async function messageOf(invocation: ReturnType<RuntimeApi['invoke']>): Promise<string> {
  const result = await invocation;
  if (result.status === 'success') throw new Error('The invocation was expected to fail, but it succeeded.');
  return result.message;
}

async function firstOf(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _chunk of chunks) return;
}
