import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RuntimeApi } from '../../../src/index.ts';
import { type BuiltRuntime, testBehaviours } from '../behaviours.ts';
import { versions } from '../versions.ts';
import { buildPrograms, manifestLines, rust } from './cargo.ts';

const { lambda_runtime } = versions.rust;

/** The folder of the programs; `behaviours` is one of them. */
let programs = '';

testBehaviours({
  ...rust,
  name: 'Rust, lambda_runtime',
  async build() {
    programs = await buildPrograms();
    return { command: [join(programs, 'behaviours')] };
  },
  known: {
    bytes: 'parsed',
    failure: {
      error: { errorType: 'Fixture.Failed', errorMessage: 'as asked' },
      errorTypeHeader: 'unhandled',
      logs: { lines: [] },
      body: Buffer.from('{"errorType":"Fixture.Failed","errorMessage":"as asked"}'),
    },
    initFailure: {
      error: { errorType: 'Runtime.ExitError' },
      exit: { code: 1, signal: null },
      logs: { stderr: 'Error: "as asked"\n' },
    },
    changed: [
      {
        event: 'a lone \ud83d',
        result: {
          status: 'function-error',
          error: { errorMessage: expect.stringContaining('unexpected end of hex escape') },
        },
      },
    ],
    clientContext: {
      client: {
        installation_id: 'an-installation',
        app_title: 'Zoë',
        app_version_name: 'a-version',
        app_version_code: '1',
        app_package_name: 'a-package',
      },
      custom: { key: 'a: "b"' },
    },
    context: {
      clientContext: {
        client: {
          installationId: 'an-installation',
          appTitle: 'Zoë',
          appVersionName: 'a-version',
          appVersionCode: '1',
          appPackageName: 'a-package',
        },
        custom: { key: 'a: "b"' },
        environment: {},
      },
      cognitoIdentity: { identityId: 'an-identity', identityPoolId: 'a-pool' },
    },
    noContext: { tenantId: null },
  },
  more: (runtime) => {
    test('is built with the pinned version', async () => {
      expect(await manifestLines('rust-lambda-runtime/Cargo.toml', { lambda_runtime })).toEqual([
        `lambda_runtime = { version = "=${lambda_runtime}", features = ["graceful-shutdown"] }`,
      ]);
    });

    testDeath(runtime);
    testWire(runtime);
    testTypes(runtime);
    testStreams(runtime);
    testShutdown(runtime);
  },
});

function testDeath(runtime: BuiltRuntime): void {
  test('exits when main() panics', async () => {
    await using api = await runtime.start({ env: { INIT: 'panic' } });

    const init = await api.ready();

    expect(init).toMatchObject({ status: 'init-error', exit: { code: 101, signal: null } });
    expect(init.logs.stderr).toContain('as asked');
  });

  test('posts a panic, and goes on', async () => {
    await using api = await runtime.start();

    const panicked = await api.invoke({ op: 'panic', message: 'no café' });
    const next = await api.invoke('next');

    expect(panicked).toMatchObject({
      status: 'function-error',
      error: {
        errorType: '&alloc::boxed::Box<dyn core::any::Any + core::marker::Send>',
        errorMessage: 'Lambda panicked: no café',
      },
    });
    expect(panicked.logs.stderr).toMatch(/panicked at src\/bin\/behaviours\.rs:\d+:\d+:\nno café\n/);
    expect(next).toMatchObject({ status: 'success', payload: 'next' });
    expect(starts(api)).toBe(1);
  });

  test('is replaced when it aborts', async () => {
    await using api = await runtime.start();

    const aborted = await api.invoke({ op: 'abort' });
    const next = await api.invoke('next');

    expect(aborted).toMatchObject({ status: 'runtime-exit', exit: { code: null, signal: 'SIGABRT' } });
    expect(next).toMatchObject({ status: 'success', payload: 'next' });
  });

  for (const [what, options, complaint] of [
    ['a client context lacks a key', { clientContext: { client: { app_title: 'Zoë' } } }, 'missing field'],
    ['a client context holds a number', { clientContext: { custom: { key: 1 } } }, 'invalid type: integer'],
    ['an identity lacks a key', { cognitoIdentity: { raw: '{}' } }, 'missing field'],
  ] as const) {
    test(`exits when ${what}`, async () => {
      await using api = await runtime.start();

      const exited = await api.invoke({}, options);
      const next = await api.invoke('next');

      expect(exited).toMatchObject({ status: 'runtime-exit', exit: { code: 1, signal: null } });
      expect(exited.logs.stderr).toContain(`Error: Error("${complaint}`);
      expect(next).toMatchObject({ status: 'success', payload: 'next' });
    });
  }
}

function testWire(runtime: BuiltRuntime): void {
  test('echoes the invocation ID in responses and errors', async () => {
    await using api = await runtime.start();

    await api.invoke('respond');
    await api.invoke({ op: 'fail' });

    const exchanges = api.transcript.filter((entry) => entry.type === 'exchange');
    const given = exchanges.flatMap(({ response }) => response?.headers['Lambda-Runtime-Invocation-Id'] ?? []);
    const echoed = exchanges.flatMap(({ requestHeaders }) => requestHeaders['lambda-runtime-invocation-id'] ?? []);
    expect(new Set(given).size).toBe(2);
    expect(echoed).toEqual(given);
  });

  test('sets _X_AMZN_TRACE_ID for each event', async () => {
    await using api = await runtime.start();

    for (const traceId of ['Root=1-a;Sampled=1', 'Root=1-b;Sampled=0']) {
      const result = await api.invoke({ op: 'context' }, { traceId });

      expect(result).toMatchObject({ payload: { traceId, traceIdVariable: traceId } });
    }
  });
}

function testTypes(runtime: BuiltRuntime): void {
  test('writes what it has read its own way', async () => {
    await using api = await runtime.start();

    const result = await api.invoke({ raw: '{ "b": 1.0, "a": "caf\\u00e9" }' });

    expect(result).toMatchObject({ status: 'success', body: Buffer.from('{"a":"café","b":1.0}') });
  });

  const order = { item: { name: 'pen', price: 1.5 }, quantity: 2 };

  test('reads events into types, and writes types', async () => {
    await using api = await runtime.start({ command: [join(programs, 'typed')] });

    const result = await api.invoke(order);

    expect(result).toMatchObject({ status: 'success', payload: { itemName: 'pen', totalPrice: 3, note: null } });
  });

  for (const [event, complaint] of [
    [{ ...order, item: { name: 'pen' } }, '[item] item: missing field `price` at line 1 column 22'],
    [{ ...order, quantity: -1 }, '[quantity] quantity: invalid value: integer `-1`, expected u32 at line 1 column 48'],
    [{ raw: '' }, 'EOF while parsing a value at line 1 column 0'],
  ] as const) {
    test(`reports what is wrong with an event: ${complaint}`, async () => {
      await using api = await runtime.start({ command: [join(programs, 'typed')] });

      const refused = await api.invoke(event);
      const next = await api.invoke(order);

      expect(refused).toMatchObject({
        status: 'function-error',
        error: {
          errorType: '&lambda_runtime::deserializer::DeserializeError',
          errorMessage: `failed to deserialize the incoming data into the function's payload type: ${complaint}\n`,
        },
      });
      expect(next.status).toBe('success');
      expect(starts(api)).toBe(1);
    });
  }

  test('reports errors of a type that says how', async () => {
    await using api = await runtime.start({ command: [join(programs, 'typed')] });

    const refused = await api.invoke({ ...order, quantity: 11 });

    expect(refused).toMatchObject({
      status: 'function-error',
      error: { errorType: 'Shop.SoldOut', errorMessage: 'No pen left' },
    });
  });

  test('logs with the request ID', async () => {
    const env = { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: 'INFO' };
    await using api = await runtime.start({ command: [join(programs, 'typed')], env });

    const { logs, requestId } = await api.invoke(order);

    expect(logs.lines).toHaveLength(1);
    expect(JSON.parse(logs.stdout)).toMatchObject({
      level: 'INFO',
      fields: { message: 'ordered', quantity: 2 },
      span: { requestId },
    });
  });
}

function testStreams(runtime: BuiltRuntime): void {
  const prelude = { statusCode: 200, headers: { 'content-type': 'application/octet-stream' }, cookies: [] };

  test('streams for HTTP, whatever the event is', async () => {
    await using api = await runtime.start({ command: [join(programs, 'streaming')] });

    const result = await api.invoke({ chunks: ['één', ' twee'], ending: 'end' });

    expect(result).toMatchObject({
      status: 'success',
      streamed: true,
      contentType: 'application/vnd.awslambda.http-integration-response',
      prelude,
      body: Buffer.from('één twee'),
    });
    expect(api.violations).toEqual([]);
  });

  test('sends chunks while the stream goes on', async () => {
    await using api = await runtime.start({ command: [join(programs, 'streaming')] });

    const hanging = api.invoke({ chunks: ['one', ' two'], ending: 'hang' });
    let received = '';
    for await (const chunk of hanging.chunks) {
      received += Buffer.from(chunk);
      if (received.endsWith('two')) hanging.expire();
    }
    const timedOut = await hanging;
    const next = await api.invoke({ chunks: ['next'], ending: 'end' });

    expect(received).toBe('one two');
    expect(await hanging.prelude).toEqual(prelude);
    expect(timedOut.status).toBe('timeout');
    expect(next).toMatchObject({ status: 'success', payload: 'next' });
  });

  test('writes the error of a stream into the body, where trailers were announced', async () => {
    await using api = await runtime.start({ command: [join(programs, 'streaming')], onViolation: 'record' });

    const failed = await api.invoke({ chunks: ['one'], ending: 'fail' });

    const message = Buffer.from('lost the thread').toString('base64');
    const error = `Lambda-Runtime-Function-Error-Type: Runtime.StreamError\r\nLambda-Runtime-Function-Error-Body: ${message}\r\n`;
    expect(failed).toMatchObject({
      status: 'success',
      payload: `one${error}`,
      violations: [{ rule: 'error-in-body' }],
    });
  });

  test('reports an error before the stream begins', async () => {
    await using api = await runtime.start({ command: [join(programs, 'streaming')] });

    const failed = await api.invoke({ chunks: [], ending: 'explode' });

    expect(failed).toMatchObject({
      status: 'function-error',
      error: {
        errorType: '&alloc::boxed::Box<dyn core::error::Error + core::marker::Send + core::marker::Sync>',
        errorMessage: 'no such end: explode',
      },
    });
  });
}

function testShutdown(runtime: BuiltRuntime): void {
  test('runs its shutdown hook when it is closed, having registered an extension', async () => {
    const lines: string[] = [];
    await using api = await runtime.start({
      command: [join(programs, 'shutdown')],
      logs: ({ text }) => lines.push(text),
    });

    const result = await api.invoke('before');
    await api.close();

    expect(result).toMatchObject({ status: 'success', payload: 'before' });
    expect(lines.slice().sort()).toEqual([
      '[runtime] Graceful shutdown completed',
      '[runtime] Graceful shutdown in progress ...',
      '[runtime] SIGTERM received',
      'flushed',
    ]);
    expect(api.violations).toEqual([]);
  });
}

/** How many processes were started. */
function starts(api: RuntimeApi): number {
  return api.transcript.filter(({ type }) => type === 'runtime.started').length;
}
