import { describe, expect, test } from 'vitest';
import { createRuntimeApi, type Invocation, manualClock, type RuntimeApi } from '../../src/index.ts';
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

const streaming = {
  'Lambda-Runtime-Function-Response-Mode': 'streaming',
  'Transfer-Encoding': 'chunked',
  'Content-Type': 'application/octet-stream',
} as const;
const http = { ...streaming, 'Content-Type': 'application/vnd.awslambda.http-integration-response' } as const;
const separator = '\0'.repeat(8);
const errorReport = '{"errorType":"Stream.Broken","errorMessage":"the source ran dry"}';

/** A runtime in the middle of a streamed response. */
class Stream {
  readonly #client: WireClient;

  constructor(client: WireClient) {
    this.#client = client;
  }

  static async begin(client: WireClient, headers: Readonly<Record<string, string>> = streaming): Promise<Stream> {
    const { requestId } = await client.next();
    await client.send(head('POST', paths.response(requestId), { Host: 'localhost', ...headers }));
    return new Stream(client);
  }

  write(...chunks: readonly (string | Uint8Array)[]): Promise<void> {
    return this.#client.send(Buffer.concat(chunks.map(encodeChunk)));
  }

  async end(trailers: Readonly<Record<string, string>> = {}): Promise<void> {
    const lines = Object.entries(trailers).map(([name, value]) => `${name}: ${value}\r\n`);
    await this.#client.send(`0\r\n${lines.join('')}\r\n`);
    expect(replyOf(await this.#client.read())).toEqual(accepted);
    await this.#client.poll();
  }
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString();
}

describe('a streamed response', () => {
  test('is read chunk by chunk, each with the time at which it arrived', async () => {
    const clock = manualClock();
    await using api = await createRuntimeApi({ clock });
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const chunks = invocation.chunks[Symbol.asyncIterator]();
    const stream = await Stream.begin(runtime);

    const seen: [string, number][] = [];
    for (const text of ['one', 'two', 'three']) {
      clock.advance(100);
      await stream.write(text);
      const { value } = await chunks.next();
      seen.push([String(value && Buffer.from(value)), value?.timeMs ?? -1]);
    }
    await stream.end();

    expect(seen).toEqual([
      ['one', 100],
      ['two', 200],
      ['three', 300],
    ]);
    expect(await chunks.next()).toEqual({ done: true, value: undefined });
    expect(await invocation).toMatchObject({
      status: 'success',
      streamed: true,
      payload: 'onetwothree',
      bodyBytes: 11,
      contentType: 'application/octet-stream',
    });
    expect(await invocation.prelude).toBeUndefined();
    expect(api.violations).toEqual([]);
  });

  test('of HTTP has its prelude split off, in whatever pieces it comes', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const prelude = { statusCode: 201, headers: { 'Content-Type': 'text/html' }, cookies: ['a=b'] };
    const whole = Buffer.from(`${JSON.stringify(prelude)}${separator}<p>é</p>`);
    const cut = whole.indexOf(0) + 3;
    const invocation = api.invoke({});
    const body = textOf(invocation.chunks);
    const stream = await Stream.begin(runtime, http);

    await stream.write(whole.subarray(0, 5));
    await stream.write(whole.subarray(5, cut));
    await stream.write(whole.subarray(cut));
    await stream.end();
    const result = await invocation;

    expect(result).toMatchObject({ status: 'success', prelude, payload: '<p>é</p>', isJson: false });
    expect(await body).toBe('<p>é</p>');
    expect(await invocation.prelude).toEqual(prelude);
    expect(api.violations).toEqual([]);
  });

  test('of HTTP shows its prelude before the body is there', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const stream = await Stream.begin(runtime, http);

    await stream.write(`{"statusCode":204}${separator}`);

    expect(await invocation.prelude).toEqual({ statusCode: 204 });
    await stream.end();
    expect(await invocation).toMatchObject({ status: 'success', prelude: { statusCode: 204 }, bodyBytes: 0 });
  });

  test.each([
    ['no separator', '{"statusCode":200}', 'sent no HTTP prelude that can be used: no 8 NUL bytes behind it'],
    ['no JSON', `hi${separator}body`, 'sent no HTTP prelude that can be used: it is not JSON'],
  ])('of HTTP with %s is all body, and a violation', async (_what, sent, what) => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const stream = await Stream.begin(runtime, http);

    await stream.write(sent);
    await stream.end();

    const result = await invocation;
    expect(result).toMatchObject({ status: 'success', body: Buffer.from(sent) });
    expect(result).not.toHaveProperty('prelude');
    expect(api.violations).toMatchObject([{ rule: 'prelude-invalid', message: `The runtime ${what}.` }]);
  });

  test('without the streaming mode has no prelude, whatever its type', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const { 'Content-Type': type } = http;
    const stream = await Stream.begin(runtime, { 'Transfer-Encoding': 'chunked', 'Content-Type': type });

    await stream.write(`{}${separator}body`);
    await stream.end();

    expect(await invocation).toMatchObject({ status: 'success', streamed: false, payload: `{}${separator}body` });
    expect(api.violations).toEqual([]);
  });
});

describe('a stream that fails half-way', () => {
  test('says why in its trailers', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const stream = await Stream.begin(runtime, http);

    await stream.write(`{"statusCode":200}${separator}`, 'half');
    await stream.end({
      'Lambda-Runtime-Function-Error-Type': 'Stream.Broken',
      'Lambda-Runtime-Function-Error-Body': Buffer.from(errorReport).toString('base64'),
    });

    expect(await invocation).toMatchObject({
      status: 'function-error',
      error: JSON.parse(errorReport),
      errorTypeHeader: 'Stream.Broken',
      partialBody: Buffer.from('half'),
      prelude: { statusCode: 200 },
    });
    expect(api.violations).toEqual([]);
  });

  test('with an error body that is not Base64 is a function error all the same, and a violation', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const stream = await Stream.begin(runtime);

    await stream.write('half');
    await stream.end({
      'Lambda-Runtime-Function-Error-Type': 'Unhandled',
      'Lambda-Runtime-Function-Error-Body': 'Requires base64',
    });

    expect(await invocation).toMatchObject({
      status: 'function-error',
      error: { errorType: 'Unhandled', errorMessage: 'Requires base64' },
      partialBody: Buffer.from('half'),
    });
    expect(api.violations).toMatchObject([
      { rule: 'error-body-not-base64', message: 'The runtime sent the error body "Requires base64" in a trailer.' },
    ]);
  });

  test.each(['buffered', 'response-stream'] as const)(
    'and writes its error into the body succeeds, as on Lambda, with a violation (%s)',
    async (invokeMode) => {
      await using api = await createRuntimeApi();
      await using runtime = await connect(api.address);
      const invocation = api.invoke({}, { invokeMode });
      const lines = `Lambda-Runtime-Function-Error-Type: Runtime.StreamError\r\nLambda-Runtime-Function-Error-Body: ${Buffer.from(errorReport).toString('base64')}\r\n`;
      const body = textOf(invocation.chunks);
      const stream = await Stream.begin(runtime);

      await stream.write('half', lines.slice(0, 30), lines.slice(30));
      await stream.end();

      expect(await invocation).toMatchObject({ status: 'success', bodyBytes: 4 + lines.length });
      expect(await body).toBe(`half${lines}`);
      expect(api.violations).toMatchObject([
        {
          rule: 'error-in-body',
          message: 'The runtime wrote the error Runtime.StreamError to the end of the body, as if it were trailers.',
        },
      ]);
    },
  );

  test('because the connection breaks ends as truncated, with the bytes so far', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    await using next = await connect(api.address);
    const invocation = api.invoke({});
    const chunks = invocation.chunks[Symbol.asyncIterator]();
    const stream = await Stream.begin(runtime, http);
    await stream.write(`{"statusCode":200}${separator}half`);
    await chunks.next();

    await runtime.reset();
    await invocation.responded;
    await next.poll();

    expect(await invocation).toMatchObject({
      status: 'function-error',
      error: { errorType: 'Runtime.TruncatedResponse' },
      partialBody: Buffer.from('half'),
    });
    expect(rulesBroken(api)).toEqual(['body-truncated']);
  });

  test('because its time is up ends the chunks, and the late rest gets 410', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const chunks = invocation.chunks[Symbol.asyncIterator]();
    const stream = await Stream.begin(runtime);
    await stream.write('half');
    await chunks.next();

    invocation.expire();

    expect(await chunks.next()).toEqual({ done: true, value: undefined });
    expect(await invocation).toMatchObject({ status: 'timeout' });
    await stream.write('rest');
    await runtime.send('0\r\n\r\n');
    expect((await runtime.read()).status).toBe(410);
  });
});

describe("with invokeMode: 'response-stream'", () => {
  const mebibyte = Buffer.alloc(1024 * 1024, 'x');

  async function begin(api: RuntimeApi): Promise<{ invocation: Invocation; runtime: WireClient; stream: Stream }> {
    const runtime = await connect(api.address);
    const invocation = api.invoke({}, { invokeMode: 'response-stream' });
    return { invocation, runtime, stream: await Stream.begin(runtime) };
  }

  test('nothing is kept for the result', async () => {
    await using api = await createRuntimeApi();
    const { invocation, runtime, stream } = await begin(api);
    const body = textOf(invocation.chunks);

    await stream.write('some', 'thing');
    await stream.end();
    const result = await invocation;
    await runtime.close();

    expect(await body).toBe('something');
    expect(result).toMatchObject({ status: 'success', body: Buffer.alloc(0), bodyBytes: 9, streamed: true });
  });

  test('the runtime waits until the test reads', async () => {
    await using api = await createRuntimeApi();
    const { invocation, runtime, stream } = await begin(api);
    let hasSentAll = false;
    const sending = (async () => {
      for (let count = 0; count < 64; count++) await stream.write(mebibyte);
      hasSentAll = true;
      await stream.end();
    })();
    const chunks = invocation.chunks[Symbol.asyncIterator]();

    const { value: first } = await chunks.next();
    const couldSendAll = hasSentAll;
    let received = first?.byteLength ?? 0;
    for (let step = await chunks.next(); !step.done; step = await chunks.next()) received += step.value.byteLength;
    await sending;
    await invocation;
    await runtime.close();

    expect(couldSendAll).toBe(false);
    expect(received).toBe(64 * mebibyte.length);
  });

  test('a test that stops reading does not hurt the runtime', async () => {
    await using api = await createRuntimeApi();
    const { invocation, runtime, stream } = await begin(api);
    const sending = (async () => {
      for (let count = 0; count < 16; count++) await stream.write(mebibyte);
      await stream.end();
    })();

    for await (const chunk of invocation.chunks) {
      expect(chunk.byteLength).toBeGreaterThan(0);
      break;
    }
    await sending;

    expect(await invocation).toMatchObject({ status: 'success', bodyBytes: 16 * mebibyte.length });
    await runtime.close();
  });

  test('a runtime that waits for a test that never reads is ended by its deadline, with the reason', async () => {
    await using api = await createRuntimeApi();
    const { invocation, runtime, stream } = await begin(api);
    await stream.write(mebibyte.subarray(0, 256 * 1024));
    // What was sent before is read before this is answered.
    await using other = await connect(api.address);
    for (const round of [1, 2]) expect([round, (await other.request('GET', paths.ping)).status]).toEqual([round, 200]);

    invocation.expire();
    const result = await invocation;
    await runtime.close();

    expect(result.status).toBe('timeout');
    expect(result).toMatchObject({ message: expect.stringContaining('Read invocation.chunks to the end') });
  });
});

describe('limits', () => {
  test('of a streamed response are enforced to the byte', async () => {
    await using api = await createRuntimeApi({ limits: { streamedResponseBytes: 10 } });
    await using runtime = await connect(api.address);
    const fits = api.invoke({});
    const stream = await Stream.begin(runtime);
    await stream.write('0123456789');
    await stream.end();
    expect(await fits).toMatchObject({ status: 'success', bodyBytes: 10 });

    const tooLarge = api.invoke({});
    const { headers } = await runtime.read();
    const requestId = headers['lambda-runtime-aws-request-id'] ?? '';
    const reply = await runtime.requestChunked('POST', paths.response(requestId), {
      headers: { 'Lambda-Runtime-Function-Response-Mode': 'streaming' },
      chunks: ['01234', '56789', 'x'],
    });
    await runtime.poll();

    expect(reply.status).toBe(413);
    expect(await tooLarge).toMatchObject({
      status: 'function-error',
      error: { errorType: 'Function.ResponseSizeTooLarge' },
      partialBody: Buffer.from('0123456789'),
    });
  });

  test.each(['with its length', 'in chunks'])('of a response are enforced to the byte, sent %s', async (framing) => {
    await using api = await createRuntimeApi({ limits: { responseBytes: 10 } });
    await using runtime = await connect(api.address);
    const post = (requestId: string, body: string) =>
      framing === 'in chunks'
        ? runtime.requestChunked('POST', paths.response(requestId), { chunks: [body] })
        : runtime.respond(requestId, body);
    const fits = api.invoke({});
    expect(replyOf(await post((await runtime.next()).requestId, '0123456789'))).toEqual(accepted);
    const tooLarge = api.invoke({});
    expect((await post((await runtime.next()).requestId, '0123456789x')).status).toBe(413);
    await runtime.poll();

    expect(await fits).toMatchObject({ status: 'success', bodyBytes: 10 });
    expect(await tooLarge).toMatchObject({ error: { errorType: 'Function.ResponseSizeTooLarge' } });
  });

  test('of an event are enforced to the byte', async () => {
    await using api = await createRuntimeApi({ limits: { eventBytes: 10 } });
    await using runtime = await connect(api.address);

    const fits = api.invoke({ raw: '0123456789' });
    expect((await runtime.next()).body.toString()).toBe('0123456789');
    expect(fits.requestId).not.toBe('');

    await expect(api.invoke({ raw: '0123456789x' })).rejects.toMatchObject({
      code: 'ERR_EVENT_TOO_LARGE',
      message: 'The event has 11 bytes; Lambda accepts 10 at most. Send a smaller one, or a reference to it.',
    });
  });
});
