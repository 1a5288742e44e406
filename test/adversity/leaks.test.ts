import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createRuntimeApi, type RuntimeApi, reportOpenRuntimeApis } from '../../src/index.ts';
import { runtimes } from '../helpers/fixtures.ts';
import { endOf } from './end-of.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Signals, and listeners on them, live longer than what uses them. */
const { signal } = new AbortController();

const lives: Readonly<Record<string, () => Promise<RuntimeApi>>> = {
  async 'that nobody used'() {
    return createRuntimeApi({ signal });
  },
  async 'of a process'() {
    const api = await createRuntimeApi({ command: runtimes.echo, signal });
    await api.invoke({}, { signal });
    return api;
  },
  async 'of a process that has exited'() {
    const api = await createRuntimeApi({ command: runtimes.exitsInInvoke, signal });
    await api.invoke({ code: 1 }, { signal });
    return api;
  },
  async 'of a handler'() {
    const api = await createRuntimeApi({ handler: async (event) => event, signal });
    api.on('platform.runtimeDone', () => api.timeline());
    await api.invoke({}, { signal });
    return api;
  },
  async 'of a handler that hangs'() {
    const api = await createRuntimeApi({ handler: () => new Promise(() => {}), signal });
    const invocation = api.invoke({}, { signal, timeoutMs: Number.MAX_SAFE_INTEGER, invokeMode: 'response-stream' });
    const end = endOf(invocation);
    await invocation.delivered;
    void invocation.chunks[Symbol.asyncIterator]()
      .next()
      .catch(() => {});
    await api.close();
    expect(await end).toBe('ERR_CLOSED');
    return api;
  },
};

test.each(Object.entries(lives))('a closed API %s is garbage', async (_what, live) => {
  const remembered = await (async () => {
    const api = await live();
    await api.close();
    return new WeakRef(api);
  })();

  for (let turn = 0; turn < 20 && remembered.deref(); turn++) {
    // What was looked at in a turn of the event loop lives until its end.
    await setImmediate();
    collectGarbage();
  }

  expect(remembered.deref()).toBeUndefined();
});

test('a thousand APIs that are opened and closed leave nothing to report', async () => {
  for (let count = 0; count < 1000; count++) await (await createRuntimeApi()).close();

  expect(reportOpenRuntimeApis()).toBeUndefined();
});
