import { createRuntimeApi, type RuntimeApiOptions } from 'lambda-runtime-harness';
import { expect, test } from 'vitest';
import { handler } from './app.mjs';

const anHour = 60 * 60 * 1000;
const asProcess: RuntimeApiOptions = { command: ['lambda-node-bootstrap', 'app.handler'], cwd: import.meta.dirname };

for (const [way, app] of [
  ['as a process', asProcess],
  ['in this process', { handler }],
] as const) {
  test(`greets, ${way}`, async () => {
    await using api = await createRuntimeApi(app);

    const result = await api.invoke({ name: 'Zoë' });

    expect(result).toMatchObject({ status: 'success', payload: 'Hello Zoë!' });
    expect(api.violations).toEqual([]);
  });

  test(`refuses an event without a name, and serves the next, ${way}`, async () => {
    await using api = await createRuntimeApi(app);

    const refused = await api.invoke({});
    const next = await api.invoke({ name: 'Zoë' });

    expect(refused).toMatchObject({
      status: 'function-error',
      error: { errorType: 'NameMissing', errorMessage: 'the event has no name' },
    });
    expect(next.status).toBe('success');
  });

  test(`gives up when its time is up, and serves the next, ${way}`, async () => {
    await using api = await createRuntimeApi({ ...app, timeoutMs: anHour });

    const invocation = api.invoke({ name: 'Zoë', pauseMs: anHour });
    await invocation.delivered;
    invocation.expire();
    const timedOut = await invocation;
    const next = await api.invoke({ name: 'Zoë' });

    expect(timedOut).toMatchObject({ status: 'timeout', error: { errorType: 'Sandbox.Timedout' } });
    expect(next.status).toBe('success');
  });
}

// In this process the handler prints where the test prints.
test('keeps what a process printed', async () => {
  await using api = await createRuntimeApi(asProcess);

  const result = await api.invoke({ name: 'Zoë' });

  expect(result.logs.stdout).toMatch(/greeting Zoë, \d+ ms left\n$/);
});
