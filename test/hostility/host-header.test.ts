import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { isForLoopback } from '../../src/http/loopback-host.ts';
import { createRuntimeApi } from '../../src/index.ts';
import { connectTo } from '../helpers/fixtures.ts';
import { accepted, connect, head, paths, refused, replyOf } from '../helpers/wire-client.ts';

const refusal = refused(
  403,
  'InvalidHost',
  'The request names a host that is not this one: the API answers to 127.0.0.1, localhost and [::1] only.',
);

describe('a request is for this machine', () => {
  test.each([
    ['127.0.0.1:9001', '/'],
    ['127.0.0.1', '/'],
    ['127.1.2.3:80', '/'],
    ['localhost:9001', '/'],
    ['LocalHost', '/'],
    ['[::1]:9001', '/'],
    ['[::1]', '/'],
    ['', '/'],
    [undefined, '/'],
    ['127.0.0.1:9001', 'http://localhost:9001/path'],
    [undefined, 'HTTP://[::1]/path'],
    ['localhost', '*'],
  ])('by the Host %o and the target %s', (host, url) => {
    expect(isForLoopback({ headers: { ...(host !== undefined && { host }) }, url })).toBe(true);
  });
});

describe('a request is not for this machine', () => {
  test.each([
    ['attacker.example', '/'],
    ['attacker.example:9001', '/'],
    ['localhost.attacker.example', '/'],
    ['127.0.0.1.attacker.example', '/'],
    ['attacker.example:127.0.0.1', '/'],
    ['attacker-localhost', '/'],
    ['127.0.0.1@attacker.example', '/'],
    ['localhost, attacker.example', '/'],
    ['1270.0.0.1', '/'],
    ['0.0.0.0:9001', '/'],
    ['192.168.0.1', '/'],
    ['[::2]', '/'],
    ['::1', '/'],
    ['host.docker.internal:9001', '/'],
    ['runtime', '/'],
    ['localhost', 'http://attacker.example/path'],
    [undefined, 'http://attacker.example/path'],
    ['localhost', 'http://localhost@attacker.example/path'],
    ['attacker.example', 'http://localhost/path'],
  ])('by the Host %o and the target %s', (host, url) => {
    expect(isForLoopback({ headers: { ...(host !== undefined && { host }) }, url })).toBe(false);
  });
});

describe('a request by a foreign name (DNS rebinding)', () => {
  test('for an event is refused, and the event goes to the runtime', async () => {
    await using api = await createRuntimeApi();
    await using page = await connect(api.address);
    await using runtime = await connect(api.address);
    const invocation = api.invoke({ secret: 1 });

    expect(replyOf(await page.next({ Host: 'attacker.example' }))).toEqual(refusal);
    expect(api.transcript.map(({ type }) => type)).not.toContain('platform.start');

    const event = await runtime.next();
    expect(replyOf(await page.respond(event.requestId, '"forged"', { Host: 'attacker.example' }))).toEqual(refusal);
    expect(replyOf(await runtime.respond(event.requestId, '"genuine"'))).toEqual(accepted);
    await runtime.poll();
    expect(await invocation).toMatchObject({ status: 'success', payload: 'genuine' });
    expect(api.violations).toEqual([]);
  });

  test.each([
    ['GET', paths.ping],
    ['POST', paths.initError],
    ['POST', '/2020-01-01/extension/register'],
    ['GET', '/nope'],
    ['PUT', paths.next],
  ])('is refused before anything else: %s %s', async (method, path) => {
    await using api = await createRuntimeApi();
    await using page = await connect(api.address);

    const body = Buffer.alloc(100_000);
    expect(replyOf(await page.request(method, path, { headers: { Host: 'attacker.example' }, body }))).toEqual(refusal);

    expect(api.violations).toEqual([]);
    expect(api.transcript.at(-1)).toMatchObject({
      type: 'exchange',
      requestHeaders: { host: 'attacker.example' },
      response: { status: 403 },
    });
    expect((await page.request('GET', paths.ping)).status).toBe(200);
  });

  test('in its target is refused, too', async () => {
    await using api = await createRuntimeApi();
    await using page = await connect(api.address);

    await page.send(`GET http://attacker.example${paths.ping} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n`);
    expect(replyOf(await page.read())).toEqual(refusal);
    await page.send(head('GET', `http://attacker.example${paths.ping}`, { Host: api.address }));
    expect(replyOf(await page.read())).toEqual(refusal);
  });
});

test.each([
  ['localhost', (port: string) => `localhost:${port}`],
  ['the IPv6 loopback address', (port: string) => `[::1]:${port}`],
  ['no port', () => '127.0.0.1'],
])('a request by %s is served', async (_name, hostOf) => {
  await using api = await createRuntimeApi();
  await using runtime = await connect(api.address);
  const invocation = api.invoke({});
  const headers = { Host: hostOf(api.address.split(':')[1] ?? '') };

  const { requestId } = await runtime.next(headers);
  expect(replyOf(await runtime.respond(requestId, '"fine"', headers))).toEqual(accepted);
  await runtime.poll(headers);

  expect(await invocation).toMatchObject({ status: 'success', payload: 'fine' });
});

test('the server listens on the loopback interface only', async () => {
  await using api = await createRuntimeApi();
  const [host, port] = api.address.split(':');
  const elsewhere = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4');

  expect(host).toBe('127.0.0.1');
  for (const { address } of elsewhere) {
    await expect(connectTo(`${address}:${port}`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  }
});
