import { createRuntimeApi, type RuntimeApiOptions } from 'lambda-runtime-harness';
import { expect, test } from 'vitest';

const anHour = 60 * 60 * 1000;
// No test waits that long: expire() ends what hangs.
const bootstrap: RuntimeApiOptions = { command: ['./bootstrap'], cwd: import.meta.dirname, timeoutMs: anHour };

test('greets', async () => {
  await using api = await createRuntimeApi(bootstrap);

  const result = await api.invoke({ do: 'greet', name: 'Zoë' });

  expect(result).toMatchObject({ status: 'success', payload: 'Hello Zoë!' });
  expect(result.logs.stderr).toBe('greeting Zoë\n');
  expect(api.violations).toEqual([]);
});

test('fails with the status of the handler and what it printed, and serves the next', async () => {
  await using api = await createRuntimeApi(bootstrap);

  const failed = await api.invoke({ do: 'fail' });
  const next = await api.invoke({ do: 'greet', name: 'Zoë' });

  expect(failed).toMatchObject({
    status: 'function-error',
    error: { errorType: 'Handler.Status4', errorMessage: 'there is no such order' },
  });
  expect(next.status).toBe('success');
});

test('is replaced when its time is up', async () => {
  await using api = await createRuntimeApi(bootstrap);

  const invocation = api.invoke({ do: 'hang' });
  await invocation.delivered;
  invocation.expire();
  const timedOut = await invocation;
  const next = await api.invoke({ do: 'greet', name: 'Zoë' });

  expect(timedOut).toMatchObject({ status: 'timeout', error: { errorType: 'Sandbox.Timedout' } });
  expect(next).toMatchObject({ status: 'success', initDurationMs: expect.any(Number) });
});

test('is replaced when it is killed', async () => {
  await using api = await createRuntimeApi(bootstrap);

  const crashed = await api.invoke({ do: 'crash' });
  const next = await api.invoke({ do: 'greet', name: 'Zoë' });

  expect(crashed).toMatchObject({ status: 'runtime-exit', exit: { code: null, signal: 'SIGKILL' } });
  expect(crashed.logs.stderr).toBe('out of cheese\n');
  expect(next.status).toBe('success');
});

test('says which function is missing', async () => {
  await using api = await createRuntimeApi({ ...bootstrap, handlerName: 'function.farewell' });

  const init = await api.ready();

  expect(init).toMatchObject({
    status: 'init-error',
    error: {
      errorType: 'Runtime.NoSuchHandler',
      errorMessage: expect.stringMatching(/function\.sh has no function farewell$/),
    },
    exit: { code: 1 },
  });
});
