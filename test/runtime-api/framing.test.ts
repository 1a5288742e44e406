import { describe, expect, test } from 'vitest';
import { createRuntimeApi } from '../../src/index.ts';
import { accepted, connect, head, paths, replyOf, type WireClient, type WireResponse } from '../helpers/wire-client.ts';

const badRequest = { status: 400, body: '400 Bad Request' };

function statusAndBody({ status, body }: WireResponse): { status: number; body: string } {
  return { status, body: body.toString() };
}

async function isAlive(address: string): Promise<boolean> {
  await using client = await connect(address);
  return (await client.request('GET', paths.ping)).body.toString() === 'pong';
}

describe('a chunked body', () => {
  test.for([
    ['no chunk at all', []],
    ['one chunk', ['{"a":1}']],
    ['a chunk for each byte', [...'{"a":1}']],
  ] as const)('of %s, with trailers, is accepted', async ([, chunks]) => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const { requestId } = await runtime.next();

    const reply = await runtime.requestChunked('POST', paths.response(requestId), {
      headers: { Trailer: 'X-One, X-Two' },
      chunks,
      trailers: { 'X-One': '1', 'X-Two': '2' },
    });
    await runtime.poll();

    expect(replyOf(reply)).toEqual(accepted);
    expect(await invocation).toMatchObject({ status: 'success', body: Buffer.from(chunks.join('')) });
    expect(api.violations).toEqual([]);
  });

  test('is accepted on /error, and the connection stays usable', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const first = api.invoke(1);
    const second = api.invoke(2);

    const { requestId } = await runtime.next();
    const reply = await runtime.requestChunked('POST', paths.error(requestId), {
      chunks: ['{"errorType":"E",', '"errorMessage":"m"}'],
      trailers: { 'X-One': '1' },
    });
    const event = await runtime.next();

    expect(replyOf(reply)).toEqual(accepted);
    expect(await first).toMatchObject({ status: 'function-error', error: { errorType: 'E', errorMessage: 'm' } });
    expect(event.requestId).toBe(second.requestId);
  });

  test('with chunk extensions and upper-case sizes is accepted', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const { requestId } = await runtime.next();

    await runtime.send(head('POST', paths.response(requestId), { Host: 'localhost', 'Transfer-Encoding': 'chunked' }));
    await runtime.send('A;name=value\r\n0123456789\r\n0\r\n\r\n');
    expect(replyOf(await runtime.read())).toEqual(accepted);
    await runtime.poll();

    expect(await invocation).toMatchObject({ status: 'success', payload: '0123456789', isJson: false });
  });

  test('that is refused leaves the connection usable', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);

    const refusal = await runtime.requestChunked('POST', paths.response('unknown'), {
      chunks: ['a', 'b'],
      trailers: { 'X-One': '1' },
    });

    expect(refusal.status).toBe(400);
    expect((await runtime.request('GET', paths.ping)).status).toBe(200);
  });
});

test('requests that arrive byte by byte are served', async () => {
  await using api = await createRuntimeApi();
  await using runtime = await connect(api.address);
  const invocation = api.invoke({});
  const dribble = async (text: string): Promise<WireResponse> => {
    for (const byte of text) await runtime.send(byte);
    return runtime.read();
  };

  const event = await dribble(head('GET', paths.next, { Host: 'localhost' }));
  const target = paths.response(event.headers['lambda-runtime-aws-request-id'] ?? '');
  const reply = await dribble(`${head('POST', target, { Host: 'localhost', 'Content-Length': '7' })}{"a":1}`);
  await runtime.poll();

  expect(replyOf(reply)).toEqual(accepted);
  expect(await invocation).toMatchObject({ status: 'success', payload: { a: 1 } });
  expect(api.violations).toEqual([]);
});

test.for(['response', 'error'] as const)(
  'a /%s that expects 100-continue gets it before it sends its body',
  async (call) => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const { requestId } = await runtime.next();
    const body = '{"errorType":"E","errorMessage":"m"}';

    const headers = { Host: 'localhost', 'Content-Length': String(body.length), Expect: '100-continue' };
    await runtime.send(head('POST', paths[call](requestId), headers));
    expect((await runtime.read()).statusLine).toBe('HTTP/1.1 100 Continue');
    await runtime.send(body);

    expect(replyOf(await runtime.read())).toEqual(accepted);
    await runtime.poll();
    expect((await invocation).status).toBe(call === 'response' ? 'success' : 'function-error');
    expect(api.violations).toEqual([]);
  },
);

describe('HTTP/1.0', () => {
  async function exchange(address: string, text: string): Promise<WireResponse> {
    await using client = await connect(address);
    await client.send(text);
    const response = await client.read();
    expect(await client.ended()).toEqual(Buffer.alloc(0));
    return response;
  }

  test('without Host works, one connection per request', async () => {
    await using api = await createRuntimeApi();
    const invocation = api.invoke({ n: 1 });

    const event = await exchange(api.address, `GET ${paths.next} HTTP/1.0\r\n\r\n`);
    const requestId = event.headers['lambda-runtime-aws-request-id'] ?? '';
    const reply = await exchange(
      api.address,
      `POST ${paths.response(requestId)} HTTP/1.0\r\nContent-Length: 4\r\n\r\n"hi"`,
    );
    await using last = await connect(api.address);
    await last.send(`GET ${paths.next} HTTP/1.0\r\n\r\n`);

    expect(replyOf(event)).toMatchObject({ status: 200, contentLength: 7, body: '{"n":1}' });
    expect(event.headers.connection).toBe('close');
    expect(replyOf(reply)).toEqual(accepted);
    expect(await invocation).toMatchObject({ status: 'success', payload: 'hi' });
    expect(api.violations).toEqual([]);
  });

  test('keeps the connection if it is asked to', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    for (let turn = 0; turn < 2; turn++) {
      await runtime.send(`GET ${paths.ping} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n`);
      expect(replyOf(await runtime.read()).body).toBe('pong');
    }
  });
});

describe('connections', () => {
  test('may be one for all', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    await runtime.poll();
    for (let turn = 0; turn < 100; turn++) {
      const invocation = api.invoke(turn);
      const { headers, body } = await runtime.read();
      expect(headers.connection).toBe('keep-alive');
      await runtime.respond(headers['lambda-runtime-aws-request-id'] ?? '', body);
      await runtime.poll();
      expect(await invocation).toMatchObject({ status: 'success', payload: turn });
    }
    expect(api.violations).toEqual([]);
  });

  test('may be one per request', async () => {
    await using api = await createRuntimeApi();
    const once = async <T>(call: (client: WireClient) => Promise<T>): Promise<T> => {
      await using client = await connect(api.address);
      return await call(client);
    };
    const invocations = Array.from({ length: 30 }, (_, turn) => api.invoke(turn));
    for (const [turn] of invocations.entries()) {
      const event = await once((client) => client.next({ Connection: 'close' }));
      expect(event.headers.connection).toBe('close');
      expect(event.body.toString()).toBe(String(turn));
      const reply = await once((client) => client.respond(event.requestId, event.body, { Connection: 'close' }));
      expect(replyOf(reply)).toEqual(accepted);
    }
    await using last = await connect(api.address);
    await last.poll();

    const results = await Promise.all(invocations);
    expect(results.map((result) => result.status === 'success' && result.payload)).toEqual([...invocations.keys()]);
    expect(api.violations).toEqual([]);
  });

  test('close when the client asks for it', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);

    await runtime.request('GET', paths.ping, { headers: { Connection: 'close' } });

    expect(await runtime.ended()).toEqual(Buffer.alloc(0));
  });

  test('may end their sending half after a whole answer', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    void api.invoke({});
    const { requestId } = await runtime.next();

    await runtime.sendRequest('POST', paths.response(requestId), { body: '{}' });
    await runtime.halfClose();

    expect(replyOf(await runtime.read())).toEqual(accepted);
  });

  test('that offer HTTP/2 are served over HTTP/1.1', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const upgrade = {
      Connection: 'Upgrade, HTTP2-Settings',
      Upgrade: 'h2c',
      'HTTP2-Settings': 'AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA',
    };
    const invocation = api.invoke({ n: 1 });

    const event = await runtime.next(upgrade);
    const reply = await runtime.respond(event.requestId, '"hi"', upgrade);
    await runtime.poll(upgrade);

    expect(event.statusLine).toBe('HTTP/1.1 200 OK');
    expect(replyOf(reply)).toEqual(accepted);
    expect(await invocation).toMatchObject({ status: 'success', payload: 'hi' });
  });
});

describe('pipelined requests', () => {
  test('are answered in order', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);

    await runtime.send(
      [paths.ping, '/nope', paths.ping].map((target) => head('GET', target, { Host: 'localhost' })).join(''),
    );

    expect([await runtime.read(), await runtime.read(), await runtime.read()].map(({ status }) => status)).toEqual([
      200, 404, 200,
    ]);
  });

  test('may be an answer and the poll for the next event', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const first = api.invoke(1);
    const second = api.invoke(2);
    const { requestId } = await runtime.next();

    const answer = head('POST', paths.response(requestId), { Host: 'localhost', 'Content-Length': '4' });
    await runtime.send(`${answer}"hi"${head('GET', paths.next, { Host: 'localhost' })}`);

    expect(replyOf(await runtime.read())).toEqual(accepted);
    expect(await runtime.read()).toMatchObject({
      status: 200,
      headers: { 'lambda-runtime-aws-request-id': second.requestId },
    });
    expect(await first).toMatchObject({ status: 'success', payload: 'hi' });
    expect(api.violations).toEqual([]);
  });
});

describe('a header block', () => {
  test('of 1.5 MiB is accepted', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const { requestId } = await runtime.next();

    const reply = await runtime.fail(requestId, '{"errorType":"E","errorMessage":"m"}', {
      'X-Large': 'x'.repeat(1.5 * 1024 * 1024),
    });
    await runtime.poll();

    expect(replyOf(reply)).toEqual(accepted);
    expect((await invocation).status).toBe('function-error');
  });

  test('of more than 1000 headers is heard to its end', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    void api.invoke({});
    const { requestId } = await runtime.next();
    const many = Object.fromEntries(Array.from({ length: 1500 }, (_, index) => [`X-Header-${index}`, 'x']));

    const reply = await runtime.respond(requestId, '{}', { ...many, 'Lambda-Runtime-Invocation-Id': 'wrong' });

    expect(reply.status).toBe(410);
  });

  test('of more than 2 MiB is refused with 431, and the server lives on', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);

    await runtime.send(`GET ${paths.ping} HTTP/1.1\r\nHost: runtime\r\nX-Large: ${'x'.repeat(2 * 1024 * 1024)}`);

    expect(statusAndBody(await runtime.read())).toEqual({ status: 431, body: '431 Request Header Fields Too Large' });
    expect(await isAlive(api.address)).toBe(true);
  });
});

describe('what is not HTTP', () => {
  test('HTTP/1.1 without Host is refused with 400', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);

    await runtime.send(`GET ${paths.next} HTTP/1.1\r\n\r\n`);

    expect((await runtime.read()).status).toBe(400);
    await runtime.ended();
    expect(await isAlive(api.address)).toBe(true);
  });

  test.for([
    ['random bytes', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03garbage\r\n\r\n'],
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['an unknown method', `BREW ${paths.next} HTTP/1.1\r\nHost: runtime\r\n\r\n`],
    ['a space in a header name', `GET ${paths.next} HTTP/1.1\r\nHost: runtime\r\nBad Header: x\r\n\r\n`],
    ['a NUL in a header', `GET ${paths.next} HTTP/1.1\r\nHost: runtime\r\nX: a\0b\r\n\r\n`],
    ['line feeds without carriage returns', `GET ${paths.next} HTTP/1.1\nHost: runtime\n\n`],
    ['a Content-Length that is no number', `POST ${paths.initError} HTTP/1.1\r\nHost: r\r\nContent-Length: x\r\n\r\n`],
    ['two lengths', `POST ${paths.initError} HTTP/1.1\r\nHost: r\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n`],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ] as const)('(%s) is refused with 400, and a waiting runtime is none the worse', async ([, text]) => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    await runtime.park();
    await using garbage = await connect(api.address);

    await garbage.send(text);

    expect(statusAndBody(await garbage.read())).toEqual(badRequest);
    const invocation = api.invoke({});
    const { headers } = await runtime.read();
    await runtime.respond(headers['lambda-runtime-aws-request-id'] ?? '', '"fine"');
    await runtime.poll();
    expect(await invocation).toMatchObject({ status: 'success', payload: 'fine' });
    expect(api.violations).toEqual([]);
  });

  test('a bad chunk size in an answer is refused with 400, and is a Runtime.TruncatedResponse', async () => {
    await using api = await createRuntimeApi({ timeoutMs: Number.POSITIVE_INFINITY });
    const invocation = api.invoke({});
    {
      await using runtime = await connect(api.address);
      const { requestId } = await runtime.next();
      await runtime.send(
        head('POST', paths.response(requestId), { Host: 'localhost', 'Transfer-Encoding': 'chunked' }),
      );
      await runtime.send('2\r\nok\r\nzz\r\n');
      expect(statusAndBody(await runtime.read())).toEqual(badRequest);
    }

    expect(await invocation).toMatchObject({
      status: 'function-error',
      error: { errorType: 'Runtime.TruncatedResponse' },
      partialBody: Buffer.from('ok'),
    });
  });

  test('CONNECT is refused with 405', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);

    await runtime.send('CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n');

    expect((await runtime.read()).status).toBe(405);
    expect(await isAlive(api.address)).toBe(true);
  });

  test('half a request and a hang-up leave no trace', async () => {
    await using api = await createRuntimeApi();
    for (const end of ['close', 'reset', 'halfClose'] as const) {
      await using runtime = await connect(api.address);
      await runtime.send(`POST ${paths.initError} HTTP/1.1\r\nHost: runt`);
      await runtime[end]();
    }

    expect(await isAlive(api.address)).toBe(true);
    expect(api.transcript.filter(({ type }) => type === 'exchange')).toMatchObject([{ path: paths.ping }]);
    expect(api.violations).toEqual([]);
  });
});
