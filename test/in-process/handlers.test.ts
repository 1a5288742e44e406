import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { awslambda } from '../../src/client/awslambda.ts';
import type { LambdaHandler } from '../../src/client/lambda-handler.ts';
import { createRuntimeApi, type RuntimeApi, type RuntimeApiOptions } from '../../src/index.ts';

type Open = (handler: string, options?: RuntimeApiOptions) => Promise<RuntimeApi>;
type Handlers = Readonly<Record<string, LambdaHandler>>;

const folder = new URL('../fixtures/handlers/', import.meta.url);
// The streaming handlers look for it when they are loaded.
Object.assign(globalThis, { awslambda });
const handlers: Handlers = await import(new URL('handlers.mjs', folder).href);
const streaming: Handlers = await import(new URL('streaming.mjs', folder).href);

afterAll(() => void Reflect.deleteProperty(globalThis, 'awslambda'));

const inThisProcess: Open = (name, options) => {
  const handler = { ...handlers, ...streaming }[name];
  if (!handler) throw new Error(`There is no handler ${name}.`);
  return createRuntimeApi({ handler, ...options });
};

const inItsOwn: Open = (name, options) => {
  const file = name in handlers ? 'handlers' : 'streaming';
  const command = ['lambda-node-bootstrap', `${file}.${name}`];
  return createRuntimeApi({ command, cwd: fileURLToPath(folder), ...options });
};

describe.each([
  ['in this process', inThisProcess],
  ['in a process of its own', inItsOwn],
])('a handler %s', (_place, open) => {
  test.each([
    ['objects', { a: [1, { b: null }], ü: '🙂 \u2028' }],
    ['text', 'text'],
    ['null', null],
    ['numbers', 0.1],
    ['false', false],
  ])('echoes %s', async (_what, event) => {
    await using api = await open('echo');

    expect(await api.invoke(event)).toMatchObject({
      status: 'success',
      payload: event,
      contentType: 'application/json',
    });
  });

  test('may return a plain value', async () => {
    await using api = await open('echoSync');

    expect(await api.invoke({ n: 1 })).toMatchObject({ status: 'success', payload: { n: 1 } });
  });

  test('that returns nothing answers null', async () => {
    await using api = await open('returnsNothing');

    expect(await api.invoke({})).toMatchObject({ status: 'success', payload: null });
  });

  test('sees the function and the invocation in its context', async () => {
    await using api = await open('reportsContext', { functionName: 'orders', memorySizeMb: 256, timeoutMs: 60_000 });
    const client = { installationId: 'i', appTitle: 't' };

    const result = await api.invoke<{ remaining: number }>(
      {},
      {
        requestId: 'seven',
        clientContext: { client },
        cognitoIdentity: { cognitoIdentityId: 'c', cognitoIdentityPoolId: 'p' },
      },
    );

    expect(result).toMatchObject({
      status: 'success',
      payload: {
        awsRequestId: 'seven',
        functionName: 'orders',
        functionVersion: '$LATEST',
        memoryLimitInMB: '256',
        logGroupName: '/aws/lambda/orders',
        logStreamName: api.environmentVariables.AWS_LAMBDA_LOG_STREAM_NAME,
        invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:orders',
        clientContext: { client },
        identity: { cognitoIdentityId: 'c' },
      },
    });
    const remaining = result.status === 'success' ? (result.payload as { remaining: number }).remaining : 0;
    expect(remaining).toBeGreaterThan(30_000);
    expect(remaining).toBeLessThanOrEqual(60_000);
  });

  test('that throws is a function error, with type, message, stack and cause', async () => {
    await using api = await open('throwsError');

    const result = await api.invoke({ order: 7 });

    expect(result).toMatchObject({
      status: 'function-error',
      functionError: 'Unhandled',
      error: {
        errorType: 'OrderMissing',
        errorMessage: 'no order 7',
        stackTrace: expect.arrayContaining([expect.stringMatching(/throwsError.*handlers\.mjs/)]),
        cause: { errorType: 'TypeError', errorMessage: 'the cause' },
      },
      errorTypeHeader: 'Function.OrderMissing',
      xrayCause: {
        exceptions: [
          { type: 'OrderMissing', message: 'no order 7' },
          { type: 'TypeError', message: 'the cause' },
        ],
      },
    });
    expect(api.violations).toEqual([]);
  });

  test('that throws at once is a function error', async () => {
    await using api = await open('throwsAtOnce');

    expect(await api.invoke({})).toMatchObject({ status: 'function-error', error: { errorType: 'OrderMissing' } });
  });

  test('that throws text is a function error', async () => {
    await using api = await open('throwsText');

    expect(await api.invoke({})).toMatchObject({
      status: 'function-error',
      error: { errorType: 'string', errorMessage: 'only text' },
    });
  });

  test('goes on after an error', async () => {
    await using api = await open('throwsIf');

    expect(await api.invoke({ shallThrow: true })).toMatchObject({ status: 'function-error' });
    expect(await api.invoke({})).toMatchObject({ status: 'success', payload: 'fine' });
  });

  test.each(['callsBack', 'callsBackLater'])('may call back (%s)', async (name) => {
    await using api = await open(name);

    expect(await api.invoke({ n: 1 })).toMatchObject({ status: 'success', payload: { n: 1 } });
  });

  test('may call back with an error', async () => {
    await using api = await open('callsBackError');

    expect(await api.invoke({})).toMatchObject({
      status: 'function-error',
      error: { errorType: 'OrderMissing', errorMessage: 'called back' },
    });
  });

  test('whose result JSON cannot hold is a function error', async () => {
    await using api = await open('returnsCycle');

    expect(await api.invoke({})).toMatchObject({
      status: 'function-error',
      error: { errorType: 'Runtime.JSONStringifyError' },
    });
  });

  test('whose response is too large is a function error, and the next is served', async () => {
    await using api = await open('returnsText');

    expect(await api.invoke({ length: 6_291_557 })).toMatchObject({
      status: 'function-error',
      error: { errorType: 'Function.ResponseSizeTooLarge' },
    });
    expect(await api.invoke({ length: 1 })).toMatchObject({ status: 'success', payload: 'x' });
    expect(api.transcript.filter(({ type }) => type === 'runtime.started')).toHaveLength(1);
  });

  test('takes and returns 6 MB', async () => {
    await using api = await open('echo', { timeoutMs: 60_000 });
    const event = 'x'.repeat(6_000_000);

    const result = await api.invoke(event);

    expect('payload' in result && result.payload === event).toBe(true);
  });

  test('is not called with an event that is no JSON: that is a function error', async () => {
    await using api = await open('echo');

    expect(await api.invoke({ raw: '{ "half": ' })).toMatchObject({
      status: 'function-error',
      error: { errorType: 'Runtime.UnmarshalError' },
    });
    expect(await api.invoke('next')).toMatchObject({ status: 'success', payload: 'next' });
  });

  test('may stream its response', async () => {
    await using api = await open('streams');
    const invocation = api.invoke({ parts: ['one ', 'two'] });
    const chunks: string[] = [];

    for await (const chunk of invocation.chunks) chunks.push(Buffer.from(chunk).toString());

    expect(chunks.join('')).toBe('one two');
    expect(await invocation).toMatchObject({
      status: 'success',
      streamed: true,
      payload: 'one two',
      contentType: 'text/plain',
    });
  });

  test('may stream an HTTP response, with status and headers', async () => {
    await using api = await open('streamsHttp');

    const result = await api.invoke({ body: 'created' });

    expect(result).toMatchObject({
      status: 'success',
      streamed: true,
      contentType: 'application/vnd.awslambda.http-integration-response',
      prelude: { statusCode: 201, headers: { 'content-type': 'text/plain' } },
      payload: 'created',
    });
  });

  test('that throws while it streams is a function error', async () => {
    await using api = await open('breaksOff');

    expect(await api.invoke({})).toMatchObject({
      status: 'function-error',
      error: { errorType: 'RangeError', errorMessage: 'broke off' },
    });
  });

  test('that is expired is a timeout, and the next invocation gets a fresh runtime', async () => {
    await using api = await open('hangs');
    const invocation = api.invoke({});
    await invocation.delivered;

    invocation.expire();

    expect(await invocation).toMatchObject({ status: 'timeout' });
    expect(await api.invoke({ behave: true })).toMatchObject({
      status: 'success',
      payload: 'fine',
      initDurationMs: expect.any(Number),
    });
    expect(api.transcript.filter(({ type }) => type === 'runtime.started')).toHaveLength(2);
    expect(api.violations).toEqual([]);
  });

  test('that is expired while it streams is a timeout', async () => {
    await using api = await open('neverEnds');
    const invocation = api.invoke({});
    for await (const _chunk of invocation.chunks) break;

    invocation.expire();

    expect(await invocation).toMatchObject({ status: 'timeout' });
  });

  test('that runs into its timeout is a timeout', async () => {
    await using api = await open('hangs', { timeoutMs: 100 });
    await api.ready();

    expect(await api.invoke({})).toMatchObject({ status: 'timeout', error: { errorType: 'Sandbox.Timedout' } });
  });

  test('is ended by close() in the middle of an invocation', async () => {
    await using api = await open('hangs');
    const invocation = api.invoke({});
    await invocation.delivered;

    await api.close();

    await expect(invocation).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });

  test('is ended by reset(), and starts again', async () => {
    await using api = await open('hangs');
    const invocation = api.invoke({});
    await invocation.delivered;

    await api.reset();

    await expect(invocation).rejects.toMatchObject({ code: 'ERR_RESET' });
    expect(await api.invoke({ behave: true })).toMatchObject({ status: 'success', initDurationMs: expect.any(Number) });
  });

  test('serves 100 invocations in turn without mixing them', async () => {
    await using api = await open('counts');
    await api.ready();
    const before = await api.invoke<{ calls: number }>({});
    const calls = before.status === 'success' ? (before.payload as { calls: number }).calls : Number.NaN;

    const results = await Promise.all(Array.from({ length: 100 }, (_, nonce) => api.invoke({ nonce })));

    expect(results.map((result) => ('payload' in result ? result.payload : result.status))).toEqual(
      Array.from({ length: 100 }, (_, nonce) => ({ nonce, calls: calls + nonce + 1 })),
    );
  });

  test('may be one of five at a time', async () => {
    await using first = await open('echo');
    await using second = await open('echo');
    await using third = await open('echo');
    await using fourth = await open('echo');
    await using fifth = await open('echo');

    const results = await Promise.all([first, second, third, fourth, fifth].map((api, n) => api.invoke({ n })));

    expect(results.map((result) => ('payload' in result ? result.payload : result.status))).toEqual(
      [0, 1, 2, 3, 4].map((n) => ({ n })),
    );
  });
});
