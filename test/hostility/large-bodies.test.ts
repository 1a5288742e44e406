import { describe, expect, test } from 'vitest';
import { createRuntimeApi, type InvocationResult } from '../../src/index.ts';
import {
  accepted,
  connect,
  encodeChunk,
  head,
  paths,
  refused,
  replyOf,
  rulesBroken,
  type WireClient,
  type WireResponse,
} from '../helpers/wire-client.ts';

const streaming = { 'Lambda-Runtime-Function-Response-Mode': 'streaming' };

/** An error report of just so many bytes. */
function reportOf(bytes: number): string {
  const report = (errorMessage: string): string => JSON.stringify({ errorType: 'E', errorMessage });
  return report('m'.repeat(bytes - report('').length));
}

describe.each(['with its length', 'in chunks'])('an error report sent %s', (framing) => {
  const post = (runtime: WireClient, requestId: string, body: string): Promise<WireResponse> =>
    framing === 'in chunks'
      ? runtime.requestChunked('POST', paths.error(requestId), { chunks: [body.slice(0, 50), body.slice(50)] })
      : runtime.fail(requestId, body);

  test('of the limit is read, one byte more is refused, and the connection goes on', async () => {
    await using api = await createRuntimeApi({ limits: { responseBytes: 100 } });
    await using runtime = await connect(api.address);
    const [fits, tooLarge, after] = [api.invoke(1), api.invoke(2), api.invoke(3)];

    const replyToFit = await post(runtime, (await runtime.next()).requestId, reportOf(100));
    const replyToLarge = await post(runtime, (await runtime.next()).requestId, reportOf(101));
    await runtime.respond((await runtime.next()).requestId, '"fine"');
    await runtime.poll();

    expect(replyOf(replyToFit)).toEqual(accepted);
    expect(replyOf(replyToLarge)).toEqual(
      refused(413, 'RequestEntityTooLarge', 'Exceeded maximum allowed payload size (100 bytes).'),
    );
    expect(await fits).toMatchObject({ status: 'function-error', body: Buffer.from(reportOf(100)) });
    expect(await tooLarge).toMatchObject({
      status: 'function-error',
      error: { errorType: 'Function.ResponseSizeTooLarge' },
    });
    expect(await after).toMatchObject({ status: 'success', payload: 'fine' });
    expect(rulesBroken(api)).toEqual(['body-too-large']);
  });
});

describe('a streamed response that announces its length', () => {
  test('passes with the limit, and is refused with one byte more', async () => {
    await using api = await createRuntimeApi({ limits: { streamedResponseBytes: 10, responseBytes: 5 } });
    await using runtime = await connect(api.address);
    const [fits, tooLarge] = [api.invoke(1), api.invoke(2)];

    const replyToFit = await runtime.respond((await runtime.next()).requestId, '0123456789', streaming);
    const replyToLarge = await runtime.respond((await runtime.next()).requestId, '0123456789x', streaming);
    await runtime.poll();

    expect(replyOf(replyToFit)).toEqual(accepted);
    expect(replyToLarge.status).toBe(413);
    expect(await fits).toMatchObject({ status: 'success', bodyBytes: 10 });
    expect(await tooLarge).toMatchObject({ error: { errorType: 'Function.ResponseSizeTooLarge' } });
  });
});

describe('an error in the trailers of a stream', () => {
  async function streamWithErrorBody(
    report: string,
  ): Promise<{ reply: WireResponse; result: InvocationResult; rules: string[] }> {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    await using next = await connect(api.address);
    const invocation = api.invoke({});
    const { requestId } = await runtime.next();
    const reply = await runtime.requestChunked('POST', paths.response(requestId), {
      headers: streaming,
      chunks: ['half'],
      trailers: {
        'Lambda-Runtime-Function-Error-Type': 'E',
        'Lambda-Runtime-Function-Error-Body': Buffer.from(report).toString('base64'),
      },
    });
    await invocation.responded;
    await next.poll();
    return { reply, result: await invocation, rules: rulesBroken(api) };
  }

  test('may have 1 MiB', async () => {
    const report = reportOf(1024 * 1024);

    const { reply, result, rules } = await streamWithErrorBody(report);

    expect(replyOf(reply)).toEqual(accepted);
    expect(result).toMatchObject({ status: 'function-error', error: JSON.parse(report) });
    expect('body' in result && result.body.equals(Buffer.from(report))).toBe(true);
    expect(rules).toEqual([]);
  });

  test('of more than headers may have ends the invocation as truncated, with what was streamed', async () => {
    const { reply, result, rules } = await streamWithErrorBody(reportOf(2 * 1024 * 1024));

    expect(reply.status).toBe(431);
    expect(result).toMatchObject({
      status: 'function-error',
      error: { errorType: 'Runtime.TruncatedResponse' },
      partialBody: Buffer.from('half'),
    });
    expect(rules).toEqual(['body-truncated']);
  });
});

describe('the limit of responses is not that of', () => {
  test('the report of an init error, which has none', async () => {
    await using api = await createRuntimeApi({ limits: { responseBytes: 10 } });
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});

    expect(replyOf(await runtime.initError(reportOf(8_000_000)))).toEqual(accepted);

    expect(await invocation).toMatchObject({ status: 'init-error', error: JSON.parse(reportOf(8_000_000)) });
    expect(api.violations).toEqual([]);
  });

  test('the registration of an extension', async () => {
    await using api = await createRuntimeApi({ limits: { responseBytes: 10 } });
    await using runtime = await connect(api.address);

    const { status } = await runtime.request('POST', '/2020-01-01/extension/register', {
      headers: { 'Lambda-Extension-Name': 'one' },
      body: '{"events":[]}',
    });

    expect(status).toBe(200);
  });
});

describe('a cause for X-Ray in the body', () => {
  const causeOf = (bytes: number): { message: string } => {
    const empty = JSON.stringify({ working_directory: '', exceptions: [], paths: [], message: '' }).length;
    return { message: 'm'.repeat(bytes - empty) };
  };

  test.each([
    [65_536, causeOf(65_536).message],
    [65_537, `${'m'.repeat(30_717)}...`],
  ])('of %d bytes is kept, or cut down if it has more than 65 536', async (bytes, message) => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const { requestId } = await runtime.next();
    const report = JSON.stringify({ errorType: 'E', errorMessage: 'm', errorCause: causeOf(bytes) });

    await runtime.fail(requestId, report, { 'Content-Type': 'application/vnd.aws.lambda.error.cause+json' });
    await runtime.poll();

    expect(await invocation).toMatchObject({
      error: { errorType: 'E', errorMessage: 'm' },
      xrayCause: { working_directory: '', exceptions: [], paths: [], message },
    });
    expect(api.violations).toEqual([]);
  });
});

test('a body that nobody asked for is read to its end, whatever its size, and kept by nobody', async () => {
  await using api = await createRuntimeApi();
  await using client = await connect(api.address);
  const piece = encodeChunk(Buffer.alloc(1024 * 1024));

  await client.send(head('POST', '/nope', { Host: api.address, 'Transfer-Encoding': 'chunked' }));
  for (let count = 0; count < 32; count++) await client.send(piece);
  await client.send('0\r\n\r\n');

  expect((await client.read()).status).toBe(404);
  expect((await client.request('GET', paths.ping)).status).toBe(200);
  expect(api.transcript.find(({ type }) => type === 'exchange')).toMatchObject({ requestBytes: 0, requestBody: '' });
});
