import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { createRuntimeApi, remoteError } from '../../src/index.ts';
import { runtimes } from '../helpers/fixtures.ts';
import { stable } from './messages.ts';

test('a failure prints its kind, its error, and the whole story', async () => {
  await using api = await createRuntimeApi({ command: runtimes.exitsInInvoke });
  const result = await api.invoke({ code: 3 });

  expect(stable(inspect(result)).replaceAll(/urationMs: [\d.]+/g, 'urationMs: 1')).toMatchInlineSnapshot(`
    "InvocationResult 'runtime-exit' {
      requestId: '00000000-0000-4000-8000-000000000001',
      durationMs: 1,
      initDurationMs: 1,
      error: {
        errorType: 'Runtime.ExitError',
        errorMessage: 'RequestId: 00000000-0000-4000-8000-000000000001 Error: Runtime exited with error: exit status 3'
      },
      exit: { code: 3, signal: null }
    }
    The runtime exited (exit status 3) during the Invoke phase, before it responded.
    Request ID:  00000000-0000-4000-8000-000000000001
    Runtime:     node test/fixtures/runtimes/exits-in-invoke.mjs
    Exit:        code 3
    Last call:   GET /2018-06-01/runtime/invocation/next, 0.0 ms before: answered with 200
    Last output:
      stderr | giving up
    Timeline:
       0.0 ms  init      started: node test/fixtures/runtimes/exits-in-invoke.mjs
       0.0 ms  process   started, pid 1
       0.0 ms  test    → invoke 00000000-0000-4000-8000-000000000001 (10 bytes)
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → 200
       0.0 ms  init      success
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 delivered to the runtime
       0.0 ms  process   exited: code 3
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 ended: runtime-exit (Runtime.ExitError)
    What to try: Read the last output for the reason; run the command by itself if there is none."
  `);
  expect(String(result)).toBe('message' in result && result.message);
  expect(`${result}`).toContain('The runtime exited (exit status 3) during the Invoke phase');
  expect(JSON.parse(JSON.stringify(result)).message).toBe(String(result));
});

test('a success prints its payload and output, and has a story, too', async () => {
  await using api = await createRuntimeApi({ command: runtimes.printsLines });
  const result = await api.invoke({ id: 1 });

  expect(stable(inspect(result)).replaceAll(/urationMs: [\d.]+/g, 'urationMs: 1')).toMatchInlineSnapshot(`
    "InvocationResult 'success' {
      requestId: '00000000-0000-4000-8000-000000000001',
      durationMs: 1,
      initDurationMs: 1,
      payload: { id: 1 },
      output: [ 'stdout of {"id":1}', 'stderr of {"id":1}' ]
    }"
  `);
  expect(inspect({ deep: { deeper: { result } } })).toContain("[InvocationResult 'success']");
  expect(String(result)).toMatch(/^The function succeeded\.\n.*Timeline/s);
});

test('a failed init prints its story', async () => {
  await using api = await createRuntimeApi({ command: runtimes.exitsInInit });
  const init = await api.ready();

  expect(inspect(init)).toMatch(/^InitResult 'init-error' \{.*exit: \{ code: 7, .*\n\}\nThe runtime exited/s);
  expect(String(init)).toMatch(/^The runtime exited \(exit status 7\) during the Init phase/);
});

test('a story is of the moment at which the invocation ended', async () => {
  await using api = await createRuntimeApi({ command: runtimes.echo });
  const first = await api.invoke(1);
  const second = await api.invoke(2);

  expect(String(first)).not.toContain(second.requestId);
});

test('what makes a result readable is seen by no comparison and by no copy', async () => {
  await using api = await createRuntimeApi({ command: runtimes.echo });
  const result = await api.invoke({ id: 1 });
  const plain = { ...result };

  expect(Object.keys(result)).not.toContain('toString');
  expect(result).toEqual(plain);
  expect(result).toStrictEqual(plain);
  expect(plain).toStrictEqual(result);
  assert.deepStrictEqual(result, plain);
  expect(() => structuredClone(result)).not.toThrow();
  expect(JSON.stringify(result)).toBe(JSON.stringify(plain));
});

test('the error of a function becomes an Error with the frames of the runtime', () => {
  const error = remoteError({
    error: {
      errorType: 'OrderError',
      errorMessage: 'no such order',
      stackTrace: ['OrderError: no such order', '    at load (/var/task/orders.js:7:9)', '    at async handler'],
      cause: { errorType: 'KeyError', errorMessage: "'id'", stackTrace: ['  File "/var/task/a.py", line 3, in f\n'] },
    },
  });

  expect(error).toBeInstanceOf(Error);
  expect(error?.stack).toBe('OrderError: no such order\n    at load (/var/task/orders.js:7:9)\n    at async handler');
  expect(String(error)).toBe('OrderError: no such order');
  expect(error?.cause).toBeInstanceOf(Error);
  expect((error?.cause as Error | undefined)?.stack).toBe('KeyError: \'id\'\n    File "/var/task/a.py", line 3, in f');
});

test.each([
  [['com.acme.Orders.load(Orders.java:12)'], 'at com.acme.Orders.load(Orders.java:12)'],
  [['at Acme.Orders.Load()'], 'at Acme.Orders.Load()'],
  [[{ path: 'main.go', line: 12, label: 'handle' }], 'at handle (main.go:12)'],
  [[{ label: 'handle' }], 'at handle ((unknown))'],
])('the frame %j becomes a line of the stack', (stackTrace, line) => {
  const error = remoteError({ error: { errorType: 'E', errorMessage: 'm', stackTrace } });

  expect(error?.stack).toBe(`E: m\n    ${line}`);
});

test('there is no error in a success, and a bare one in an error without frames', async () => {
  await using api = await createRuntimeApi({ command: runtimes.echo });

  expect(remoteError(await api.invoke(1))).toBeUndefined();
  expect(remoteError({ error: { errorType: 'E', errorMessage: 'm', cause: 'why' } })).toMatchObject({
    stack: 'E: m',
    cause: 'why',
  });
});
