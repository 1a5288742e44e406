import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRuntimeApi, type RuntimeApi } from '../../src/index.ts';

let printed: string[] = [];

beforeEach(() => {
  printed = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed.push(String(text));
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

function forgetToAwait(api: RuntimeApi): void {
  api.invoke('forgotten');
}

test('an invocation that nobody awaits is named at close(), once, with its line', async () => {
  const api = await createRuntimeApi();
  forgetToAwait(api);
  forgetToAwait(api);

  await api.close();
  await api.close();

  expect(printed).toHaveLength(1);
  expect(printed[0]).toMatch(
    /^lambda-runtime-harness: 2 invocation\(s\) were never awaited; what became of them went unseen\.\n {2}invoked at forgetToAwait .*unawaited\.test\.ts:19:\d+\)\n {2}Write "await api\.invoke\(…\)"/,
  );
});

test('at reset(), too', async () => {
  await using api = await createRuntimeApi();
  forgetToAwait(api);

  await api.reset();

  expect(printed.join('')).toContain('1 invocation(s) were never awaited');
});

test.each(['close', 'reset'] as const)('an invocation that is awaited just before %s() is not', async (end) => {
  await using api = await createRuntimeApi();
  const awaiting = expect((async () => await api.invoke(1))()).rejects.toMatchObject({ name: 'HarnessError' });

  await api[end]();

  await awaiting;
  expect(printed).toEqual([]);
});

test('of very many, the first are named', async () => {
  const api = await createRuntimeApi();
  for (let count = 0; count < 200; count++) forgetToAwait(api);

  await api.close();

  expect(printed.join('')).toContain('at least 100 invocation(s) were never awaited');
});

test.each([
  ['caught', (api: RuntimeApi) => void api.invoke(1).catch(() => {})],
  ['awaited with others', (api: RuntimeApi) => void Promise.allSettled([api.invoke(1)])],
  ['asked for a moment of it', (api: RuntimeApi) => void api.invoke(1).delivered],
  ['read', (api: RuntimeApi) => void api.invoke(1).chunks],
  ['expired', (api: RuntimeApi) => api.invoke(1).expire()],
])('an invocation that somebody has %s is not', async (_how, use) => {
  const api = await createRuntimeApi();
  use(api);

  await api.close();

  expect(printed).toEqual([]);
});

test('ready() that nobody awaits fails no test when its API is closed', async () => {
  const rejections: unknown[] = [];
  const note = (error: unknown): void => void rejections.push(error);
  process.on('unhandledRejection', note);
  try {
    const api = await createRuntimeApi();
    const ready = api.ready();
    await api.close();
    await expect(ready).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  } finally {
    process.off('unhandledRejection', note);
  }
  expect(rejections).toEqual([]);
});
