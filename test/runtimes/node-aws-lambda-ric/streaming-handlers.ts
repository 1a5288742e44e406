import { expect, test } from 'vitest';
import type { RuntimeApi } from '../../../src/index.ts';
import type { BuiltRuntime } from '../behaviours.ts';

/** What the client makes of the handlers in `streaming.mjs`. */
export function testStreamingHandlers({ start }: BuiltRuntime): void {
  const startHandler = (name: string): Promise<RuntimeApi> =>
    start({ handlerName: `streaming.${name}`, onViolation: 'record' });

  /**
   * When a stream fails, the client asks for the next event without waiting for its answer to be complete, on another
   * connection and thread: either may come first. With this variable it uses one connection for both.
   */
  const startFailing = (name: string): Promise<RuntimeApi> =>
    start({
      handlerName: `streaming.${name}`,
      onViolation: 'record',
      env: { AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1: 'true' },
    });

  test('streams what a handler writes, with the content type that it sets', async () => {
    await using api = await startHandler('text');

    const result = await api.invoke({ chunks: ['añb', '漢字'] });
    const empty = await api.invoke({ chunks: [] });

    expect(result).toMatchObject({
      status: 'success',
      streamed: true,
      contentType: 'text/plain',
      body: Buffer.from('añb漢字'),
    });
    expect(empty).toMatchObject({ status: 'success', streamed: true, body: Buffer.alloc(0) });
    expect(api.violations).toEqual([]);
  });

  test('streams what is piped into the response, as application/octet-stream', async () => {
    await using api = await startHandler('piped');

    const result = await api.invoke({ chunks: ['one ', 'two'] });

    expect(result).toMatchObject({
      status: 'success',
      streamed: true,
      contentType: 'application/octet-stream',
      payload: 'one two',
    });
  });

  test('streams an HTTP response: status, headers and cookies before the body', async () => {
    await using api = await startHandler('page');

    const result = await api.invoke(1);

    expect(result).toMatchObject({
      status: 'success',
      streamed: true,
      contentType: 'application/vnd.awslambda.http-integration-response',
      prelude: { statusCode: 201, headers: { 'x-kind': 'page' }, cookies: ['a=1'] },
      payload: '<p>first</p><p>last</p>',
    });
    expect(api.violations).toEqual([]);
  });

  test('streams 4 MiB in 64 chunks', async () => {
    await using api = await startHandler('many');

    const result = await api.invoke({ chunks: 64, bytes: 64 * 1024 });

    if (result.status !== 'success') throw new Error(result.message);
    expect(result.body.equals(Buffer.alloc(4 * 1024 * 1024, 'x'))).toBe(true);
  });

  for (const [handler, sent] of [
    ['failsBeforeTheFirstChunk', ''],
    ['failsAfterAChunk', 'first'],
  ] as const) {
    test(`reports by trailers how a stream ${handler}, and goes on`, async () => {
      await using api = await startFailing(handler);

      for (let round = 1; round <= 2; round++) {
        expect(await api.invoke(round)).toMatchObject({
          status: 'function-error',
          error: { errorType: 'TypeError', errorMessage: 'lost the thread: 漢字' },
          errorTypeHeader: 'TypeError',
          partialBody: Buffer.from(sent),
        });
      }
      expect(api.violations).toEqual([]);
    });
  }

  test('breaks the stream off when it exits', async () => {
    await using api = await startHandler('exits');

    const result = await api.invoke(1);

    expect(result).toMatchObject({
      status: 'function-error',
      error: { errorType: 'Runtime.TruncatedResponse' },
      partialBody: Buffer.from('first'),
      exit: { code: 3, signal: null },
    });
    expect(api.violations).toMatchObject([{ rule: 'body-truncated' }]);
  });

  test('is replaced when its time is up in the middle of a stream', async () => {
    await using api = await startHandler('hangs');

    const hanging = api.invoke(1);
    const chunks: string[] = [];
    for await (const chunk of hanging.chunks) {
      chunks.push(Buffer.from(chunk).toString());
      hanging.expire();
    }

    expect(chunks).toEqual(['first']);
    expect(await hanging).toMatchObject({ status: 'timeout' });
    expect(await api.ready()).toMatchObject({ status: 'ready' });
  });

  test('ignores, with a warning, what a streaming handler returns', async () => {
    await using api = await startHandler('returnsAValue');

    const result = await api.invoke(1);

    expect(result).toMatchObject({ status: 'success', payload: 'streamed' });
    expect(result.logs.stdout).toMatch(/\tWARN\tStreaming handlers ignore return values\.\n$/);
  });

  test('logs an error for a streaming handler that is not async, after its answer has been sent', async () => {
    await using api = await startFailing('isNotAsync');

    const result = await api.invoke(1);

    expect(result).toMatchObject({ status: 'success', payload: 'streamed' });
    expect(result.logs.stdout).toContain('Streaming does not support non-async handlers.');
  });
}
