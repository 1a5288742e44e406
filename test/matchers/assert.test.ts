import { AssertionError } from 'node:assert';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createRuntimeApi } from '../../src/index.ts';
import {
  assertExitsWith,
  assertFailsInit,
  assertFailsWith,
  assertHasLogged,
  assertHasNoViolations,
  assertSucceedsWith,
  assertTimesOut,
  useRuntimeApi,
} from '../../src/matchers/assert.ts';
import { runtimes } from '../helpers/fixtures.ts';
import { messageOf } from './messages.ts';

test('assertions pass what the matchers pass, and tell the compiler what they found', async () => {
  await using echo = await createRuntimeApi({ command: runtimes.echo });
  const result = await echo.invoke<{ id: number }>({ id: 1 });

  assertSucceedsWith(result, { id: 1 });
  expect(result.payload.id).toBe(1);
  assertHasNoViolations(result);
  assertHasNoViolations(echo);
  await assertSucceedsWith(echo.invoke(2), 2);
  await assertSucceedsWith(echo.invoke(2));
});

test('assertions know failures of every kind', async () => {
  await using failing = await createRuntimeApi({ command: runtimes.fails });
  await using exiting = await createRuntimeApi({ command: runtimes.exitsInInvoke });
  await using broken = await createRuntimeApi({ command: runtimes.exitsInInit });
  const failure = await failing.invoke({ body: JSON.stringify({ errorType: 'TypeError', errorMessage: 'nope' }) });
  const exit = await exiting.invoke({ code: 3 });
  const init = await broken.ready();

  assertFailsWith(failure, { errorType: 'TypeError', errorMessage: /nope/ });
  expect(failure.error.errorType).toBe('TypeError');
  assertExitsWith(exit, { code: 3 });
  expect(exit.exit.code).toBe(3);
  assertHasLogged(exit, 'giving up', { stream: 'stderr' });
  assertFailsInit(init, { exit: { code: 7, signal: null } });
  expect(init.error.errorType).toBe('Runtime.ExitError');
});

test('a timeout is awaited', async () => {
  await using api = await createRuntimeApi({ command: runtimes.neverAnswers });
  const invocation = api.invoke({});
  await invocation.delivered;
  invocation.expire();

  await assertTimesOut(invocation);
});

test('an assertion that fails throws an AssertionError whose stack begins in the test', async () => {
  await using api = await createRuntimeApi({ command: runtimes.echo });
  const result = await api.invoke({ name: 'Zig' });
  const check = (): void => assertSucceedsWith(result, { name: 'Nim' });

  expect(check).toThrow(AssertionError);
  const error: unknown = await Promise.resolve()
    .then(check)
    .catch((reason: unknown) => reason);
  expect((error as Error).stack).toMatch(/\n {4}at check .*assert\.test\.ts/);
  expect(await messageOf(check)).toMatchInlineSnapshot(`
    "assertSucceedsWith(result, expected)

    Expected: success with payload { name: 'Nim' }
    Received: success with payload { name: 'Zig' }

    The function succeeded.
    Request ID:  00000000-0000-4000-8000-000000000001
    Runtime:     node test/fixtures/runtimes/echo.mjs
    Last call:   GET /2018-06-01/runtime/invocation/next, 0.0 ms before: not answered yet
    Last output: none
    Timeline:
       0.0 ms  init      started: node test/fixtures/runtimes/echo.mjs
       0.0 ms  process   started, pid 1
       0.0 ms  test    → invoke 00000000-0000-4000-8000-000000000001 (14 bytes)
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → 200
       0.0 ms  init      success
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 delivered to the runtime
       0.0 ms  runtime → POST /2018-06-01/runtime/invocation/00000000-0000-4000-8000-000000000001/response {"name":"Zig"} → 202
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 answered by response
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → waiting
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 ended: success"
  `);
  expect(await messageOf(() => assertTimesOut(api.invoke(1)))).toMatch(
    /^assertTimesOut\(result\)\n\nExpected: timeout/,
  );
});

test('an assertion says what it cannot judge', async () => {
  expect(await messageOf(() => assertHasLogged(42 as never, 'x'))).toMatchInlineSnapshot(`
    "assertHasLogged(result, expected)

    assertHasLogged cannot judge 42.
    Give it an invocation or its result: await assertHasLogged(api.invoke(event), …)"
  `);
});

test('useRuntimeApi() takes a handler, which has no output of its own to show, and closes at the end of the test', async () => {
  const ends: (() => Promise<void>)[] = [];
  const context = { name: 'greets', after: (end: () => Promise<void>) => void ends.push(end) };

  const api = await useRuntimeApi(context, { handler: async () => 'Hello!' });
  expect(await api.invoke(null)).toMatchObject({ status: 'success', payload: 'Hello!' });

  for (const end of ends) await end();
  await expect(api.invoke(null)).rejects.toMatchObject({ code: 'ERR_CLOSED' });
});

test('useRuntimeApi() says of a failed test what it was waiting for', async () => {
  const printed = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  onTestFinished(() => printed.mockRestore());
  const ends: (() => Promise<void>)[] = [];
  const context = {
    name: 'greets',
    error: new Error('timed out'),
    after: (end: () => Promise<void>) => void ends.push(end),
  };
  const api = await useRuntimeApi(context);
  const invocation = api.invoke(1).catch((error: unknown) => error);

  for (const end of ends) await end();

  expect(printed.mock.calls.join('')).toMatch(
    /the failed test "greets"\nProcess: .*\nWaiting for a runtime that asks \S+ for its first event \(Init phase\), for .* so far; initTimeoutMs is 10000\.\nLast output: none\n/,
  );
  expect(await invocation).toMatchObject({ code: 'ERR_CLOSED' });
});
