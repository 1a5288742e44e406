import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createRawServer, type Server, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { type RuntimeClient, runEventLoop } from '../../src/client/index.ts';
import { connectRuntimeClient } from '../../src/client/runtime-client.ts';
import { attach, type TransportName, transportNames, transports } from './attached.ts';

interface Broken extends AsyncDisposable {
  readonly client: RuntimeClient;
}

/** A client for a server that is none of ours. */
async function serveBroken(server: Server, transport: TransportName): Promise<Broken> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connectRuntimeClient(transports[transport](`127.0.0.1:${(server.address() as AddressInfo).port}`));
  return {
    client,
    async [Symbol.asyncDispose]() {
      await client.close();
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Does something with every connection, once a request has come. */
function raw(answer: (socket: Socket) => void): Server {
  return createRawServer((socket) => void socket.once('data', () => answer(socket)));
}

function http(listener: RequestListener): Server {
  return createServer((request, response) => {
    request.resume();
    request.on('end', () => listener(request, response));
  });
}

const good = {
  'Content-Type': 'application/json',
  'Lambda-Runtime-Aws-Request-Id': 'r-1',
  'Lambda-Runtime-Deadline-Ms': '4102444800000',
};

function event(headers: Readonly<Record<string, string | undefined>>, body = '{}'): string {
  const lines = Object.entries({ ...good, ...headers })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 200 OK\r\n${lines.join('')}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

const cyclesOf = <Case>(cases: readonly Case[]): [TransportName, Case][] =>
  transportNames.flatMap((name): [TransportName, Case][] => cases.map((each) => [name, each]));

describe('what is no HTTP', () => {
  test.each(cyclesOf(['hello\r\n', '\0\x01\x02\x03', 'HTTP/1.1 OK\r\n\r\n', 'SSH-2.0-OpenSSH_9.2\r\n']))(
    'is garbage over %s: %j',
    async (transport, bytes) => {
      await using broken = await serveBroken(
        raw((socket) => socket.end(bytes)),
        transport,
      );

      await expect(broken.client.next()).rejects.toMatchObject({
        code: 'ERR_RUNTIME_API_GARBAGE',
        message: expect.stringMatching(/GET http:\/\/127.*\/invocation\/next was answered with .* no HTTP/),
      });
    },
  );
});

describe('a connection that breaks', () => {
  test.each(
    cyclesOf([
      ['at once', (socket: Socket) => socket.destroy()],
      ['with a reset', (socket: Socket) => socket.resetAndDestroy()],
      ['in the headers', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-')],
      ['in the body', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{')],
      [
        'in a chunked body',
        (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab'),
      ],
    ] as const),
  )('is told as such over %s: %s', async (transport, [, answer]) => {
    await using broken = await serveBroken(raw(answer), transport);

    for (const call of [broken.client.next(), broken.client.postResponse('r-1', '1')]) {
      await expect(call).rejects.toMatchObject({ code: 'ERR_RUNTIME_API_UNREACHABLE' });
    }
  });

  test.each(transportNames)('under a streamed response is told as such: %s', async (transport) => {
    await using broken = await serveBroken(
      raw((socket) => socket.destroy()),
      transport,
    );
    const endless = Readable.from(
      (async function* () {
        for (;;) yield 'x'.repeat(65_536);
      })(),
    );
    const closed = new Promise((resolve) => endless.once('close', resolve));

    await expect(broken.client.postResponse('r-1', endless)).rejects.toMatchObject({
      code: 'ERR_RUNTIME_API_UNREACHABLE',
    });
    await closed;
  });
});

describe('an event', () => {
  test.each(transportNames)('may come byte by byte: %s', async (transport) => {
    const bytes = Buffer.from(event({ 'lambda-runtime-trace-id': 'Root=1' }, '{"a":"ü"}'));
    const server = raw((socket) => {
      socket.setNoDelay(true);
      const send = (index: number): void => {
        if (index < bytes.length) socket.write(bytes.subarray(index, index + 1), () => send(index + 1));
      };
      send(0);
    });
    await using broken = await serveBroken(server, transport);

    const invocation = await broken.client.next();

    expect(invocation).toMatchObject({ requestId: 'r-1', traceId: 'Root=1' });
    expect(invocation.json()).toEqual({ a: 'ü' });
  });

  test.each(transportNames)('may be chunked, and its headers spelt anyhow: %s', async (transport) => {
    const server = http((_request, response) => {
      response.writeHead(200, { 'LAMBDA-RUNTIME-AWS-REQUEST-ID': 'r-2', 'lambda-runtime-deadline-ms': '1' });
      response.write('{"a":');
      response.end('[1]}');
    });
    await using broken = await serveBroken(server, transport);

    const invocation = await broken.client.next();

    expect(invocation).toMatchObject({ requestId: 'r-2', deadlineMs: 1, invokedFunctionArn: '', traceId: undefined });
    expect(invocation.json()).toEqual({ a: [1] });
  });

  test.each(transportNames)('may have headers in UTF-8: %s', async (transport) => {
    const headers = { 'Lambda-Runtime-Client-Context': '{"custom":{"a":"ü☃"}}' };
    await using broken = await serveBroken(
      raw((socket) => socket.write(event(headers))),
      transport,
    );

    expect((await broken.client.next()).clientContext).toEqual({ custom: { a: 'ü☃' } });
  });

  test.each(transportNames)('without a request ID is garbage: %s', async (transport) => {
    const headers = { 'Lambda-Runtime-Aws-Request-Id': undefined };
    await using broken = await serveBroken(
      raw((socket) => socket.write(event(headers))),
      transport,
    );

    await expect(broken.client.next()).rejects.toMatchObject({
      code: 'ERR_RUNTIME_API_GARBAGE',
      message: expect.stringContaining('Lambda-Runtime-Aws-Request-Id'),
    });
  });

  test.each([undefined, '', '22.5', '-1', 'soon', '1e3', '99999999999999999999'])(
    'with the deadline %j is garbage, and can be answered',
    async (deadline) => {
      const headers = { 'Lambda-Runtime-Deadline-Ms': deadline, 'Lambda-Runtime-Invocation-Id': 'nonce' };
      await using broken = await serveBroken(
        raw((socket) => socket.write(event(headers))),
        'undici',
      );

      await expect(broken.client.next()).rejects.toMatchObject({
        code: 'ERR_RUNTIME_API_GARBAGE',
        message: expect.stringContaining('Lambda-Runtime-Deadline-Ms'),
        cause: { requestId: 'r-1', invocationId: 'nonce' },
      });
    },
  );

  test.each(['{', '[]', '"text"', '7', 'null', ''])('with the contexts %j is read, or garbage', async (text) => {
    const isNone = text === '' || text === 'null';
    for (const name of ['Lambda-Runtime-Client-Context', 'Lambda-Runtime-Cognito-Identity']) {
      await using broken = await serveBroken(
        raw((socket) => socket.write(event({ [name]: text }))),
        'undici',
      );
      const outcome = await broken.client.next().catch((error: unknown) => error);

      expect(outcome).toMatchObject(
        isNone
          ? { clientContext: undefined, cognitoIdentity: undefined }
          : { code: 'ERR_RUNTIME_API_GARBAGE', message: expect.stringContaining(name), cause: { requestId: 'r-1' } },
      );
    }
  });

  test.each(['', '{', '{"a":1}x'])('with the body %j is garbage once it is parsed', async (body) => {
    await using broken = await serveBroken(
      raw((socket) => socket.write(event({}, body))),
      'undici',
    );

    const invocation = await broken.client.next();

    expect(invocation.body.toString()).toBe(body);
    expect(() => invocation.json()).toThrow(
      expect.objectContaining({
        code: 'ERR_RUNTIME_API_GARBAGE',
        cause: { requestId: 'r-1', invocationId: undefined },
      }),
    );
  });
});

const statuses = [
  200, 201, 202, 204, 206, 299, 300, 302, 304, 400, 401, 403, 404, 405, 410, 413, 429, 431, 500, 502, 503, 599,
];

describe.each(transportNames)('the status of a reply, over %s', (transport) => {
  test.each(statuses)('%i', async (status) => {
    const server = http((_request, response) => {
      const hasBody = status !== 204 && status !== 304;
      response.writeHead(status, good);
      response.end(hasBody ? '{"errorType":"Some.Type","errorMessage":"because"}' : undefined);
    });
    await using broken = await serveBroken(server, transport);
    const refused = { code: 'ERR_RUNTIME_API_REFUSED', cause: { status } };

    const outcome = (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => error);
    const next = await outcome(broken.client.next());
    const response = await outcome(broken.client.postResponse('r-1', '1'));
    const error = await outcome(broken.client.postError('r-1', 'no'));
    const initError = await outcome(broken.client.postInitError('no'));
    const streamed = await outcome(broken.client.postResponse('r-1', Readable.from(['a', 'b'])));

    expect(next).toMatchObject(status === 200 ? { requestId: 'r-1' } : refused);
    for (const answer of [response, error, initError, streamed]) {
      if (status < 300) expect(answer).toBeUndefined();
      else expect(answer).toMatchObject(refused);
    }
    if (status >= 400) expect(String(response)).toContain(`status ${status}, Some.Type: because`);
  });
});

describe('the event loop', () => {
  const settings = {
    AWS_LAMBDA_FUNCTION_NAME: 'f',
    AWS_LAMBDA_FUNCTION_VERSION: '1',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    AWS_LAMBDA_LOG_GROUP_NAME: 'g',
    AWS_LAMBDA_LOG_STREAM_NAME: 's',
  };

  /** Serves two events; answers posts with a status; resolves to how the loop ended and what it posted. */
  async function runAgainst(
    status: number,
    nextHeaders: Readonly<Record<string, string>> = {},
    handler: () => unknown = () => 'answer',
  ): Promise<{ readonly posts: readonly string[]; readonly error: unknown; readonly logged: readonly string[] }> {
    let served = 0;
    const posts: string[] = [];
    const logged: string[] = [];
    const server = http((request, response) => {
      if (request.method === 'GET') {
        served++;
        if (served > 2) response.writeHead(500).end();
        else
          response
            .writeHead(200, { ...good, 'Lambda-Runtime-Aws-Request-Id': `r-${served}`, ...nextHeaders })
            .end('{}');
      } else {
        posts.push((request.url ?? '').replace('/2018-06-01/runtime/invocation/', ''));
        response.writeHead(status).end('{}');
      }
    });
    await using broken = await serveBroken(server, 'node:http');
    const log = (message: string): void => void logged.push(message);
    const error = await runEventLoop(handler, { client: broken.client, environmentVariables: settings, log }).catch(
      (reason: unknown) => reason,
    );
    return { posts, error, logged };
  }

  test.each([400, 403, 410, 413])('goes on after an answer that was refused with %i, and says so', async (status) => {
    const { posts, error, logged } = await runAgainst(status);

    expect(posts).toEqual(['r-1/response', 'r-2/response']);
    expect(error).toMatchObject({ cause: { status: 500 } });
    expect(logged).toEqual([
      'The answer to the invocation r-1 was refused:',
      'The answer to the invocation r-2 was refused:',
    ]);
  });

  test.each([400, 403, 410, 413])('goes on after an error that was refused with %i', async (status) => {
    const { posts } = await runAgainst(status, {}, () => {
      throw new Error('no');
    });

    expect(posts).toEqual(['r-1/error', 'r-2/error']);
  });

  test.each([302, 404, 500, 503])('ends after an answer that was refused with %i', async (status) => {
    const { posts, error } = await runAgainst(status);

    expect(posts).toEqual(['r-1/response']);
    expect(error).toMatchObject({ code: 'ERR_RUNTIME_API_REFUSED', cause: { status } });
  });

  test('answers an event that it cannot read with an error, and goes on', async () => {
    const { posts, error } = await runAgainst(202, { 'Lambda-Runtime-Deadline-Ms': 'soon' });

    expect(posts).toEqual(['r-1/error', 'r-2/error']);
    expect(error).toMatchObject({ cause: { status: 500 } });
  });

  test('reports an event that is no JSON, without calling the handler', async () => {
    await using attached = await attach('node:http');
    let calls = 0;
    const loop = runEventLoop(() => calls++, {
      client: attached.client,
      environmentVariables: attached.api.environmentVariables,
      log: () => {},
    }).catch((error: unknown) => error);

    const result = await attached.api.invoke({ raw: '{no json' });

    expect(result).toMatchObject({
      status: 'function-error',
      error: { errorType: 'Runtime.UnmarshalError', errorMessage: expect.stringContaining('is no JSON') },
      errorTypeHeader: 'Runtime.UnmarshalError',
    });
    expect(await attached.api.invoke('next')).toMatchObject({ status: 'success', payload: 0 });
    await attached.client.close();
    expect(await loop).toMatchObject({ code: 'ERR_CLOSED' });
  });
});
