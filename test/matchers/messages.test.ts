import { expect, test } from 'vitest';
import { createRuntimeApi, type RuntimeApi } from '../../src/index.ts';
import '../../src/matchers/vitest.ts';
import { openScene, type RuntimeName, runtimes } from '../helpers/fixtures.ts';
import { messageOf } from './messages.ts';

const open = (name: RuntimeName): Promise<RuntimeApi> => createRuntimeApi({ command: runtimes[name] });
const typeError = {
  body: JSON.stringify({ errorType: 'TypeError', errorMessage: 'no such order', stackTrace: ['at f'] }),
};

test('toSucceedWith, of a failure', async () => {
  await using api = await open('fails');
  const result = await api.invoke(typeError);

  expect(await messageOf(() => expect(result).toSucceedWith({ ok: true }))).toMatchInlineSnapshot(`
    "expect(result).toSucceedWith(expected)

    Expected: success with payload Object {
      "ok": true,
    }
    Received: function-error: TypeError: no such order

    The function failed during the Invoke phase: TypeError: no such order
    Request ID:  00000000-0000-4000-8000-000000000001
    Runtime:     node test/fixtures/runtimes/fails.mjs
    Last call:   GET /2018-06-01/runtime/invocation/next, 0.0 ms before: not answered yet
    Last output: none
    Timeline:
       0.0 ms  init      started: node test/fixtures/runtimes/fails.mjs
       0.0 ms  process   started, pid 1
       0.0 ms  test    → invoke 00000000-0000-4000-8000-000000000001 (101 bytes)
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → 200
       0.0 ms  init      success
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 delivered to the runtime
       0.0 ms  runtime → POST /2018-06-01/runtime/invocation/00000000-0000-4000-8000-000000000001/error {"errorType":"TypeError","errorMessage":"no such order","stackTrace":["at f"]} → 202
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 answered by error (TypeError)
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → waiting
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 ended: function-error (Runtime.Unknown)
    What to try: The field "error" holds what the runtime reported."
  `);
});

test('toSucceedWith, of another object', async () => {
  await using api = await open('echo');
  const result = await api.invoke({ name: 'Zig', count: 1 });

  expect(await messageOf(() => expect(result).toSucceedWith({ name: 'Nim', count: 1 }))).toMatchInlineSnapshot(`
    "expect(result).toSucceedWith(expected)

    The invocation succeeded, with another payload:

    - Expected
    + Received

      {
        "count": 1,
    -   "name": "Nim",
    +   "name": "Zig",
      }

    The function succeeded.
    Request ID:  00000000-0000-4000-8000-000000000001
    Runtime:     node test/fixtures/runtimes/echo.mjs
    Last call:   GET /2018-06-01/runtime/invocation/next, 0.0 ms before: not answered yet
    Last output: none
    Timeline:
       0.0 ms  init      started: node test/fixtures/runtimes/echo.mjs
       0.0 ms  process   started, pid 1
       0.0 ms  test    → invoke 00000000-0000-4000-8000-000000000001 (24 bytes)
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → 200
       0.0 ms  init      success
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 delivered to the runtime
       0.0 ms  runtime → POST /2018-06-01/runtime/invocation/00000000-0000-4000-8000-000000000001/response {"name":"Zig","count":1} → 202
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 answered by response
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → waiting
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 ended: success"
  `);
});

test('toSucceedWith, of another text', async () => {
  await using api = await open('echo');
  const result = await api.invoke('Hello Zig!');

  expect(await messageOf(() => expect(result).toSucceedWith('Hello Nim!'))).toMatchInlineSnapshot(`
    "expect(result).toSucceedWith(expected)

    Expected: success with payload "Hello Nim!"
    Received: success with payload "Hello Zig!"

    The function succeeded.
    Request ID:  00000000-0000-4000-8000-000000000001
    Runtime:     node test/fixtures/runtimes/echo.mjs
    Last call:   GET /2018-06-01/runtime/invocation/next, 0.0 ms before: not answered yet
    Last output: none
    Timeline:
       0.0 ms  init      started: node test/fixtures/runtimes/echo.mjs
       0.0 ms  process   started, pid 1
       0.0 ms  test    → invoke 00000000-0000-4000-8000-000000000001 (12 bytes)
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → 200
       0.0 ms  init      success
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 delivered to the runtime
       0.0 ms  runtime → POST /2018-06-01/runtime/invocation/00000000-0000-4000-8000-000000000001/response "Hello Zig!" → 202
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 answered by response
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → waiting
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 ended: success"
  `);
});

test('not.toSucceedWith', async () => {
  await using api = await open('echo');
  const result = await api.invoke('Hello Nim!');

  expect(await messageOf(() => expect(result).not.toSucceedWith('Hello Nim!'))).toMatchInlineSnapshot(`
    "expect(result).not.toSucceedWith(expected)

    Expected: not success with payload "Hello Nim!"
    Received: success with payload "Hello Nim!"

    The function succeeded.
    Request ID:  00000000-0000-4000-8000-000000000001
    Runtime:     node test/fixtures/runtimes/echo.mjs
    Last call:   GET /2018-06-01/runtime/invocation/next, 0.0 ms before: not answered yet
    Last output: none
    Timeline:
       0.0 ms  init      started: node test/fixtures/runtimes/echo.mjs
       0.0 ms  process   started, pid 1
       0.0 ms  test    → invoke 00000000-0000-4000-8000-000000000001 (12 bytes)
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → 200
       0.0 ms  init      success
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 delivered to the runtime
       0.0 ms  runtime → POST /2018-06-01/runtime/invocation/00000000-0000-4000-8000-000000000001/response "Hello Nim!" → 202
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 answered by response
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → waiting
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 ended: success"
  `);
  expect(await messageOf(() => expect(result).not.toSucceedWith())).toMatchInlineSnapshot(`
    "expect(result).not.toSucceedWith()

    Expected: not success
    Received: success with payload "Hello Nim!"

    The function succeeded.
    Request ID:  00000000-0000-4000-8000-000000000001
    Runtime:     node test/fixtures/runtimes/echo.mjs
    Last call:   GET /2018-06-01/runtime/invocation/next, 0.0 ms before: not answered yet
    Last output: none
    Timeline:
       0.0 ms  init      started: node test/fixtures/runtimes/echo.mjs
       0.0 ms  process   started, pid 1
       0.0 ms  test    → invoke 00000000-0000-4000-8000-000000000001 (12 bytes)
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → 200
       0.0 ms  init      success
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 delivered to the runtime
       0.0 ms  runtime → POST /2018-06-01/runtime/invocation/00000000-0000-4000-8000-000000000001/response "Hello Nim!" → 202
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 answered by response
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → waiting
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 ended: success"
  `);
});

test('toFailWith, of a success', async () => {
  await using api = await open('echo');
  const result = await api.invoke('fine');

  expect(await messageOf(() => expect(result).toFailWith({ errorType: 'TypeError' }))).toMatchInlineSnapshot(`
    "expect(result).toFailWith(expected)

    Expected: function-error with
        errorType: "TypeError"
    Received: success with payload "fine"

    The function succeeded.
    Request ID:  00000000-0000-4000-8000-000000000001
    Runtime:     node test/fixtures/runtimes/echo.mjs
    Last call:   GET /2018-06-01/runtime/invocation/next, 0.0 ms before: not answered yet
    Last output: none
    Timeline:
       0.0 ms  init      started: node test/fixtures/runtimes/echo.mjs
       0.0 ms  process   started, pid 1
       0.0 ms  test    → invoke 00000000-0000-4000-8000-000000000001 (6 bytes)
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → 200
       0.0 ms  init      success
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 delivered to the runtime
       0.0 ms  runtime → POST /2018-06-01/runtime/invocation/00000000-0000-4000-8000-000000000001/response "fine" → 202
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 answered by response
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → waiting
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 ended: success"
  `);
  expect(await messageOf(() => expect(result).toFailWith())).toMatchInlineSnapshot(`
    "expect(result).toFailWith()

    Expected: function-error
    Received: success with payload "fine"

    The function succeeded.
    Request ID:  00000000-0000-4000-8000-000000000001
    Runtime:     node test/fixtures/runtimes/echo.mjs
    Last call:   GET /2018-06-01/runtime/invocation/next, 0.0 ms before: not answered yet
    Last output: none
    Timeline:
       0.0 ms  init      started: node test/fixtures/runtimes/echo.mjs
       0.0 ms  process   started, pid 1
       0.0 ms  test    → invoke 00000000-0000-4000-8000-000000000001 (6 bytes)
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → 200
       0.0 ms  init      success
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 delivered to the runtime
       0.0 ms  runtime → POST /2018-06-01/runtime/invocation/00000000-0000-4000-8000-000000000001/response "fine" → 202
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 answered by response
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → waiting
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 ended: success"
  `);
});

test('toFailWith, of another error', async () => {
  await using api = await open('fails');
  const result = await api.invoke(typeError);

  expect(
    await messageOf(() =>
      expect(result).toFailWith({ errorType: 'RangeError', errorMessage: /order/, stackTrace: 'at g' }),
    ),
  ).toMatchInlineSnapshot(`
    "expect(result).toFailWith(expected)

    Expected: function-error with
        errorType:    "RangeError"
        errorMessage: /order/
        stackTrace:   "at g"
    Received: function-error with
      ✗ errorType:    "TypeError"
        errorMessage: "no such order"
      ✗ stackTrace:   Array [
                        "at f",
                      ]

    The function failed during the Invoke phase: TypeError: no such order
    Request ID:  00000000-0000-4000-8000-000000000001
    Runtime:     node test/fixtures/runtimes/fails.mjs
    Last call:   GET /2018-06-01/runtime/invocation/next, 0.0 ms before: not answered yet
    Last output: none
    Timeline:
       0.0 ms  init      started: node test/fixtures/runtimes/fails.mjs
       0.0 ms  process   started, pid 1
       0.0 ms  test    → invoke 00000000-0000-4000-8000-000000000001 (101 bytes)
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → 200
       0.0 ms  init      success
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 delivered to the runtime
       0.0 ms  runtime → POST /2018-06-01/runtime/invocation/00000000-0000-4000-8000-000000000001/error {"errorType":"TypeError","errorMessage":"no such order","stackTrace":["at f"]} → 202
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 answered by error (TypeError)
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → waiting
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 ended: function-error (Runtime.Unknown)
    What to try: The field "error" holds what the runtime reported."
  `);
});

test('not.toFailWith', async () => {
  await using api = await open('fails');
  const result = await api.invoke(typeError);

  expect(
    await messageOf(() => expect(result).not.toFailWith({ errorType: 'TypeError', errorMessage: /order/ })),
  ).toMatchInlineSnapshot(`
    "expect(result).not.toFailWith(expected)

    Expected: not function-error with
        errorType:    "TypeError"
        errorMessage: /order/
    Received: function-error with
        errorType:    "TypeError"
        errorMessage: "no such order"

    The function failed during the Invoke phase: TypeError: no such order
    Request ID:  00000000-0000-4000-8000-000000000001
    Runtime:     node test/fixtures/runtimes/fails.mjs
    Last call:   GET /2018-06-01/runtime/invocation/next, 0.0 ms before: not answered yet
    Last output: none
    Timeline:
       0.0 ms  init      started: node test/fixtures/runtimes/fails.mjs
       0.0 ms  process   started, pid 1
       0.0 ms  test    → invoke 00000000-0000-4000-8000-000000000001 (101 bytes)
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → 200
       0.0 ms  init      success
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 delivered to the runtime
       0.0 ms  runtime → POST /2018-06-01/runtime/invocation/00000000-0000-4000-8000-000000000001/error {"errorType":"TypeError","errorMessage":"no such order","stackTrace":["at f"]} → 202
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 answered by error (TypeError)
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → waiting
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 ended: function-error (Runtime.Unknown)
    What to try: The field "error" holds what the runtime reported."
  `);
});

test('toFailInit, of a success', async () => {
  await using api = await open('echo');
  const result = await api.invoke('fine');

  expect(await messageOf(() => expect(result).toFailInit({ errorType: 'Runtime.ExitError' }))).toMatchInlineSnapshot(`
    "expect(result).toFailInit(expected)

    Expected: init-error with
        errorType: "Runtime.ExitError"
    Received: success with payload "fine"

    The function succeeded.
    Request ID:  00000000-0000-4000-8000-000000000001
    Runtime:     node test/fixtures/runtimes/echo.mjs
    Last call:   GET /2018-06-01/runtime/invocation/next, 0.0 ms before: not answered yet
    Last output: none
    Timeline:
       0.0 ms  init      started: node test/fixtures/runtimes/echo.mjs
       0.0 ms  process   started, pid 1
       0.0 ms  test    → invoke 00000000-0000-4000-8000-000000000001 (6 bytes)
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → 200
       0.0 ms  init      success
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 delivered to the runtime
       0.0 ms  runtime → POST /2018-06-01/runtime/invocation/00000000-0000-4000-8000-000000000001/response "fine" → 202
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 answered by response
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → waiting
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 ended: success"
  `);
});

test('toFailInit, of a runtime that is ready', async () => {
  await using api = await open('echo');
  const init = await api.ready();

  expect(await messageOf(() => expect(init).toFailInit())).toMatchInlineSnapshot(`
    "expect(result).toFailInit()

    Expected: init-error
    Received: ready (the Init phase succeeded)"
  `);
});

test('toFailInit, of another failure', async () => {
  await using api = await open('exitsInInit');
  const init = await api.ready();

  expect(await messageOf(() => expect(init).toFailInit({ errorType: 'Sandbox.Timedout' }))).toMatchInlineSnapshot(`
    "expect(result).toFailInit(expected)

    Expected: init-error with
        errorType: "Sandbox.Timedout"
    Received: init-error with
      ✗ errorType: "Runtime.ExitError"

    The runtime exited (exit status 7) during the Init phase, before it asked for work.
    Runtime:     node test/fixtures/runtimes/exits-in-init.mjs
    Exit:        code 7
    Last call:   none: it never called the Runtime API
    Last output:
      stdout | about to start
      stderr | no configuration found
    Timeline:
       0.0 ms  init      started: node test/fixtures/runtimes/exits-in-init.mjs
       0.0 ms  process   started, pid 1
       0.0 ms  process   exited: code 7
       0.0 ms  init      error (Runtime.ExitError)
    What to try: Read the last output for the reason. The runtime sees only Lambda's environment variables: pass what else it needs with the option env."
  `);
  expect(await messageOf(() => expect(init).toFailInit({ exit: { code: 2, signal: null } }))).toMatchInlineSnapshot(`
    "expect(result).toFailInit(expected)

    Expected: init-error with
        exit: Object {
                "code": 2,
                "signal": null,
              }
    Received: init-error with
      ✗ exit: Object {
                "code": 7,
                "signal": null,
              }

    The runtime exited (exit status 7) during the Init phase, before it asked for work.
    Runtime:     node test/fixtures/runtimes/exits-in-init.mjs
    Exit:        code 7
    Last call:   none: it never called the Runtime API
    Last output:
      stdout | about to start
      stderr | no configuration found
    Timeline:
       0.0 ms  init      started: node test/fixtures/runtimes/exits-in-init.mjs
       0.0 ms  process   started, pid 1
       0.0 ms  process   exited: code 7
       0.0 ms  init      error (Runtime.ExitError)
    What to try: Read the last output for the reason. The runtime sees only Lambda's environment variables: pass what else it needs with the option env."
  `);
});

test('not.toFailInit', async () => {
  await using api = await open('exitsInInit');
  const init = await api.ready();

  expect(await messageOf(() => expect(init).not.toFailInit())).toMatchInlineSnapshot(`
    "expect(result).not.toFailInit()

    Expected: not init-error
    Received: init-error

    The runtime exited (exit status 7) during the Init phase, before it asked for work.
    Runtime:     node test/fixtures/runtimes/exits-in-init.mjs
    Exit:        code 7
    Last call:   none: it never called the Runtime API
    Last output:
      stdout | about to start
      stderr | no configuration found
    Timeline:
       0.0 ms  init      started: node test/fixtures/runtimes/exits-in-init.mjs
       0.0 ms  process   started, pid 1
       0.0 ms  process   exited: code 7
       0.0 ms  init      error (Runtime.ExitError)
    What to try: Read the last output for the reason. The runtime sees only Lambda's environment variables: pass what else it needs with the option env."
  `);
});

test('toTimeOut, of a success', async () => {
  await using api = await open('echo');
  const result = await api.invoke('fine');

  expect(await messageOf(() => expect(result).toTimeOut())).toMatchInlineSnapshot(`
    "expect(result).toTimeOut()

    Expected: timeout
    Received: success with payload "fine"

    The function succeeded.
    Request ID:  00000000-0000-4000-8000-000000000001
    Runtime:     node test/fixtures/runtimes/echo.mjs
    Last call:   GET /2018-06-01/runtime/invocation/next, 0.0 ms before: not answered yet
    Last output: none
    Timeline:
       0.0 ms  init      started: node test/fixtures/runtimes/echo.mjs
       0.0 ms  process   started, pid 1
       0.0 ms  test    → invoke 00000000-0000-4000-8000-000000000001 (6 bytes)
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → 200
       0.0 ms  init      success
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 delivered to the runtime
       0.0 ms  runtime → POST /2018-06-01/runtime/invocation/00000000-0000-4000-8000-000000000001/response "fine" → 202
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 answered by response
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → waiting
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 ended: success"
  `);
});

test('not.toTimeOut', async () => {
  await using scene = await openScene(runtimes.neverAnswers);
  const invocation = scene.api.invoke('answer me');
  await scene.printed('waiting');
  invocation.expire();
  const result = await invocation;

  expect(await messageOf(() => expect(result).not.toTimeOut())).toMatchInlineSnapshot(`
    "expect(result).not.toTimeOut()

    Expected: not timeout
    Received: timeout: Sandbox.Timedout: RequestId: 00000000-0000-4000-8000-000000000001 Error: Task timed out after 3.00 seconds

    The runtime did not answer within the time that the test gave it with expire() (Invoke phase). It was replaced: the next invocation gets a fresh one.
    Request ID:  00000000-0000-4000-8000-000000000001
    Runtime:     node test/fixtures/runtimes/never-answers.mjs
    Process:     …
    Last call:   GET /2018-06-01/runtime/invocation/next, 0.0 ms before: answered with 200
    Last output:
      stdout | waiting
    Timeline:
       0.0 ms  init      started: node test/fixtures/runtimes/never-answers.mjs
       0.0 ms  process   started, pid 1
       0.0 ms  test    → invoke 00000000-0000-4000-8000-000000000001 (11 bytes)
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → 200
       0.0 ms  init      success
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 delivered to the runtime
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 ended: timeout (Sandbox.Timedout)
       0.0 ms  process   being stopped: its invocation timed out
    What to try: If an answer was expected, call expire() later, or await invocation.responded before."
  `);
});

test('toExitWith, of a success', async () => {
  await using api = await open('echo');
  const result = await api.invoke('fine');

  expect(await messageOf(() => expect(result).toExitWith({ code: 1 }))).toMatchInlineSnapshot(`
    "expect(result).toExitWith(expected)

    Expected: runtime-exit with
        code: 1
    Received: success with payload "fine"

    The function succeeded.
    Request ID:  00000000-0000-4000-8000-000000000001
    Runtime:     node test/fixtures/runtimes/echo.mjs
    Last call:   GET /2018-06-01/runtime/invocation/next, 0.0 ms before: not answered yet
    Last output: none
    Timeline:
       0.0 ms  init      started: node test/fixtures/runtimes/echo.mjs
       0.0 ms  process   started, pid 1
       0.0 ms  test    → invoke 00000000-0000-4000-8000-000000000001 (6 bytes)
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → 200
       0.0 ms  init      success
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 delivered to the runtime
       0.0 ms  runtime → POST /2018-06-01/runtime/invocation/00000000-0000-4000-8000-000000000001/response "fine" → 202
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 answered by response
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → waiting
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 ended: success"
  `);
});

test('toExitWith, of another exit', async () => {
  await using api = await open('exitsInInvoke');
  const result = await api.invoke({ code: 3 });

  expect(await messageOf(() => expect(result).toExitWith({ code: 1, signal: null }))).toMatchInlineSnapshot(`
    "expect(result).toExitWith(expected)

    Expected: runtime-exit with
        code:   1
        signal: null
    Received: runtime-exit with
      ✗ code:   3
        signal: null

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
});

test('toExitWith, of an exit in the Init phase', async () => {
  await using api = await open('exitsInInit');
  const result = await api.ready();

  expect(await messageOf(() => expect(result).toExitWith({ code: 1 }))).toMatchInlineSnapshot(`
    "expect(result).toExitWith(expected)

    Expected: runtime-exit with
        code: 1
    Received: init-error: Runtime.ExitError: RequestId:  Error: Runtime exited with error: exit status 7
    It exited before it asked for work: toFailInit({ exit: … }) is about that.

    The runtime exited (exit status 7) during the Init phase, before it asked for work.
    Runtime:     node test/fixtures/runtimes/exits-in-init.mjs
    Exit:        code 7
    Last call:   none: it never called the Runtime API
    Last output:
      stdout | about to start
      stderr | no configuration found
    Timeline:
       0.0 ms  init      started: node test/fixtures/runtimes/exits-in-init.mjs
       0.0 ms  process   started, pid 1
       0.0 ms  process   exited: code 7
       0.0 ms  init      error (Runtime.ExitError)
    What to try: Read the last output for the reason. The runtime sees only Lambda's environment variables: pass what else it needs with the option env."
  `);
});

test('not.toExitWith', async () => {
  await using api = await open('exitsInInvoke');
  const result = await api.invoke({ code: 3 });

  expect(await messageOf(() => expect(result).not.toExitWith({ code: 3 }))).toMatchInlineSnapshot(`
    "expect(result).not.toExitWith(expected)

    Expected: not runtime-exit with
        code: 3
    Received: runtime-exit with
        code: 3

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
});

test('toHaveLogged, of other output', async () => {
  await using api = await open('printsLines');
  const result = await api.invoke(1);

  expect(await messageOf(() => expect(result).toHaveLogged('of 2'))).toMatchInlineSnapshot(`
    "expect(result).toHaveLogged(expected)

    Expected: output with "of 2"
    Received:
      stdout | stdout of 1
      stderr | stderr of 1

    The function succeeded.
    Request ID:  00000000-0000-4000-8000-000000000001
    Runtime:     node test/fixtures/runtimes/prints-lines.mjs
    Last call:   GET /2018-06-01/runtime/invocation/next, 0.0 ms before: not answered yet
    Last output:
      stdout | stdout of 1
      stderr | stderr of 1
    Timeline:
       0.0 ms  init      started: node test/fixtures/runtimes/prints-lines.mjs
       0.0 ms  process   started, pid 1
       0.0 ms  test    → invoke 00000000-0000-4000-8000-000000000001 (1 bytes)
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → 200
       0.0 ms  init      success
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 delivered to the runtime
       0.0 ms  runtime → POST /2018-06-01/runtime/invocation/00000000-0000-4000-8000-000000000001/response 1 → 202
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 answered by response
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → waiting
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 ended: success"
  `);
  expect(await messageOf(() => expect(result).toHaveLogged(/^stderr/, { stream: 'stdout' }))).toMatchInlineSnapshot(`
    "expect(result).toHaveLogged(expected)

    Expected: a line like /^stderr/ on stdout
    Received:
      stdout | stdout of 1

    The function succeeded.
    Request ID:  00000000-0000-4000-8000-000000000001
    Runtime:     node test/fixtures/runtimes/prints-lines.mjs
    Last call:   GET /2018-06-01/runtime/invocation/next, 0.0 ms before: not answered yet
    Last output:
      stdout | stdout of 1
      stderr | stderr of 1
    Timeline:
       0.0 ms  init      started: node test/fixtures/runtimes/prints-lines.mjs
       0.0 ms  process   started, pid 1
       0.0 ms  test    → invoke 00000000-0000-4000-8000-000000000001 (1 bytes)
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → 200
       0.0 ms  init      success
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 delivered to the runtime
       0.0 ms  runtime → POST /2018-06-01/runtime/invocation/00000000-0000-4000-8000-000000000001/response 1 → 202
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 answered by response
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → waiting
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 ended: success"
  `);
});

test('toHaveLogged, of silence', async () => {
  await using api = await open('echo');
  const result = await api.invoke(1);

  expect(await messageOf(() => expect(result).toHaveLogged('anything'))).toMatchInlineSnapshot(`
    "expect(result).toHaveLogged(expected)

    Expected: output with "anything"
    Received: no output

    The function succeeded.
    Request ID:  00000000-0000-4000-8000-000000000001
    Runtime:     node test/fixtures/runtimes/echo.mjs
    Last call:   GET /2018-06-01/runtime/invocation/next, 0.0 ms before: not answered yet
    Last output: none
    Timeline:
       0.0 ms  init      started: node test/fixtures/runtimes/echo.mjs
       0.0 ms  process   started, pid 1
       0.0 ms  test    → invoke 00000000-0000-4000-8000-000000000001 (1 bytes)
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → 200
       0.0 ms  init      success
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 delivered to the runtime
       0.0 ms  runtime → POST /2018-06-01/runtime/invocation/00000000-0000-4000-8000-000000000001/response 1 → 202
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 answered by response
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → waiting
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 ended: success"
  `);
});

test('not.toHaveLogged', async () => {
  await using api = await open('printsLines');
  const result = await api.invoke(1);

  expect(await messageOf(() => expect(result).not.toHaveLogged(/of 1/, { stream: 'stderr' }))).toMatchInlineSnapshot(`
    "expect(result).not.toHaveLogged(expected)

    Expected: not a line like /of 1/ on stderr
    Received:
      stderr | stderr of 1

    The function succeeded.
    Request ID:  00000000-0000-4000-8000-000000000001
    Runtime:     node test/fixtures/runtimes/prints-lines.mjs
    Last call:   GET /2018-06-01/runtime/invocation/next, 0.0 ms before: not answered yet
    Last output:
      stdout | stdout of 1
      stderr | stderr of 1
    Timeline:
       0.0 ms  init      started: node test/fixtures/runtimes/prints-lines.mjs
       0.0 ms  process   started, pid 1
       0.0 ms  test    → invoke 00000000-0000-4000-8000-000000000001 (1 bytes)
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → 200
       0.0 ms  init      success
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 delivered to the runtime
       0.0 ms  runtime → POST /2018-06-01/runtime/invocation/00000000-0000-4000-8000-000000000001/response 1 → 202
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 answered by response
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → waiting
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 ended: success"
  `);
});

test('toHaveNoViolations, of a result', async () => {
  await using api = await open('answersWrongId');
  const result = await api.invoke({ retry: true });

  expect(await messageOf(() => expect(result).toHaveNoViolations())).toMatchInlineSnapshot(`
    "expect(result).toHaveNoViolations()

    Expected: only calls that the Runtime API allows
    Received: violations:
      unknown-request-id: The runtime answered "some-other-id", which is not the event in hand. (POST /2018-06-01/runtime/invocation/some-other-id/response, request ID 00000000-0000-4000-8000-000000000001)
        Use the value of Lambda-Runtime-Aws-Request-Id of the event in hand, unchanged, in the path of the answer.

    The function succeeded.
    Request ID:  00000000-0000-4000-8000-000000000001
    Runtime:     node test/fixtures/runtimes/answers-wrong-id.mjs
    Last call:   GET /2018-06-01/runtime/invocation/next, 0.0 ms before: not answered yet
    Last output:
      stdout | 400
    Violations:  unknown-request-id
    Timeline (the last 10 entries; api.timeline() has all):
       0.0 ms  test    → invoke 00000000-0000-4000-8000-000000000001 (14 bytes)
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → 200
       0.0 ms  init      success
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 delivered to the runtime
       0.0 ms  runtime → POST /2018-06-01/runtime/invocation/some-other-id/response → 400 {"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}
       0.0 ms  VIOLATION unknown-request-id: The runtime answered "some-other-id", which is not the event in hand.
       0.0 ms  runtime → POST /2018-06-01/runtime/invocation/00000000-0000-4000-8000-000000000001/response "found" → 202
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 answered by response
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → waiting
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 ended: success"
  `);
});

test('toHaveNoViolations, of an api', async () => {
  await using api = await open('answersWrongId');
  await api.invoke({ retry: true });

  expect(await messageOf(() => expect(api).toHaveNoViolations())).toMatchInlineSnapshot(`
    "expect(result).toHaveNoViolations()

    Expected: only calls that the Runtime API allows
    Received: violations:
      unknown-request-id: The runtime answered "some-other-id", which is not the event in hand. (POST /2018-06-01/runtime/invocation/some-other-id/response, request ID 00000000-0000-4000-8000-000000000001)
        Use the value of Lambda-Runtime-Aws-Request-Id of the event in hand, unchanged, in the path of the answer.

    Timeline (the last 10 entries; api.timeline() has all):
       0.0 ms  test    → invoke 00000000-0000-4000-8000-000000000001 (14 bytes)
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → 200
       0.0 ms  init      success
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 delivered to the runtime
       0.0 ms  runtime → POST /2018-06-01/runtime/invocation/some-other-id/response → 400 {"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}
       0.0 ms  VIOLATION unknown-request-id: The runtime answered "some-other-id", which is not the event in hand.
       0.0 ms  runtime → POST /2018-06-01/runtime/invocation/00000000-0000-4000-8000-000000000001/response "found" → 202
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 answered by response
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → waiting
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 ended: success"
  `);
});

test('not.toHaveNoViolations', async () => {
  await using api = await open('echo');
  const result = await api.invoke(1);

  expect(await messageOf(() => expect(result).not.toHaveNoViolations())).toMatchInlineSnapshot(`
    "expect(result).not.toHaveNoViolations()

    Expected: not only calls that the Runtime API allows
    Received: only such calls

    The function succeeded.
    Request ID:  00000000-0000-4000-8000-000000000001
    Runtime:     node test/fixtures/runtimes/echo.mjs
    Last call:   GET /2018-06-01/runtime/invocation/next, 0.0 ms before: not answered yet
    Last output: none
    Timeline:
       0.0 ms  init      started: node test/fixtures/runtimes/echo.mjs
       0.0 ms  process   started, pid 1
       0.0 ms  test    → invoke 00000000-0000-4000-8000-000000000001 (1 bytes)
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → 200
       0.0 ms  init      success
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 delivered to the runtime
       0.0 ms  runtime → POST /2018-06-01/runtime/invocation/00000000-0000-4000-8000-000000000001/response 1 → 202
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 answered by response
       0.0 ms  runtime → GET /2018-06-01/runtime/invocation/next → waiting
       0.0 ms  invoke    00000000-0000-4000-8000-000000000001 ended: success"
  `);
});

test('matchers of what they cannot judge', async () => {
  await using api = await open('echo');

  expect(await messageOf(() => expect(42).toSucceedWith(42))).toMatchInlineSnapshot(`
    "expect(result).toSucceedWith(expected)

    toSucceedWith cannot judge 42.
    Give it an invocation or its result: await expect(api.invoke(event)).toSucceedWith(…)"
  `);
  expect(await messageOf(() => expect(api).not.toTimeOut())).toMatchInlineSnapshot(`
    "expect(result).not.toTimeOut()

    toTimeOut cannot judge the RuntimeApi itself.
    Give it an invocation or its result: await expect(api.invoke(event)).not.toTimeOut(…)"
  `);
  expect(await messageOf(() => expect(() => api.invoke(1)).toFailWith())).toMatchInlineSnapshot(`
    "expect(result).toFailWith()

    toFailWith cannot judge a function.
    Give it an invocation or its result: await expect(api.invoke(event)).toFailWith(…)"
  `);
  expect(await messageOf(() => expect(Promise.resolve('text')).toHaveLogged('text'))).toMatchInlineSnapshot(`
    "expect(result).toHaveLogged(expected)

    toHaveLogged cannot judge "text".
    Give it an invocation or its result: await expect(api.invoke(event)).toHaveLogged(…)"
  `);
  expect(await messageOf(() => expect({ violations: [] }).toHaveNoViolations())).toMatchInlineSnapshot(`
    "expect(result).toHaveNoViolations()

    toHaveNoViolations cannot judge Object {
      "violations": Array [],
    }.
    Give it an invocation, its result, or the api: await expect(api.invoke(event)).toHaveNoViolations(…)"
  `);
});

test('matchers that are called wrongly', async () => {
  await using api = await open('echo');
  const result = await api.invoke(1);
  // As a test in JavaScript may do.
  const careless = (name: string, ...expected: unknown[]): unknown =>
    (expect(result).not as unknown as Record<string, (...expected: unknown[]) => unknown>)[name]?.(...expected);

  expect(await messageOf(() => careless('toFailWith', 'TypeError'))).toMatchInlineSnapshot(
    `"toFailWith() takes an object of what to compare, such as { errorType: 'TypeError', errorMessage: /no such/ }, or nothing."`,
  );
  expect(await messageOf(() => careless('toExitWith', 1))).toMatchInlineSnapshot(
    `"toExitWith() takes an object of what to compare, such as { code: 1 }, or nothing."`,
  );
  expect(await messageOf(() => careless('toExitWith', { exitCode: 1 }))).toMatchInlineSnapshot(
    `"toExitWith() compares code, signal, errorType; it knows no "exitCode"."`,
  );
  expect(await messageOf(() => careless('toHaveLogged'))).toMatchInlineSnapshot(
    `"toHaveLogged() takes a string, a regular expression, or a matcher such as expect.stringContaining()."`,
  );
  expect(await messageOf(() => careless('toHaveLogged', 'x', { stream: 'out' }))).toMatchInlineSnapshot(
    `"toHaveLogged() takes { stream: 'stdout' } or { stream: 'stderr' } as its options, or none."`,
  );
});
