import { expect, test } from 'vitest';
import { createRuntimeApi, type RuntimeApiOptions } from '../../src/index.ts';
import { runtimes } from '../helpers/fixtures.ts';
import { connect, paths, rulesBroken } from '../helpers/wire-client.ts';
import { endOf } from './end-of.ts';

test('options may be frozen, without a prototype, or inherited', async () => {
  const plain: RuntimeApiOptions = { handler: async () => 1, functionName: 'plain' };
  const bare = Object.freeze(Object.assign(Object.create(null), plain));
  class Inherited {
    get handler(): () => Promise<number> {
      return async () => 1;
    }
  }

  for (const options of [bare, new Inherited(), Object.create(plain)]) {
    await using api = await createRuntimeApi(options);
    const bareOptions = Object.assign(Object.create(null), { timeoutMs: 1000 });

    expect(await api.invoke({}, bareOptions)).toMatchObject({ payload: 1 });
  }
});

test('options that cannot be looked at leave nothing behind', async () => {
  const trap = new Proxy(
    {},
    {
      ownKeys() {
        throw new RangeError('hands off');
      },
    },
  );

  await expect(createRuntimeApi(trap)).rejects.toThrow('hands off');
});

test('violations outlive the transcript, however short that is', async () => {
  await using api = await createRuntimeApi({ transcriptLimit: 1 });
  await using client = await connect(api.address);

  await client.request('GET', '/nowhere');
  for (const round of [1, 2, 3])
    expect([round, (await client.request('GET', paths.ping)).status]).toEqual([round, 200]);

  expect(rulesBroken(api)).toEqual(['unknown-path']);
  await api.reset();
  expect(api.violations).toEqual([]);
});

test('a transcript of one entry is enough for every result and its message', async () => {
  await using api = await createRuntimeApi({ command: runtimes.exitsInInvoke, transcriptLimit: 1 });

  expect(await api.invoke({ behave: true })).toMatchObject({ status: 'success' });
  expect(await api.invoke({ code: 3 })).toMatchObject({
    status: 'runtime-exit',
    message: expect.stringContaining('giving up'),
  });
  expect(api.transcript).toHaveLength(1);
  expect(api.timeline()).toMatch(/earlier entries were dropped/);
});

test('one AbortSignal may serve fifty invocations without a warning', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on('warning', note);
  const { signal } = new AbortController();
  await using api = await createRuntimeApi({ handler: () => new Promise(() => {}) });

  for (let count = 0; count < 50; count++) api.invoke({}, { signal }).catch(() => {});
  // Node tells of warnings between two turns of the event loop.
  await api.close();
  process.off('warning', note);

  expect(warnings).toEqual([]);
});

test('one AbortSignal gives up fifty invocations, and the next is served', async () => {
  await using api = await createRuntimeApi({
    handler: async (event) => (event === 'hang' ? new Promise(() => {}) : event),
  });
  const giveUp = new AbortController();
  const ends = Array.from({ length: 50 }, () => endOf(api.invoke('hang', { signal: giveUp.signal })));

  giveUp.abort();

  expect(new Set(await Promise.all(ends))).toEqual(new Set(['ERR_ABORTED']));
  expect(await api.invoke('after', { signal: new AbortController().signal })).toMatchObject({ payload: 'after' });
});

test('an AbortSignal may fire for a reason that is no text', async () => {
  await using api = await createRuntimeApi({ handler: () => new Promise(() => {}) });
  const giveUp = new AbortController();
  const reason = Object.create(null);
  const invocations = [1, 2, 3].map((event) => api.invoke(event, { signal: giveUp.signal }));
  const ends = Promise.all(invocations.map(endOf));

  giveUp.abort(reason);

  expect(await ends).toEqual(['ERR_ABORTED', 'ERR_ABORTED', 'ERR_ABORTED']);
  await expect(invocations[0]).rejects.toMatchObject({ cause: reason });
  await expect(api.ready({ signal: giveUp.signal })).rejects.toMatchObject({ code: 'ERR_ABORTED' });
});

test('expire() ends what has no timeout, and the message does not advise a longer one', async () => {
  await using api = await createRuntimeApi({
    handler: () => new Promise(() => {}),
    timeoutMs: Number.POSITIVE_INFINITY,
    initTimeoutMs: Number.POSITIVE_INFINITY,
  });
  const invocation = api.invoke({});
  await invocation.delivered;

  invocation.expire();
  const result = await invocation;

  expect(result).toMatchObject({ status: 'timeout', error: { errorType: 'Sandbox.Timedout' } });
  expect(result).toMatchObject({ message: expect.not.stringMatching(/raise timeoutMs|Infinity|NaN/) });
});
