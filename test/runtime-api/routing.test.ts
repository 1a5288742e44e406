import { describe, expect, test } from 'vitest';
import { createRuntimeApi } from '../../src/index.ts';
import { accepted, connect, paths, replyOf, rulesBroken } from '../helpers/wire-client.ts';

const notFound = {
  status: 404,
  contentType: 'text/plain; charset=utf-8',
  contentLength: 19,
  body: '404 page not found\n',
};

test('ping answers "pong" and breaks no rule', async () => {
  await using api = await createRuntimeApi();
  await using runtime = await connect(api.address);

  expect(replyOf(await runtime.request('GET', paths.ping))).toEqual({
    status: 200,
    contentType: 'text/plain; charset=utf-8',
    contentLength: 4,
    body: 'pong',
  });
  expect(api.violations).toEqual([]);
});

describe('an unknown path', () => {
  test.for([
    ['GET', '/'],
    ['GET', '/2018-06-01'],
    ['GET', '/2018-06-01/nope'],
    ['GET', '/2018-06-01/runtime/invocation/next/'],
    ['GET', '/2018-06-01//runtime/invocation/next'],
    ['GET', '/2018-06-01/Runtime/invocation/next'],
    ['GET', '/2018-06-01/runtime/invocation/ne%78t'],
    ['GET', '/2015-03-31/runtime/invocation/next'],
    ['POST', '/2018-06-01/runtime/init/error/'],
    ['POST', '/2018-06-01/runtime/invocation/response'],
    ['POST', '/2018-06-01/runtime/invocation/a/b/response'],
    ['POST', '/2018-06-01/runtime/invocation/a/response/'],
    ['GET', '/2018-06-01/runtime/restore/next'],
    ['POST', '/2018-06-01/runtime/restore/error'],
    ['GET', '/2021-04-23/credentials'],
    ['OPTIONS', '*'],
    ['GET', 'http://'],
  ] as const)('%s %s is answered with 404', async ([method, path]) => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);

    const response = await runtime.request(method, path);

    expect(replyOf(response)).toEqual(notFound);
    expect(response.headers['x-content-type-options']).toBe('nosniff');
    expect(rulesBroken(api)).toEqual(['unknown-path']);
    expect((await runtime.request('GET', paths.ping)).status).toBe(200);
  });
});

describe('a wrong method', () => {
  const targets = [
    ['GET', paths.next],
    ['GET', paths.ping],
    ['POST', paths.response('x')],
    ['POST', paths.error('x')],
    ['POST', paths.initError],
  ] as const;
  const cases = targets.flatMap(([allowed, path]) =>
    ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']
      .filter((method) => method !== allowed)
      .map((method) => [method, path, allowed] as const),
  );

  test.for(cases)('%s %s is answered with 405 and "Allow: %s"', async ([method, path, allowed]) => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);

    const response = await runtime.request(method, path);

    expect(replyOf(response)).toEqual({ status: 405, contentType: undefined, contentLength: 0, body: '' });
    expect(response.headers.allow).toBe(allowed);
    expect(rulesBroken(api)).toEqual(['wrong-method']);
    expect((await runtime.request('GET', paths.ping)).status).toBe(200);
  });

  test('with a body of 1 MiB leaves the connection usable', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const body = Buffer.alloc(1024 * 1024);

    expect((await runtime.request('PUT', paths.next, { body })).status).toBe(405);
    expect((await runtime.request('POST', '/nope', { body })).status).toBe(404);
    expect((await runtime.request('GET', paths.ping)).body.toString()).toBe('pong');
  });
});

describe('a request target', () => {
  test.for(['?', '?a=b&c=/response', '?x#y', '#fragment'])('may end in "%s", which is ignored', async (end) => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    void api.invoke({});

    const event = await runtime.request('GET', `${paths.next}${end}`);
    const requestId = event.headers['lambda-runtime-aws-request-id'] ?? '';
    const answer = await runtime.request('POST', `${paths.response(requestId)}${end}`, { body: '{}' });

    expect(event.status).toBe(200);
    expect(replyOf(answer)).toEqual(accepted);
    expect(api.violations).toEqual([]);
  });

  test('may be a whole URL', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    void api.invoke({});

    const event = await runtime.request('GET', `${api.url}${paths.next}`);
    const requestId = event.headers['lambda-runtime-aws-request-id'] ?? '';
    const answer = await runtime.request('POST', `HTTP://localhost:8080${paths.response(requestId)}?a`, {
      body: '{}',
    });

    expect(event.status).toBe(200);
    expect(replyOf(answer)).toEqual(accepted);
    expect(api.violations).toEqual([]);
  });
});
