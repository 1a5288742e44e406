import { describe, expect, test } from 'vitest';
import { match, type Reply, route } from '../../src/http/router.ts';

const reply = (body: string): Reply => ({ status: 200, headers: {}, body });

const routes = [
  route('GET', '/v1/next', () => reply('next')),
  route('POST', '/v1/invocation/:requestId/response', (_call, { requestId }) => reply(`response to ${requestId}`)),
  route('POST', '/v1/invocation/:requestId/error', (_call, { requestId }) => reply(`error of ${requestId}`)),
  route('GET', '/v1/thing', () => reply('get')),
  route('PUT', '/v1/thing', () => reply('put')),
  route('GET', '/v1/:kind/of/:name', (_call, { kind, name }) => reply(`${kind} ${name}`)),
];

async function served(method: string, target: string): Promise<unknown> {
  const found = match(routes, method, target);
  if (found.kind !== 'found') return found;
  return (await found.route.handle(undefined, found.parameters))?.body;
}

describe('a route is found', () => {
  test.each([
    ['GET', '/v1/next', 'next'],
    ['GET', '/v1/next?a=b/c', 'next'],
    ['GET', '/v1/next#part', 'next'],
    ['GET', 'http://127.0.0.1:9001/v1/next', 'next'],
    ['GET', 'HTTP://[::1]/v1/next?x', 'next'],
    ['POST', '/v1/invocation/abc/response', 'response to abc'],
    ['POST', '/v1/invocation/abc/error', 'error of abc'],
    ['POST', '/v1/invocation/a%2Fb%20c/response', 'response to a/b c'],
    ['POST', '/v1/invocation/%C3%BC/response', 'response to ü'],
    ['POST', '/v1/invocation//response', 'response to '],
    ['POST', '/v1/invocation/100%/response', 'response to 100%'],
    ['POST', '/v1/invocation/%ff/response', 'response to %ff'],
    ['POST', '/v1/invocation/a+b/response', 'response to a+b'],
    ['POST', '/v1/invocation/__proto__/response', 'response to __proto__'],
    ['PUT', '/v1/thing', 'put'],
    ['GET', '/v1/sort/of/thing', 'sort thing'],
  ])('%s %s', async (method, target, body) => {
    expect(await served(method, target)).toBe(body);
  });
});

describe('a path is unknown', () => {
  test.each([
    '/',
    '',
    '*',
    '/v1/next/',
    '//v1/next',
    '/v1//next',
    '/V1/next',
    '/v1/Next',
    '/v1/n%65xt',
    '/v1',
    '/v1/next/more',
    '/v1/invocation/a/b/response',
    '/v1/invocation/abc',
    'v1/next',
    'http://127.0.0.1:9001',
  ])('%o', async (target) => {
    expect(await served('GET', target)).toEqual({ kind: 'unknown-path' });
  });
});

describe('a method is wrong', () => {
  test.each([
    ['POST', '/v1/next', ['GET']],
    ['HEAD', '/v1/next', ['GET']],
    ['OPTIONS', '/v1/next', ['GET']],
    ['get', '/v1/next', ['GET']],
    ['GET', '/v1/invocation/abc/response', ['POST']],
    ['DELETE', '/v1/thing', ['GET', 'PUT']],
  ])('%s %s', async (method, target, allow) => {
    expect(await served(method, target)).toEqual({ kind: 'wrong-method', allow });
  });
});
