import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  createRuntimeApi,
  type HarnessError,
  type Invocation,
  type InvokeOptions,
  type RuntimeApi,
} from '../../src/index.ts';
import { openScene, type Scene } from '../helpers/fixtures.ts';
import {
  accepted,
  connect,
  encodeChunk,
  head,
  paths,
  replyOf,
  rulesBroken,
  type WireClient,
} from '../helpers/wire-client.ts';

const streamsInSteps = [process.execPath, fileURLToPath(new URL('runtimes/streams-in-steps.mjs', import.meta.url))];
const kibibyte = 1024;
const streaming = {
  Host: 'localhost',
  'Lambda-Runtime-Function-Response-Mode': 'streaming',
  'Transfer-Encoding': 'chunked',
  'Content-Type': 'application/octet-stream',
} as const;
const http = { ...streaming, 'Content-Type': 'application/vnd.awslambda.http-integration-response' } as const;
const separator = '\0'.repeat(8);
const responseStream = { invokeMode: 'response-stream' } as const;

/** How many bytes a reader gets, and how that ends. */
async function drain(chunks: AsyncIterable<Uint8Array>): Promise<{ bytes: number; end: string }> {
  let bytes = 0;
  try {
    for await (const chunk of chunks) bytes += chunk.byteLength;
    return { bytes, end: 'done' };
  } catch (error) {
    return { bytes, end: (error as HarnessError).code };
  }
}

/** What becomes of an invocation, in a word. */
async function endOf(invocation: Invocation): Promise<string> {
  try {
    const result = await invocation;
    return result.status === 'function-error' ? result.error.errorType : result.status;
  } catch (error) {
    return (error as HarnessError).code;
  }
}

/** A connection that is about to answer an invocation by a stream. */
async function begin(
  api: RuntimeApi,
  options: InvokeOptions = responseStream,
  headers: Readonly<Record<string, string>> = streaming,
): Promise<{ invocation: Invocation; runtime: WireClient }> {
  const runtime = await connect(api.address);
  const invocation = api.invoke({}, options);
  const { requestId } = await runtime.next();
  await runtime.send(head('POST', paths.response(requestId), headers));
  return { invocation, runtime };
}

async function finish(runtime: WireClient): Promise<void> {
  await runtime.send('0\r\n\r\n');
  expect(replyOf(await runtime.read())).toEqual(accepted);
  await runtime.poll();
}

interface Moment {
  readonly event: object;
  readonly arrive: (scene: Scene, invocation: Invocation) => Promise<unknown>;
  /** How the invocation ends when the process dies. */
  readonly atDeath: string;
}

const moments: Readonly<Record<string, Moment>> = {
  'before the first byte': {
    event: {},
    arrive: (_scene, invocation) => invocation.delivered,
    atDeath: 'runtime-exit',
  },
  'in the prelude': {
    event: { head: '{"statusCode":' },
    arrive: (scene) => scene.printed('sent'),
    atDeath: 'Runtime.TruncatedResponse',
  },
  'between two chunks': {
    event: { head: '', chunks: 1, chunkBytes: 10 },
    arrive: (_scene, { chunks }) => chunks[Symbol.asyncIterator]().next(),
    atDeath: 'Runtime.TruncatedResponse',
  },
  'while the runtime waits for the reader': {
    event: { head: '', chunks: 1000 },
    arrive: (_scene, { chunks }) => chunks[Symbol.asyncIterator]().next(),
    atDeath: 'Runtime.TruncatedResponse',
  },
};

describe.each(Object.entries(moments))('%s', (_when, { event, arrive, atDeath }) => {
  test.each([
    ['expire()', 'timeout', 'done'],
    ['an AbortSignal', 'ERR_ABORTED', 'ERR_ABORTED'],
    ['reset()', 'ERR_RESET', 'ERR_RESET'],
    ['close()', 'ERR_CLOSED', 'ERR_CLOSED'],
    ['SIGKILL', atDeath, 'done'],
  ])('%s ends a stream as %s, and the reader with it', async (what, end, endOfReader) => {
    await using scene = await openScene(streamsInSteps, { timeoutMs: Number.POSITIVE_INFINITY });
    const { api, pids } = scene;
    const giveUp = new AbortController();
    await api.ready();
    const invocation = api.invoke(event, { ...responseStream, signal: giveUp.signal });
    const ended = endOf(invocation);
    await arrive(scene, invocation);

    if (what === 'expire()') invocation.expire();
    else if (what === 'an AbortSignal') giveUp.abort();
    else if (what === 'reset()') await api.reset();
    else if (what === 'close()') await api.close();
    else process.kill(pids[0] ?? 0, 'SIGKILL');

    expect(await ended).toBe(end);
    expect((await drain(invocation.chunks)).end).toBe(endOfReader);
    if (what === 'expire()' || what === 'SIGKILL') {
      expect(await api.invoke({ behave: true })).toMatchObject({ status: 'success' });
    }
    await scene.expectNothingLeft();
  });
});

describe('a runtime that dies before the test has read its stream', () => {
  test('has all delivered that it had sent, and its whole response counts', async () => {
    await using scene = await openScene(streamsInSteps);
    const invocation = scene.api.invoke({ head: '', chunks: 4, end: true, exitCode: 3 }, responseStream);

    const result = await invocation;

    expect(await drain(invocation.chunks)).toEqual({ bytes: 4 * 64 * kibibyte, end: 'done' });
    expect(result).toMatchObject({
      status: 'runtime-exit',
      exit: { code: 3, signal: null },
      response: { bodyBytes: 4 * 64 * kibibyte },
    });
    expect(rulesBroken(scene.api)).toEqual([]);
  });

  test('in the middle of it has all delivered that it had sent', async () => {
    await using scene = await openScene(streamsInSteps);
    const invocation = scene.api.invoke({ head: '', chunks: 4, exitCode: 3 }, responseStream);

    const result = await invocation;

    expect(await drain(invocation.chunks)).toEqual({ bytes: 4 * 64 * kibibyte, end: 'done' });
    expect(result).toMatchObject({ status: 'function-error', error: { errorType: 'Runtime.TruncatedResponse' } });
    expect(result).toMatchObject({ exit: { code: 3, signal: null } });
  });

  test('in the middle of its prelude broke off, and is not accused of a bad prelude', async () => {
    await using scene = await openScene(streamsInSteps);

    const result = await scene.api.invoke({ head: '{"statusCode":', exitCode: 3 });

    expect(result).toMatchObject({ status: 'function-error', partialBody: Buffer.from('{"statusCode":') });
    expect(rulesBroken(scene.api)).toEqual(['body-truncated']);
  });
});

describe('a reader', () => {
  const sent = 40;

  async function sendMuch(runtime: WireClient): Promise<void> {
    for (let count = 0; count < sent; count++) await runtime.send(encodeChunk(Buffer.alloc(64 * kibibyte)));
    await finish(runtime);
  }

  test('that leaves before it has begun lets the runtime go', async () => {
    await using api = await createRuntimeApi();
    const { invocation, runtime } = await begin(api);

    await invocation.chunks[Symbol.asyncIterator]().return?.();
    await sendMuch(runtime);

    expect(await invocation).toMatchObject({ status: 'success', bodyBytes: sent * 64 * kibibyte });
    await runtime.close();
  });

  test.each(['buffered', 'response-stream'] as const)(
    'that leaves while it waits does not wait on (%s)',
    async (invokeMode) => {
      await using api = await createRuntimeApi({ timeoutMs: Number.POSITIVE_INFINITY });
      const { invocation, runtime } = await begin(api, { invokeMode });
      const reader = invocation.chunks[Symbol.asyncIterator]();
      const waiting = reader.next();

      await reader.return?.();

      expect(await waiting).toEqual({ done: true, value: undefined });
      await sendMuch(runtime);
      expect(await invocation).toMatchObject({ status: 'success', bodyBytes: sent * 64 * kibibyte });
      await runtime.close();
    },
  );

  test('that throws lets the runtime go', async () => {
    await using api = await createRuntimeApi();
    const { invocation, runtime } = await begin(api);
    const sending = sendMuch(runtime);

    await expect(async () => {
      for await (const chunk of invocation.chunks) throw new Error(`cannot stand ${chunk.byteLength} bytes`);
    }).rejects.toThrow('cannot stand');

    await sending;
    expect(await invocation).toMatchObject({ status: 'success' });
    await runtime.close();
  });

  test('shares the chunks with another: each is read by one of them', async () => {
    await using api = await createRuntimeApi();
    const { invocation, runtime } = await begin(api);
    const readers = Promise.all([drain(invocation.chunks), drain(invocation.chunks)]);

    await sendMuch(runtime);

    const [one, other] = await readers;
    expect(one.bytes + other.bytes).toBe(sent * 64 * kibibyte);
    expect([one.end, other.end]).toEqual(['done', 'done']);
    await runtime.close();
  });

  test('finds what is left after the end, and nothing the second time', async () => {
    await using api = await createRuntimeApi();
    const { invocation, runtime } = await begin(api);
    await runtime.send(encodeChunk('late'));
    await finish(runtime);
    await invocation;

    expect(await drain(invocation.chunks)).toEqual({ bytes: 4, end: 'done' });
    expect(await drain(invocation.chunks)).toEqual({ bytes: 0, end: 'done' });
    await runtime.close();
  });

  test('of a prelude that nobody awaits makes no unhandled rejection at close()', async () => {
    const api = await createRuntimeApi();
    const invocation = api.invoke({});
    invocation.catch(() => {});
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.prependListener('unhandledRejection', note);

    void invocation.prelude;
    await api.close();
    // Node tells of rejections between two turns of the event loop.
    await using other = await createRuntimeApi();
    process.off('unhandledRejection', note);

    expect(other.violations).toEqual([]);
    expect(unhandled).toEqual([]);
  });
});

describe('on the wire', () => {
  test('a stream may come with its length, after 100 Continue', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({}, responseStream);
    const body = drain(invocation.chunks);
    const { requestId } = await runtime.next();
    await runtime.send(
      head('POST', paths.response(requestId), {
        Host: 'localhost',
        Expect: '100-continue',
        'Content-Length': '10',
        'Lambda-Runtime-Function-Response-Mode': 'streaming',
      }),
    );
    expect((await runtime.read()).status).toBe(100);

    await runtime.send('01234');
    await runtime.send('56789');

    expect(replyOf(await runtime.read())).toEqual(accepted);
    await runtime.poll();
    expect(await invocation).toMatchObject({ status: 'success', bodyBytes: 10, streamed: true });
    expect(await body).toEqual({ bytes: 10, end: 'done' });
  });

  test('chunks may have extensions, sizes in capitals and leading zeros', async () => {
    await using api = await createRuntimeApi();
    const { invocation, runtime } = await begin(api, {});

    await runtime.send('0000A;name=value;quoted="x;y"\r\n1234567890\r\n00;last\r\n\r\n');

    expect(replyOf(await runtime.read())).toEqual(accepted);
    await runtime.poll();
    expect(await invocation).toMatchObject({ status: 'success', payload: 1234567890, bodyBytes: 10 });
    await runtime.close();
  });

  test('error trailers behind too much do not change what is wrong', async () => {
    await using api = await createRuntimeApi({ limits: { streamedResponseBytes: 10 } });
    const { invocation, runtime } = await begin(api, {});

    await runtime.send(encodeChunk('0123456789x'));
    await runtime.send('0\r\nLambda-Runtime-Function-Error-Type: Stream.Broken\r\n\r\n');

    expect((await runtime.read()).status).toBe(413);
    await runtime.poll();
    expect(await endOf(invocation)).toBe('Function.ResponseSizeTooLarge');
    expect(rulesBroken(api)).toEqual(['body-too-large']);
    await runtime.close();
  });

  test('error trailers behind half a prelude are a function error, and no violation', async () => {
    await using api = await createRuntimeApi();
    const { invocation, runtime } = await begin(api, {}, http);

    await runtime.send(encodeChunk('{"statusCode":'));
    await runtime.send('0\r\nLambda-Runtime-Function-Error-Type: Stream.Broken\r\n\r\n');

    expect(replyOf(await runtime.read())).toEqual(accepted);
    await runtime.poll();
    expect(await endOf(invocation)).toBe('Stream.Broken');
    expect(rulesBroken(api)).toEqual([]);
    await runtime.close();
  });

  test('a prelude of 900 KiB may come in small pieces', { timeout: 10_000 }, async () => {
    await using api = await createRuntimeApi({ timeoutMs: Number.POSITIVE_INFINITY });
    const { invocation, runtime } = await begin(api, {}, http);
    const prelude = { statusCode: 200, headers: { 'X-Large': 'x'.repeat(900 * kibibyte) } };
    const bytes = Buffer.from(`${JSON.stringify(prelude)}${separator}body`);
    const pieces: Buffer[] = [];
    for (let start = 0; start < bytes.length; start += 16) pieces.push(encodeChunk(bytes.subarray(start, start + 16)));

    await runtime.send(Buffer.concat(pieces));
    await finish(runtime);

    expect(await invocation).toMatchObject({ status: 'success', prelude, payload: 'body' });
    await runtime.close();
  });

  test('an error at the end of a body is found when it comes byte by byte', async () => {
    await using api = await createRuntimeApi();
    const { invocation, runtime } = await begin(api);
    const body = drain(invocation.chunks);
    const text = `${'x'.repeat(70 * kibibyte)}Lambda-Runtime-Function-Error-Type: A.B\r\nLambda-Runtime-Function-Error-Body: e30=\r\n`;

    await runtime.send(Buffer.concat([...text].map(encodeChunk)));
    await finish(runtime);

    expect(await invocation).toMatchObject({ status: 'success', bodyBytes: text.length });
    expect(await body).toEqual({ bytes: text.length, end: 'done' });
    expect(rulesBroken(api)).toEqual(['error-in-body']);
    await runtime.close();
  });
});
