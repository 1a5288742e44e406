import { describe, expect, test } from 'vitest';
import { createRuntimeApi } from '../../src/index.ts';
import {
  accepted,
  announced,
  connect,
  encodeChunk,
  head,
  paths,
  refused,
  replyOf,
  rulesBroken,
} from '../helpers/wire-client.ts';

const maxBytes = 6_291_556;
const tooLarge = refused(413, 'RequestEntityTooLarge', 'Exceeded maximum allowed payload size (6291556 bytes).');
const chunkBytes = 64 * 1024;

function inChunks(body: Buffer): Buffer[] {
  return Array.from({ length: Math.ceil(body.length / chunkBytes) }, (_, index) =>
    body.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  );
}

describe.for(['Content-Length', 'chunks'] as const)('a body sent with %s', (framing) => {
  async function post(call: 'response' | 'error', size: number) {
    await using api = await createRuntimeApi({ timeoutMs: Number.POSITIVE_INFINITY });
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const { requestId } = await runtime.next();
    const body = Buffer.alloc(size, 'x');
    const target = paths[call](requestId);
    const reply =
      framing === 'chunks'
        ? await runtime.requestChunked('POST', target, { chunks: inChunks(body) })
        : await runtime.request('POST', target, { body });
    await runtime.poll();
    return { reply: replyOf(reply), result: await invocation, rules: rulesBroken(api) };
  }

  test('passes with 6 291 556 bytes', async () => {
    const { reply, result, rules } = await post('response', maxBytes);

    expect(reply).toEqual(accepted);
    expect(result.status).toBe('success');
    expect('body' in result && result.body.length).toBe(maxBytes);
    expect(rules).toEqual([]);
  });

  test('of one byte more is refused with 413 and is a Function.ResponseSizeTooLarge', async () => {
    const { reply, result, rules } = await post('response', maxBytes + 1);

    expect(reply).toEqual(tooLarge);
    expect(result).toMatchObject({
      status: 'function-error',
      functionError: 'Unhandled',
      error: {
        errorType: 'Function.ResponseSizeTooLarge',
        errorMessage: expect.stringContaining('exceeded maximum allowed payload size (6291556 bytes).'),
      },
    });
    expect(rules).toEqual(['body-too-large']);
  });

  test('of one byte more is refused with 413 on /error, too', async () => {
    const { reply, result, rules } = await post('error', maxBytes + 1);

    expect(reply).toEqual(tooLarge);
    expect(result.status).toBe('function-error');
    expect(rules).toEqual(['body-too-large']);
  });
});

test('a runtime whose response was too large goes on with the next event over the same connection', async () => {
  await using api = await createRuntimeApi();
  await using runtime = await connect(api.address);
  void api.invoke(1);
  const second = api.invoke(2);
  const { requestId } = await runtime.next();

  expect((await runtime.respond(requestId, Buffer.alloc(maxBytes + 1_000_000))).status).toBe(413);
  const event = await runtime.next();
  expect(event.requestId).toBe(second.requestId);
  expect(replyOf(await runtime.respond(event.requestId, '"fine"'))).toEqual(accepted);
  await runtime.poll();

  expect(await second).toMatchObject({ status: 'success', payload: 'fine' });
});

describe('a streamed response', () => {
  const streaming = { 'Lambda-Runtime-Function-Response-Mode': 'streaming' };

  test('may be larger than a buffered one', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({}, { timeoutMs: Number.POSITIVE_INFINITY });
    const { requestId } = await runtime.next();
    const body = Buffer.alloc(maxBytes + 1, 'x');

    const reply = await runtime.requestChunked('POST', paths.response(requestId), {
      headers: streaming,
      chunks: inChunks(body),
    });
    await runtime.poll();

    expect(replyOf(reply)).toEqual(accepted);
    const result = await invocation;
    expect(result).toMatchObject({ status: 'success', streamed: true });
    expect('body' in result && result.body.equals(body)).toBe(true);
    expect(api.violations).toEqual([]);
  });

  test('can be read while it arrives', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const chunks = invocation.chunks[Symbol.asyncIterator]();
    const { requestId } = await runtime.next();
    const headers = { Host: 'localhost', 'Transfer-Encoding': 'chunked', ...streaming };
    await runtime.send(head('POST', paths.response(requestId), headers));

    for (const text of ['one ', 'two ', 'three']) {
      await runtime.send(encodeChunk(text));
      const { value } = await chunks.next();
      expect(Buffer.from(value ?? []).toString()).toBe(text);
    }
    await runtime.send('0\r\n\r\n');

    expect(await chunks.next()).toEqual({ done: true, value: undefined });
    expect(replyOf(await runtime.read())).toEqual(accepted);
    await runtime.poll();
    expect(await invocation).toMatchObject({ status: 'success', payload: 'one two three', streamed: true });
  });

  const errorReport = '{"errorType":"Stream.Broke","errorMessage":"half-way","stackTrace":["a","b"]}';
  const trailers = {
    'Lambda-Runtime-Function-Error-Type': 'Stream.Broke',
    'Lambda-Runtime-Function-Error-Body': Buffer.from(errorReport).toString('base64'),
  };

  test.for([
    ['with', streaming],
    ['without', {}],
  ] as const)('that fails half-way says so in trailers, %s the streaming mode', async ([, mode]) => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const { requestId } = await runtime.next();

    const reply = await runtime.requestChunked('POST', paths.response(requestId), {
      headers: { ...mode, Trailer: Object.keys(trailers).join(', ') },
      chunks: ['some ', 'rows'],
      trailers,
    });
    await runtime.poll();

    expect(replyOf(reply)).toEqual(accepted);
    expect(await invocation).toMatchObject({
      status: 'function-error',
      error: { errorType: 'Stream.Broke', errorMessage: 'half-way', stackTrace: ['a', 'b'] },
      errorTypeHeader: 'Stream.Broke',
      body: Buffer.from(errorReport),
      partialBody: Buffer.from('some rows'),
    });
    expect(api.violations).toEqual([]);
  });

  test('that fails with only a type in its trailers is of that type', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const { requestId } = await runtime.next();

    await runtime.requestChunked('POST', paths.response(requestId), {
      headers: streaming,
      chunks: ['x'],
      trailers: { 'Lambda-Runtime-Function-Error-Type': 'Runtime.StreamError' },
    });
    await runtime.poll();

    expect(await invocation).toMatchObject({
      status: 'function-error',
      error: { errorType: 'Runtime.StreamError', errorMessage: '' },
      partialBody: Buffer.from('x'),
    });
  });

  test('with empty or unknown trailers is a success', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const { requestId } = await runtime.next();

    await runtime.requestChunked('POST', paths.response(requestId), {
      headers: streaming,
      chunks: ['"x"'],
      trailers: {
        'Lambda-Runtime-Function-Error-Type': '',
        'Lambda-Runtime-Function-Error-Body': '',
        'X-Checksum': 'abc',
      },
    });
    await runtime.poll();

    expect(await invocation).toMatchObject({ status: 'success', payload: 'x' });
  });
});

describe('an upload that is cut off', () => {
  test.for([
    ['closed', 'Content-Length'],
    ['reset', 'Content-Length'],
    ['closed', 'chunks'],
  ] as const)('(connection %s, body sent with %s) is a Runtime.TruncatedResponse', async ([end, framing]) => {
    await using api = await createRuntimeApi({ timeoutMs: Number.POSITIVE_INFINITY });
    const invocation = api.invoke({});
    {
      await using runtime = await connect(api.address);
      const { requestId } = await runtime.next();
      const length = framing === 'chunks' ? { 'Transfer-Encoding': 'chunked' } : { 'Content-Length': '10' };
      await runtime.send(head('POST', paths.response(requestId), { Host: 'localhost', ...length }));
      await runtime.send(framing === 'chunks' ? encodeChunk('abcd') : 'abcd');
      for await (const chunk of invocation.chunks) {
        expect(Buffer.from(chunk).toString()).toBe('abcd');
        break;
      }
      const aborted = announced(api, 'exchange');
      await (end === 'reset' ? runtime.reset() : runtime.close());
      expect(await aborted).toMatchObject({ method: 'POST', aborted: true, requestBytes: 4 });
    }
    await invocation.responded;
    await using again = await connect(api.address);
    await again.poll();

    const result = await invocation;
    expect(result).toMatchObject({
      status: 'function-error',
      error: { errorType: 'Runtime.TruncatedResponse' },
      partialBody: Buffer.from('abcd'),
      body: Buffer.alloc(0),
    });
    expect(rulesBroken(api)).toEqual(['body-truncated']);
  });

  test('ends the invocation even if the runtime never comes back', async () => {
    await using api = await createRuntimeApi({ timeoutMs: Number.POSITIVE_INFINITY });
    const invocation = api.invoke({});
    await using runtime = await connect(api.address);
    const { requestId } = await runtime.next();
    await runtime.send(head('POST', paths.error(requestId), { Host: 'localhost', 'Content-Length': '10' }));
    await runtime.send('{"er');
    await runtime.close();

    expect(await invocation).toMatchObject({
      status: 'function-error',
      error: { errorType: 'Runtime.TruncatedResponse' },
    });
  });

  test('leaves the next invocation clean', async () => {
    await using api = await createRuntimeApi();
    const first = api.invoke(1);
    const second = api.invoke(2);
    {
      await using runtime = await connect(api.address);
      const { requestId } = await runtime.next();
      await runtime.send(head('POST', paths.response(requestId), { Host: 'localhost', 'Content-Length': '10' }));
    }
    await first.responded;
    await using again = await connect(api.address);
    const event = await again.next();
    expect(event.requestId).toBe(second.requestId);
    await again.respond(event.requestId, '"clean"');
    await again.poll();

    expect((await first).status).toBe('function-error');
    expect(await second).toMatchObject({ status: 'success', payload: 'clean' });
  });
});
