import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createRuntimeApi, type RuntimeApiOptions } from 'lambda-runtime-harness';
import { beforeAll, expect, test } from 'vitest';

const cwd = import.meta.dirname;
const anHour = 60 * 60 * 1000;
// No test waits that long: expire() ends what hangs.
const bootstrap: RuntimeApiOptions = {
  command: ['./bootstrap'],
  handlerName: 'dist/greeting',
  cwd,
  timeoutMs: anHour,
};

beforeAll(async () => {
  const quietly = ['-d:release', '--hints:off', '--nimcache:dist/nimcache', '--out:dist/greeting'];
  await promisify(execFile)('nim', ['compile', ...quietly, 'greeting.nim'], { cwd });
}, 300_000);

test('greets', async () => {
  await using api = await createRuntimeApi(bootstrap);

  const result = await api.invoke({ name: 'Zoë' });

  expect(result).toMatchObject({ status: 'success', payload: { text: 'Hello Zoë!' } });
  expect(result.logs.stdout).toBe('greeting Zoë\n');
});

test('refuses an event without a name, and serves the next', async () => {
  await using api = await createRuntimeApi(bootstrap);

  const refused = await api.invoke({});
  const next = await api.invoke({ name: 'Zoë' });

  expect(refused).toMatchObject({
    status: 'function-error',
    error: { errorType: 'NameMissing', errorMessage: 'the event has no name' },
  });
  expect(next.status).toBe('success');
});

test('refuses what is not JSON', async () => {
  await using api = await createRuntimeApi(bootstrap);

  const refused = await api.invoke({ raw: '{ "name": ' });

  expect(refused).toMatchObject({ status: 'function-error', error: { errorType: 'JsonParsingError' } });
});

test('is replaced when its time is up', async () => {
  await using api = await createRuntimeApi(bootstrap);

  const invocation = api.invoke({ name: 'Zoë', pauseMs: anHour });
  await invocation.delivered;
  invocation.expire();
  const timedOut = await invocation;
  const next = await api.invoke({ name: 'Zoë' });

  expect(timedOut.status).toBe('timeout');
  expect(next).toMatchObject({ status: 'success', initDurationMs: expect.any(Number) });
});

test('says which handler is missing', async () => {
  await using api = await createRuntimeApi({ ...bootstrap, handlerName: 'dist/farewell' });

  const result = await api.invoke({ name: 'Zoë' });

  expect(result).toMatchObject({
    status: 'init-error',
    error: { errorType: 'Runtime.NoSuchHandler', errorMessage: 'dist/farewell is missing' },
    exit: { code: 1 },
  });
});
