import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createRuntimeApi, type RuntimeApiOptions } from 'lambda-runtime-harness';
import { beforeAll, expect, test } from 'vitest';

const cwd = import.meta.dirname;
const bootstrap: RuntimeApiOptions = { command: ['./bootstrap'], cwd };
const anHour = 60 * 60 * 1000;

// The first build takes its time: it compiles the packages that main.go imports.
beforeAll(async () => {
  const build = ['build', '-buildvcs=false', '-tags', 'lambda.norpc', '-o', 'bootstrap', '.'];
  await promisify(execFile)('go', build, { cwd, env: { ...process.env, CGO_ENABLED: '0' } });
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

test('gives up when its context ends', async () => {
  await using api = await createRuntimeApi({ ...bootstrap, timeoutMs: anHour });

  // The function is told another deadline than the one that is enforced.
  const result = await api.invoke({ name: 'Zoë', pauseMs: anHour }, { deadline: 20 });

  expect(result).toMatchObject({ status: 'function-error', error: { errorType: 'deadlineExceededError' } });
});

test('is replaced when its time is up', async () => {
  await using api = await createRuntimeApi({ ...bootstrap, timeoutMs: anHour });

  const invocation = api.invoke({ name: 'Zoë', pauseMs: anHour });
  await invocation.delivered;
  invocation.expire();
  const timedOut = await invocation;
  const next = await api.invoke({ name: 'Zoë' });

  expect(timedOut.status).toBe('timeout');
  expect(next).toMatchObject({ status: 'success', initDurationMs: expect.any(Number) });
});
