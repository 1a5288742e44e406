import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createRuntimeApi, type RuntimeApiOptions } from 'lambda-runtime-harness';
import { beforeAll, expect, test } from 'vitest';

const cwd = import.meta.dirname;
const python = process.env.PYTHON ?? `${cwd}/.venv/bin/python`;
const app: RuntimeApiOptions = { command: [python, '-m', 'awslambdaric', 'app.handler'], cwd };
const anHour = 60 * 60 * 1000;

beforeAll(async () => {
  if (process.env.PYTHON !== undefined) return;
  const run = promisify(execFile);
  await run('python3', ['-m', 'venv', '.venv'], { cwd });
  await run(python, ['-m', 'pip', 'install', '-r', 'requirements.txt'], { cwd });
}, 300_000);

test('greets', async () => {
  await using api = await createRuntimeApi(app);

  const result = await api.invoke({ name: 'Zoë' });

  expect(result).toMatchObject({ status: 'success', payload: 'Hello Zoë!' });
  expect(result.logs.stdout).toMatch(/^\[INFO\].*\tgreeting Zoë, \d+ ms left\n$/);
});

test('refuses an event without a name, and serves the next', async () => {
  await using api = await createRuntimeApi(app);

  const refused = await api.invoke({});
  const next = await api.invoke({ name: 'Zoë' });

  expect(refused).toMatchObject({
    status: 'function-error',
    error: {
      errorType: 'NameMissing',
      errorMessage: 'the event has no name',
      stackTrace: [expect.stringContaining('raise NameMissing')],
    },
  });
  expect(next.status).toBe('success');
});

test('is replaced when its time is up', async () => {
  await using api = await createRuntimeApi({ ...app, timeoutMs: anHour });

  const invocation = api.invoke({ name: 'Zoë', pauseMs: anHour });
  await invocation.delivered;
  invocation.expire();
  const timedOut = await invocation;
  const next = await api.invoke({ name: 'Zoë' });

  expect(timedOut).toMatchObject({ status: 'timeout', error: { errorType: 'Sandbox.Timedout' } });
  expect(next).toMatchObject({ status: 'success', initDurationMs: expect.any(Number) });
});

test('says which handler is missing', async () => {
  await using api = await createRuntimeApi({ ...app, command: [python, '-m', 'awslambdaric', 'app.farewell'] });

  const init = await api.ready();

  expect(init).toMatchObject({
    status: 'init-error',
    error: { errorType: 'Runtime.HandlerNotFound', errorMessage: "Handler 'farewell' missing on module 'app'" },
    exit: { code: 1 },
  });
});
