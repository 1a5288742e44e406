import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { commandOf } from './double.ts';

// The harness never answers as these servers do. If the doubles did not mind, they would prove nothing.

/** How a server differs from the Runtime API. */
interface Flaw {
  /** What is wrong with the answer to `/next`. */
  readonly next?: { readonly status?: number; readonly without?: string; readonly hangsUp?: true };
  /** What is wrong with the answer to a POST. */
  readonly post?: { readonly status?: number; readonly body?: string; readonly chunked?: true };
  readonly event?: object;
}

interface Life {
  readonly code: number | null;
  readonly signal: string | null;
  /** Method and the last part of the path. */
  readonly requests: readonly string[];
}

const lambda = {
  _HANDLER: 'function.handler',
  LAMBDA_TASK_ROOT: '/var/task',
  AWS_LAMBDA_FUNCTION_NAME: 'test-function',
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
  AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/test-function',
  AWS_LAMBDA_LOG_STREAM_NAME: '1970/01/01/[$LATEST]1',
};

/** Runs a double against a flawed server until it dies, or until it asks for the event after the first. */
async function live(name: string, flaw: Flaw): Promise<Life> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const call = `${request.method} ${request.url?.split('/').at(-1)}`;
    requests.push(call);
    // It has gone on to the next event: that is all there is to see.
    if (call === 'GET next' && requests.some((one) => /^POST (response|error)$/.test(one))) child.kill('SIGKILL');
    else answer(request, response, flaw);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const [file = '', ...args] = commandOf(name);
  const env = { ...lambda, AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}` };
  const child = spawn(file, args, { env, stdio: 'ignore' });
  try {
    const [code, signal] = await once(child, 'exit');
    return { code, signal, requests };
  } finally {
    child.kill('SIGKILL');
    server.close();
    server.closeAllConnections();
  }
}

function answer(request: IncomingMessage, response: ServerResponse, { next, post, event = {} }: Flaw): void {
  request.resume();
  if (request.method === 'GET') {
    if (next?.hangsUp) request.socket.destroy();
    else send(response, next?.status ?? 200, JSON.stringify(event), eventHeaders(next?.without));
    return;
  }
  request.once('end', () => {
    const body = post?.body ?? '{"status":"OK"}\n';
    if (post?.chunked) response.writeHead(202, { 'Transfer-Encoding': 'chunked' }).end(body);
    else send(response, post?.status ?? 202, body, { 'Content-Type': 'application/json' });
  });
}

function send(response: ServerResponse, status: number, body: string, headers: Record<string, string>): void {
  const length = status === 204 ? {} : { 'Content-Length': Buffer.byteLength(body) };
  response.writeHead(status, { ...headers, ...length }).end(status === 204 ? '' : body);
}

function eventHeaders(without = ''): Record<string, string> {
  const headers = {
    'Content-Type': 'application/json',
    'Lambda-Runtime-Aws-Request-Id': 'some-id',
    'Lambda-Runtime-Deadline-Ms': '1893456000000',
    'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:us-east-1:123456789012:function:test-function',
  };
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== without));
}

const serverError = { status: 500 };
const fail = { op: 'fail' };
const stream = { op: 'stream', chunks: ['a'] };

describe('a double dies as its client does', () => {
  test.each<[string, string, Flaw, { code?: number; signal?: string }]>([
    ['go-like', 'an event with status 201', { next: { status: 201 } }, { code: 1 }],
    ['go-like', 'an event that never comes', { next: { hangsUp: true } }, { code: 1 }],
    ['go-like', 'an answer that gets 200', { post: { status: 200 } }, { code: 1 }],
    [
      'rust-like',
      'an error instead of an event',
      { next: { without: 'Lambda-Runtime-Aws-Request-Id' } },
      { code: 101 },
    ],
    ['rust-like', 'a missing deadline', { next: { without: 'Lambda-Runtime-Deadline-Ms' } }, { code: 101 }],
    ['rust-like', 'an event that never comes', { next: { hangsUp: true } }, { code: 1 }],
    ['node-ric-like', 'an event with status 500', { next: serverError }, { code: 1 }],
    ['node-ric-like', 'an event with status 204', { next: { status: 204 } }, { code: 1 }],
    ['node-ric-like', 'an event without a type', { next: { without: 'Content-Type' } }, { signal: 'SIGSEGV' }],
    ['python-like', 'an event with status 500', { next: serverError }, { code: 1 }],
    ['python-like', 'an event without a type', { next: { without: 'Content-Type' } }, { signal: 'SIGSEGV' }],
    ['python-like', 'an answer that gets 500', { post: serverError }, { code: 1 }],
    ['cpp-like', 'an event without a type', { next: { without: 'Content-Type' } }, { signal: 'SIGSEGV' }],
    ['cpp-like', 'an answer that gets 500', { post: serverError }, { code: 0 }],
    ['java-like', 'an event with status 500', { next: serverError }, { code: 1 }],
    ['java-like', 'an event without a type', { next: { without: 'Content-Type' } }, { signal: 'SIGABRT' }],
    ['java-like', 'an error report that gets 200', { post: { status: 200 }, event: fail }, { code: 1 }],
    ['dotnet-like', 'an event with status 201', { next: { status: 201 } }, { signal: 'SIGABRT' }],
    ['dotnet-like', 'an error report whose 202 is empty', { post: { body: '' }, event: fail }, { signal: 'SIGABRT' }],
    [
      'dotnet-like',
      'a stream whose 202 has no length',
      { post: { chunked: true }, event: stream },
      { signal: 'SIGABRT' },
    ],
    ['swift-like', 'a missing ARN', { next: { without: 'Lambda-Runtime-Invoked-Function-Arn' } }, { signal: 'SIGILL' }],
    ['swift-like', 'an answer that gets 200', { post: { status: 200 } }, { signal: 'SIGILL' }],
    ['swift-like', 'an event that never comes', { next: { hangsUp: true } }, { code: 0 }],
    ['bref-like', 'an event with status 500', { next: serverError }, { code: 255 }],
    ['bash-like', 'an event that never comes', { next: { hangsUp: true } }, { code: 52 }],
  ])('%s: of %s', async (name, _what, flaw, { code = null, signal = null }) => {
    expect(await live(name, flaw)).toMatchObject({ code, signal });
  });

  test('cpp-like: at the third event with status 500, with code 0', async () => {
    expect(await live('cpp-like', { next: serverError })).toEqual({
      code: 0,
      signal: null,
      requests: ['GET next', 'GET next', 'GET next'],
    });
  });

  test('ruby-like: of an event with status 500, which it calls an init error', async () => {
    expect(await live('ruby-like', { next: serverError })).toEqual({
      code: 252,
      signal: null,
      requests: ['GET next', 'POST error'],
    });
  });

  test('bref-like: of an answer that gets 500, after an error report for the same event', async () => {
    expect((await live('bref-like', { post: serverError })).requests).toEqual([
      'GET next',
      'POST response',
      'POST error',
    ]);
  });
});

test('go-sigterm starts although its extension may not register', async () => {
  expect(await live('go-sigterm', { post: { status: 404 } })).toEqual({
    code: 1,
    signal: null,
    requests: ['POST register', 'GET next', 'POST response'],
  });
});

test.each(['rust-like', 'node-ric-like', 'ruby-like', 'bash-like'])(
  '%s goes on when its answer gets 500',
  async (name) => {
    expect(await live(name, { post: serverError })).toEqual({
      code: null,
      signal: 'SIGKILL',
      requests: ['GET next', 'POST response', 'GET next'],
    });
  },
);
