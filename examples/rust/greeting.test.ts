import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createRuntimeApi, type RuntimeApiOptions } from 'lambda-runtime-harness';
import { beforeAll, expect, test } from 'vitest';

const cwd = import.meta.dirname;
const target = process.env.CARGO_TARGET_DIR ?? join(cwd, 'target');
const greeting: RuntimeApiOptions = { command: [join(target, 'debug/greeting')] };
const anHour = 60 * 60 * 1000;

// The first build takes its time: it compiles the packages that Cargo.toml names, and all of theirs.
beforeAll(async () => {
  await promisify(execFile)('cargo', ['build', '--locked', '--quiet'], { cwd });
}, 300_000);

test('greets', async () => {
  await using api = await createRuntimeApi(greeting);

  const result = await api.invoke({ name: 'Zoë' });

  expect(result).toMatchObject({ status: 'success', payload: { text: 'Hello Zoë!' } });
  expect(result.logs.stdout).toBe('greeting Zoë\n');
});

test('refuses an empty name, and serves the next', async () => {
  await using api = await createRuntimeApi(greeting);

  const refused = await api.invoke({ name: '' });
  const next = await api.invoke({ name: 'Zoë' });

  expect(refused).toMatchObject({
    status: 'function-error',
    error: { errorType: 'NameMissing', errorMessage: 'the event has no name' },
  });
  expect(next.status).toBe('success');
});

test('says what is wrong with an event that does not fit', async () => {
  await using api = await createRuntimeApi(greeting);

  const refused = await api.invoke({ name: ['Zoë'] });

  expect(refused).toMatchObject({
    status: 'function-error',
    error: { errorMessage: expect.stringContaining('name: invalid type: sequence, expected a string') },
  });
});

test('is replaced when its time is up', async () => {
  await using api = await createRuntimeApi({ ...greeting, timeoutMs: anHour });

  const invocation = api.invoke({ name: 'Zoë', pauseMs: anHour });
  await invocation.delivered;
  invocation.expire();
  const timedOut = await invocation;
  const next = await api.invoke({ name: 'Zoë' });

  expect(timedOut.status).toBe('timeout');
  expect(next).toMatchObject({ status: 'success', initDurationMs: expect.any(Number) });
});
