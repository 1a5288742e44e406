import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  createRuntimeApi,
  type Invocation,
  manualClock,
  type RuntimeApi,
  type TranscriptEntryType,
} from '../../src/index.ts';
import { openScene, runtimes } from '../helpers/fixtures.ts';
import { isAlive } from '../helpers/processes.ts';
import { connect, paths } from '../helpers/wire-client.ts';
import { endOf } from './end-of.ts';

const behave = { behave: true };

afterEach(() => {
  vi.restoreAllMocks();
});

/** Calls back in the middle of the first entry of a type. */
function once(api: RuntimeApi, type: TranscriptEntryType, action: () => void): Promise<void> {
  return new Promise((resolve) => {
    const leave = api.on(type, () => {
      leave();
      action();
      resolve();
    });
  });
}

/** A life with everything in it: an exit, a fresh runtime, a response, a timeout. */
async function live(api: RuntimeApi): Promise<string[]> {
  const ends = [await endOf(api.invoke({ code: 3 })), await endOf(api.invoke(behave))];
  const timesOut = api.invoke(behave);
  // Queued or delivered, whichever it is: it ends.
  timesOut.expire();
  return [...ends, await endOf(timesOut)];
}

const moments: readonly TranscriptEntryType[] = [
  'invocation.queued',
  'platform.start',
  'exchange',
  'runtime.exited',
  'platform.runtimeDone',
  'platform.initStart',
  'runtime.started',
  'platform.initReport',
  'invocation.responded',
];

describe.each(moments)('at the moment of %s', (type) => {
  test('close() ends everything, and nothing starts any more', async () => {
    await using scene = await openScene(runtimes.exitsInInvoke);
    const { api } = scene;
    await api.ready();
    let closing: Promise<void> | undefined;
    const moment = once(api, type, () => {
      closing = api.close();
    });

    const ends = await live(api);
    await moment;
    await closing;

    expect(ends.at(-1)).toBe('ERR_CLOSED');
    await scene.expectNothingLeft();
  });

  test('reset() ends the runtime, and the next invocation is served by a fresh one', async () => {
    await using scene = await openScene(runtimes.exitsInInvoke);
    const { api } = scene;
    await api.ready();
    let resetting: Promise<void> | undefined;
    const moment = once(api, type, () => {
      resetting = api.reset();
    });

    await live(api);
    await moment;
    await resetting;

    expect(await api.invoke(behave)).toMatchObject({ status: 'success', payload: { pid: scene.pids.at(-1) } });
    expect(scene.pids.slice(0, -1).filter(isAlive)).toEqual([]);
    await scene.expectNothingLeft();
  });
});

test.each(['invocation.queued', 'platform.start', 'runtime.exited', 'platform.initStart'] as const)(
  'invoke() at the moment of %s is served after what waits already',
  async (type) => {
    await using api = await createRuntimeApi({ command: runtimes.exitsInInvoke });
    await api.ready();
    let further: Promise<string> | undefined;
    const moment = once(api, type, () => {
      further = endOf(api.invoke(behave));
    });

    const ends = await live(api);
    await moment;

    expect(ends).toEqual(['runtime-exit', 'success', 'timeout']);
    expect(await further).toBe('success');
  },
);

describe('while a runtime is being stopped', () => {
  test('close() at the moment of runtime.stopping resolves when the process is gone', async () => {
    await using scene = await openScene(runtimes.neverAnswers);
    const { api, pids } = scene;
    const invocation = api.invoke({});
    await invocation.delivered;
    let alive: Promise<number[]> | undefined;
    const moment = once(api, 'runtime.stopping', () => {
      alive = api.close().then(() => pids.filter(isAlive));
    });

    invocation.expire();
    await moment;

    expect(await alive).toEqual([]);
    expect(await endOf(invocation)).toBe('timeout');
    await scene.expectNothingLeft();
  });

  test('invoke() at the moment of runtime.stopped is a cold start', async () => {
    await using api = await createRuntimeApi({ command: runtimes.neverAnswers });
    const invocation = api.invoke({});
    await invocation.delivered;
    let further: Invocation | undefined;
    const moment = once(api, 'runtime.stopped', () => {
      further = api.invoke({});
    });

    invocation.expire();
    await moment;
    await further?.delivered;
    further?.expire();

    expect(await further).toMatchObject({ status: 'timeout', initDurationMs: expect.any(Number) });
  });
});

test('what a listener invokes when a reset() discards is served after the reset', async () => {
  await using api = await createRuntimeApi({ handler: (event) => (event === 'hang' ? new Promise(() => {}) : event) });
  const discarded = api.invoke('hang');
  const end = endOf(discarded);
  await discarded.delivered;
  let further: Invocation | undefined;
  const moment = once(api, 'invocation.discarded', () => {
    further = api.invoke('further');
  });

  await api.reset();
  await moment;

  expect(await end).toBe('ERR_RESET');
  expect(await further).toMatchObject({ status: 'success', payload: 'further' });
});

test('invoke() while reset() is under way is served after it, under a request ID of its own', async () => {
  const written = vi.spyOn(process.stderr, 'write');
  await using api = await createRuntimeApi({ handler: (event) => event });
  await api.ready();

  const resetting = api.reset();
  const early = api.invoke('early');
  await resetting;
  const late = api.invoke('late');

  expect(await Promise.all([early, late])).toMatchObject([{ payload: 'early' }, { payload: 'late' }]);
  expect(written.mock.calls.filter(([text]) => String(text).includes('never awaited'))).toEqual([]);
});

test('an invocation made when another is done goes to a second poll that waits', async () => {
  await using api = await createRuntimeApi();
  await using first = await connect(api.address);
  await using second = await connect(api.address);
  await first.park();
  await second.park();
  let further: Invocation | undefined;
  const moment = once(api, 'platform.runtimeDone', () => {
    further = api.invoke('further');
  });

  const invocation = api.invoke('first');
  const { headers } = await first.read();
  await first.respond(headers['lambda-runtime-aws-request-id'] ?? '', '1');
  await first.poll();
  await invocation;
  await moment;
  const event = await second.read();
  const reply = await second.respond(event.headers['lambda-runtime-aws-request-id'] ?? '', '2');
  await second.poll();

  expect(reply.status).toBe(202);
  expect(await further).toMatchObject({ status: 'success', payload: 2 });
});

test('expire() at the moment of delivery is a timeout; the runtime that got the event anyway is told by 410', async () => {
  await using api = await createRuntimeApi();
  await using runtime = await connect(api.address);
  await runtime.park();
  const invocations: Invocation[] = [];
  const moment = once(api, 'platform.start', () => invocations[0]?.expire());

  invocations.push(api.invoke({}));
  const { headers } = await runtime.read();
  await moment;
  const reply = await runtime.respond(headers['lambda-runtime-aws-request-id'] ?? '', '1');

  expect(reply.status).toBe(410);
  expect(await invocations[0]).toMatchObject({ status: 'timeout' });
});

test('close() in onViolation ends the invocation as ERR_CLOSED', async () => {
  const apis: RuntimeApi[] = [];
  const closings: Promise<void>[] = [];
  const api = await createRuntimeApi({
    onViolation: () => {
      for (const open of apis) closings.push(open.close());
    },
  });
  apis.push(api);
  await using runtime = await connect(api.address);
  const invocation = api.invoke({});
  const end = endOf(invocation);
  await runtime.next();

  await runtime.sendRequest('GET', paths.response('none'));

  expect(await end).toBe('ERR_CLOSED');
  await Promise.all(closings);
  expect(closings).toHaveLength(1);
});

test('close() in the callback for log lines ends everything', async () => {
  const apis: RuntimeApi[] = [];
  const closings: Promise<void>[] = [];
  const api = await createRuntimeApi({
    command: runtimes.exitsInInvoke,
    logs: () => {
      for (const open of apis) closings.push(open.close());
    },
  });
  apis.push(api);

  // Its last words are "giving up"; whether they are read before or after its death is a matter of chance.
  expect(['runtime-exit', 'ERR_CLOSED']).toContain(await endOf(api.invoke({ code: 1 })));

  await Promise.all(closings);
  expect(await endOf(api.invoke({}))).toBe('ERR_CLOSED');
});

test('a manual clock may be moved by a listener that it called', async () => {
  const clock = manualClock();
  await using api = await createRuntimeApi({ handler: () => new Promise(() => {}), clock, timeoutMs: 1000 });
  const first = api.invoke({});
  const second = api.invoke({});
  await first.delivered;
  const moment = once(api, 'platform.runtimeDone', () => clock.advance(1000));

  clock.advance(1000);
  await moment;

  expect(await first).toMatchObject({ status: 'timeout', durationMs: 1000 });
  await second.delivered;
  clock.advance(1000);
  expect(await second).toMatchObject({ status: 'timeout', durationMs: 1000 });
});
