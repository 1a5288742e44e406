import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createRuntimeApi, type RuntimeApi } from '../../../src/index.ts';
import { buildPrograms, manifestLines, rust } from '../rust-lambda-runtime/cargo.ts';
import { isMissing } from '../toolchains.ts';
import { versions } from '../versions.ts';
import { functionUrlEvent, loadBalancerEvent } from './events.ts';

const name = 'Rust, lambda_http';

describe.skipIf(isMissing({ name, ...rust }))(name, () => {
  let programs = '';

  beforeAll(async () => {
    programs = await buildPrograms();
  });

  const start = (program: 'http' | 'http-streaming'): Promise<RuntimeApi> =>
    createRuntimeApi({ command: [join(programs, program)], timeoutMs: 60_000, initTimeoutMs: 60_000 });

  test('is built with the pinned versions', async () => {
    expect(await manifestLines('rust-lambda-http/Cargo.toml', versions.rust)).toEqual([
      `lambda_http = "=${versions.rust.lambda_http}"`,
      `lambda_runtime = "=${versions.rust.lambda_runtime}"`,
    ]);
  });

  test('makes a request of the event of a function URL, and a payload of the response', async () => {
    await using api = await start('http');
    const contentType = 'application/json';
    const event = functionUrlEvent({ method: 'PUT', path: '/things/7', contentType, body: '{"a":"é"}' });

    const result = await api.invoke(event, { requestId: 'an-id' });

    expect(responseIn(result)).toEqual({
      statusCode: 201,
      headers: { 'content-type': 'application/json', 'x-seen': 'yes' },
      multiValueHeaders: {},
      cookies: [],
      isBase64Encoded: false,
      body: {
        method: 'PUT',
        uri: 'https://example.com/things/7?q=one&q=t%C3%BCo',
        tag: 'tagged',
        query: ['one', 'tüo'],
        pathParameter: '7',
        json: { a: 'é' },
        bytes: [...Buffer.from('{"a":"é"}')],
        requestId: 'an-id',
      },
    });
    expect(api.violations).toEqual([]);
  });

  test('makes a request of the event of a load balancer, and a payload of the response', async () => {
    await using api = await start('http');
    const event = loadBalancerEvent({ method: 'POST', path: '/things', body: '/wA=', binary: true });

    const result = await api.invoke(event, { requestId: 'an-id' });

    expect(responseIn(result)).toEqual({
      statusCode: 201,
      statusDescription: '201 Created',
      headers: { 'content-type': 'application/json', 'x-seen': 'yes' },
      multiValueHeaders: { 'content-type': ['application/json'], 'x-seen': ['yes'] },
      isBase64Encoded: false,
      body: {
        method: 'POST',
        uri: 'https://example.com/things?q=t%C3%BCo',
        tag: 'tagged',
        query: ['tüo'],
        pathParameter: null,
        json: null,
        bytes: [0xff, 0x00],
        requestId: 'an-id',
      },
    });
    expect(api.violations).toEqual([]);
  });

  test('encodes bytes in base64', async () => {
    await using api = await start('http');

    for (const event of [functionUrlEvent, loadBalancerEvent]) {
      const result = await api.invoke(event({ method: 'GET', path: '/image' }));

      expect(result).toMatchObject({ status: 'success', payload: { body: 'iVD/AA==', isBase64Encoded: true } });
    }
  });

  test('puts cookies where the service looks for them', async () => {
    await using api = await start('http');
    const request = { method: 'GET', path: '/cookies' };

    const fromUrl = await api.invoke(functionUrlEvent(request));
    const fromBalancer = await api.invoke(loadBalancerEvent(request));

    expect(fromUrl).toMatchObject({ payload: { statusCode: 204, cookies: ['a=1', 'b=2'], headers: {}, body: '' } });
    // Only one fits: `multiValueHeaders` must be switched on at the load balancer.
    expect(fromBalancer).toMatchObject({
      payload: {
        statusCode: 204,
        headers: { 'set-cookie': 'a=1' },
        multiValueHeaders: { 'set-cookie': ['a=1', 'b=2'] },
      },
    });
  });

  for (const [path, errorMessage] of [
    ['/fail', 'no database'],
    ['/panic', 'Lambda panicked: at my wits end'],
  ] as const) {
    test(`fails as a function, not with a response of status 500: ${errorMessage}`, async () => {
      await using api = await start('http');

      const failed = await api.invoke(functionUrlEvent({ method: 'GET', path }));
      const next = await api.invoke(functionUrlEvent({ method: 'GET', path: '/' }));

      expect(failed).toMatchObject({ status: 'function-error', error: { errorMessage } });
      expect(next).toMatchObject({ status: 'success', payload: { statusCode: 201 } });
    });
  }

  test('reports an event that is no request', async () => {
    await using api = await start('http');

    const refused = await api.invoke({ name: 'Nim' });

    expect(refused).toMatchObject({
      status: 'function-error',
      error: {
        errorType: '&lambda_runtime::deserializer::DeserializeError',
        errorMessage: expect.stringContaining('this function expects a JSON payload from Amazon API Gateway'),
      },
    });
  });

  const prelude = { statusCode: 418, headers: { 'content-type': 'text/plain' }, cookies: ['a=1'] };

  test('streams status, headers and cookies, then the body', async () => {
    await using api = await start('http-streaming');

    const result = await api.invoke(functionUrlEvent({ method: 'POST', path: '/', body: 'één\ntwee\n' }));

    expect(result).toMatchObject({
      status: 'success',
      streamed: true,
      contentType: 'application/vnd.awslambda.http-integration-response',
      prelude,
      payload: 'één\ntwee\n',
    });
    expect(api.violations).toEqual([]);
  });

  test('sends the body while the response goes on', async () => {
    await using api = await start('http-streaming');

    const hanging = api.invoke(functionUrlEvent({ method: 'POST', path: '/hang', body: 'one\ntwo\n' }));
    let received = '';
    for await (const chunk of hanging.chunks) {
      received += Buffer.from(chunk);
      if (received.endsWith('two\n')) hanging.expire();
    }

    expect(received).toBe('one\ntwo\n');
    expect(await hanging.prelude).toEqual(prelude);
    expect(await hanging).toMatchObject({ status: 'timeout' });
  });

  test('writes the error of a body that is given up into the body', async () => {
    await using api = await start('http-streaming');

    const aborted = await api.invoke(functionUrlEvent({ method: 'POST', path: '/abort', body: 'one\n' }));

    const message = Buffer.from('user body write aborted').toString('base64');
    const error = `Lambda-Runtime-Function-Error-Type: Runtime.StreamError\r\nLambda-Runtime-Function-Error-Body: ${message}\r\n`;
    expect(aborted).toMatchObject({
      status: 'success',
      payload: `one\n${error}`,
      violations: [{ rule: 'error-in-body' }],
    });
  });
});

/** The payload for the service, its body parsed. */
function responseIn(result: Awaited<ReturnType<RuntimeApi['invoke']>>): object {
  if (result.status !== 'success') throw new Error(result.message);
  const payload = result.payload as { readonly body: string };
  return { ...payload, body: JSON.parse(payload.body) };
}
