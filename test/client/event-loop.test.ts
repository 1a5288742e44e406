import { Readable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import {
  awslambda,
  createRuntimeClient,
  type HandlerContext,
  type LambdaHandler,
  runEventLoop,
  type StreamingHandler,
} from '../../src/client/index.ts';
import { Deferred } from '../../src/environment/deferred.ts';
import { type InvocationResult, manualClock } from '../../src/index.ts';
import { attach, bodyOf, serve, transportNames } from './attached.ts';

/** What one invocation of a handler comes to; the loop must break no rule over it. */
async function resultOf(handler: LambdaHandler, event: unknown = {}): Promise<InvocationResult> {
  await using loop = await serve(handler);
  const result = await loop.api.invoke(event);
  expect(loop.api.violations).toEqual([]);
  return result;
}

describe.each(transportNames)('over %s, the event loop', (transport) => {
  test('answers one event after the other, and breaks no rule', async () => {
    await using loop = await serve(async (event: { n: number }) => ({ square: event.n ** 2 }), { transport });

    const results = await Promise.all([1, 2, 3, 4, 5].map((n) => loop.api.invoke({ n })));

    expect(results).toMatchObject([1, 4, 9, 16, 25].map((square) => ({ status: 'success', payload: { square } })));
    expect(loop.api.violations).toEqual([]);
    expect(loop.logged).toEqual([]);
  });

  test('goes on after an error', async () => {
    await using loop = await serve(
      async (event) => {
        if (event === 'fail') throw new RangeError('as asked');
        return 'well';
      },
      { transport },
    );

    expect(await loop.api.invoke('fail')).toMatchObject({
      status: 'function-error',
      error: { errorMessage: 'as asked' },
    });
    expect(await loop.api.invoke('go on')).toMatchObject({ status: 'success', payload: 'well' });
    expect(loop.logged).toEqual([[expect.stringContaining('failed'), expect.any(RangeError)]]);
  });

  test('ends when its client is closed', async () => {
    await using loop = await serve(async () => 1, { transport });
    await loop.api.ready();

    await loop.client.close();

    expect(await loop.ended).toMatchObject({ code: 'ERR_CLOSED' });
  });
});

describe('a handler', () => {
  test.each<[string, LambdaHandler, unknown]>([
    ['is async', async (event) => event, { a: [1, 'ü\u2028'] }],
    ['returns a plain value', (event) => event, { a: [1, 'ü\u2028'] }],
    [
      'returns a thenable',
      // biome-ignore lint/suspicious/noThenProperty: that is the point.
      (event) => ({ then: (done: (value: unknown) => void) => done(event) }),
      { a: [1, 'ü\u2028'] },
    ],
    ['calls back', (event, _context, callback) => callback(null, event), { a: [1, 'ü\u2028'] }],
    [
      'calls back later',
      (event, _context, callback) => void Promise.resolve().then(() => callback(null, event)),
      { a: [1, 'ü\u2028'] },
    ],
    ['calls context.succeed()', (event, context, _callback) => context.succeed(event), { a: [1, 'ü\u2028'] }],
    ['calls context.done()', (event, context, _callback) => context.done(null, event), { a: [1, 'ü\u2028'] }],
    ['calls back, and returns something else', (_event, _context, callback) => [callback(null, 'first')], 'first'],
    [
      'calls back, and rejects',
      async (_event, _context, callback) => {
        callback(null, 'first');
        throw new Error('second');
      },
      'first',
    ],
    [
      'returns a promise, and calls back later',
      async (_event, _context, callback) => {
        Promise.resolve()
          .then(() => Promise.resolve())
          .then(() => callback(null, 'second'));
        return 'first';
      },
      'first',
    ],
    ['returns nothing', () => {}, null],
    ['returns undefined later', async () => undefined, null],
    ['returns null', async () => null, null],
    ['returns a function', async () => () => {}, null],
    ['returns a string', async () => 'text', 'text'],
    ['returns an empty string', async () => '', ''],
    ['returns false', () => false, false],
    ['returns what has a toJSON()', async () => new Date(0), '1970-01-01T00:00:00.000Z'],
  ])('%s', async (_name, handler, payload) => {
    expect(await resultOf(handler, { a: [1, 'ü\u2028'] })).toMatchObject({
      status: 'success',
      payload,
      streamed: false,
      contentType: 'application/json',
    });
  });

  test.each<[string, LambdaHandler]>([
    [
      'rejects',
      async () => {
        throw new TypeError('no');
      },
    ],
    [
      'throws',
      () => {
        throw new TypeError('no');
      },
    ],
    ['calls back with an error', (_event, _context, callback) => callback(new TypeError('no'), 'ignored')],
    ['calls context.fail()', (_event, context, _callback) => context.fail(new TypeError('no'))],
    ['calls context.done() with an error', (_event, context, _callback) => context.done(new TypeError('no'))],
  ])('fails: it %s', async (_name, handler) => {
    const result = await resultOf(handler);

    expect(result).toMatchObject({
      status: 'function-error',
      error: { errorType: 'TypeError', errorMessage: 'no' },
      errorTypeHeader: 'Function.TypeError',
    });
  });

  test('returns bytes, which are sent as they are', async () => {
    const result = await resultOf(async () => Buffer.from([0, 1, 254, 255]));

    expect(result).toMatchObject({ status: 'success', contentType: 'application/octet-stream' });
    expect([...bodyOf(result)]).toEqual([0, 1, 254, 255]);
  });

  test('returns bytes of another realm, such as a sandbox of jest', async () => {
    const result = await resultOf(async () => runInNewContext('new Uint8Array([1, 2])'));

    expect([...bodyOf(result)]).toEqual([1, 2]);
  });

  test('returns a stream, which is streamed', async () => {
    expect(await resultOf(async () => Readable.from(['a', 'b']))).toMatchObject({
      status: 'success',
      payload: 'ab',
      streamed: true,
    });
  });

  test('returns a stream that fails half-way', async () => {
    const handler = async function* (): AsyncGenerator<string> {
      yield 'half';
      throw new RangeError('and no more');
    };

    expect(await resultOf(async () => handler())).toMatchObject({
      status: 'function-error',
      error: { errorType: 'RangeError', errorMessage: 'and no more' },
    });
  });

  test('returns a stream that fails before its first chunk', async () => {
    const result = await resultOf(
      async () =>
        new Readable({
          read() {
            this.destroy(new RangeError('nothing'));
          },
        }),
    );

    expect(result).toMatchObject({ status: 'function-error', error: { errorType: 'RangeError' } });
    expect(result).not.toHaveProperty('partialBody');
  });

  test.each<[string, () => unknown]>([
    [
      'a circle',
      () => {
        const circle: { self?: unknown } = {};
        circle.self = circle;
        return circle;
      },
    ],
    ['a BigInt', () => ({ n: 1n })],
    [
      'a toJSON() that throws',
      () => ({
        toJSON() {
          throw new Error('not me');
        },
      }),
    ],
  ])('returns %s, which is a function error', async (_name, makeResult) => {
    expect(await resultOf(async () => makeResult())).toMatchObject({
      status: 'function-error',
      error: {
        errorType: 'Runtime.JSONStringifyError',
        errorMessage: 'Unable to stringify response body',
        cause: { errorMessage: expect.stringMatching(/circular|BigInt|not me/) },
      },
      errorTypeHeader: 'Runtime.JSONStringifyError',
    });
  });

  test('whose response is too large has failed, once, and the next event is served', async () => {
    await using loop = await serve(async (event) => (event === 'large' ? 'x'.repeat(6_300_000) : 'small'));

    expect(await loop.api.invoke('large')).toMatchObject({
      status: 'function-error',
      error: { errorType: 'Function.ResponseSizeTooLarge' },
    });
    expect(await loop.api.invoke('small')).toMatchObject({ status: 'success', payload: 'small' });
    const posts = loop.api.transcript.filter((entry) => entry.type === 'exchange' && entry.method === 'POST');
    expect(posts).toHaveLength(2);
    expect(loop.logged).toEqual([
      [
        expect.stringContaining('refused'),
        expect.objectContaining({ cause: expect.objectContaining({ status: 413 }) }),
      ],
    ]);
  });

  test('whose answer comes after the deadline is told of nothing, and the next event is served', async () => {
    const answer = new Deferred<string>();
    await using loop = await serve(async (event) => (event === 'late' ? answer.promise : 'next'));
    const late = loop.api.invoke('late');
    await late.delivered;

    late.expire();
    expect(await late).toMatchObject({ status: 'timeout' });
    answer.resolve('too late');

    expect(await loop.api.invoke('next')).toMatchObject({ status: 'success', payload: 'next' });
    expect(loop.logged).toEqual([
      [expect.stringContaining('refused'), expect.objectContaining({ code: 'ERR_RUNTIME_API_REFUSED' })],
    ]);
  });
});

describe('the context of a handler', () => {
  test('has everything that Lambda tells', async () => {
    let seen: HandlerContext | undefined;
    await using loop = await serve(async (_event, context) => {
      seen = context;
      const { getRemainingTimeInMillis } = context;
      return getRemainingTimeInMillis();
    });
    const clientContext = { client: { appTitle: 'app' } };

    const result = await loop.api.invoke({}, { requestId: 'r-1', clientContext, tenantId: 't', timeoutMs: 60_000 });

    expect(seen).toMatchObject({
      callbackWaitsForEmptyEventLoop: true,
      functionName: 'test-function',
      functionVersion: '$LATEST',
      memoryLimitInMB: '128',
      logGroupName: '/aws/lambda/test-function',
      logStreamName: expect.stringContaining('[$LATEST]'),
      awsRequestId: 'r-1',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:test-function',
      clientContext,
      identity: undefined,
      tenantId: 't',
    });
    expect(result).toMatchObject({ status: 'success' });
    const left = result.status === 'success' ? Number(result.payload) : Number.NaN;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(60_000);
  });

  test('has the time that the options tell', async () => {
    const clock = manualClock();
    const remainingTimeMs = ({ deadlineMs }: { deadlineMs: number }): number => deadlineMs - clock.currentMs;
    await using loop = await serve(async (_event, context) => context.getRemainingTimeInMillis(), { remainingTimeMs });

    const result = await loop.api.invoke({}, { deadline: new Date(clock.currentMs + 7000) });

    expect(Number(result.status === 'success' && result.payload)).toBeCloseTo(7000, -1);
  });

  test('can be copied', async () => {
    const result = await resultOf(async (_event, context) =>
      Object.keys({ ...context }).includes('getRemainingTimeInMillis'),
    );

    expect(result).toMatchObject({ payload: true });
  });
});

describe('the trace variable', () => {
  const read = (): string | undefined => process.env._X_AMZN_TRACE_ID;

  test('is left alone', async () => {
    await using loop = await serve(async () => read() ?? 'none');

    expect(await loop.api.invoke({}, { traceId: 'Root=1' })).toMatchObject({ payload: 'none' });
  });

  test('is set where the options say so, and put back', async () => {
    await using loop = await serve(async () => read() ?? 'none', { setsTraceVariable: true });

    expect(await loop.api.invoke({}, { traceId: 'Root=1' })).toMatchObject({ payload: 'Root=1' });
    await loop.client.close();
    await loop.ended;
    expect(read()).toBeUndefined();
  });
});

describe('an event loop with a signal', () => {
  test('ends at once, whatever the handler does, and answers nothing', async () => {
    const end = new AbortController();
    const answer = new Deferred<string>();
    await using loop = await serve(async () => answer.promise, { signal: end.signal });
    const invocation = loop.api.invoke({});
    await invocation.delivered;

    end.abort('enough');

    expect(await loop.ended).toMatchObject({ code: 'ERR_ABORTED', cause: 'enough' });
    answer.resolve('late');
    invocation.expire();
    expect(await invocation).toMatchObject({ status: 'timeout' });
    expect(loop.api.transcript.filter((entry) => entry.type === 'exchange' && entry.method === 'POST')).toEqual([]);
    expect(loop.logged).toEqual([]);
  });

  test('ends while it waits for work', async () => {
    const end = new AbortController();
    await using loop = await serve(async () => 1, { signal: end.signal });
    await loop.api.ready();

    end.abort();

    expect(await loop.ended).toMatchObject({ code: 'ERR_ABORTED' });
  });

  test('breaks off a response that streams', async () => {
    const end = new AbortController();
    await using loop = await serve(
      awslambda.streamifyResponse(async (_event, stream) => {
        stream.write('half');
        await new Promise(() => {});
      }),
      { signal: end.signal },
    );
    const invocation = loop.api.invoke({});
    await invocation.chunks[Symbol.asyncIterator]().next();

    end.abort();

    expect(await loop.ended).toMatchObject({ code: 'ERR_ABORTED' });
    await invocation.responded;
    loop.client.next().catch(() => {});
    expect(await invocation).toMatchObject({ error: { errorType: 'Runtime.TruncatedResponse' } });
  });
});

describe('an event loop that knows when the process is idle', () => {
  /** A process that is idle once the loop has asked, and the test says so. */
  function idle(): { whenIdle: () => Promise<void>; isIdle: () => Promise<void> } {
    const asked = new Deferred<void>();
    const turn = new Deferred<void>();
    return {
      whenIdle() {
        asked.resolve();
        return turn.promise;
      },
      async isIdle() {
        await asked.promise;
        turn.resolve();
      },
    };
  }

  test('keeps a result that was called back until then', async () => {
    const { whenIdle, isIdle } = idle();
    await using loop = await serve((_event, _context, callback) => callback(null, 'patient'), { whenIdle });
    const invocation = loop.api.invoke({});

    await isIdle();

    expect(await invocation).toMatchObject({ status: 'success', payload: 'patient' });
  });

  test('keeps none if the handler does not want that', async () => {
    const { whenIdle } = idle();
    await using loop = await serve(
      (_event, context, callback) => {
        context.callbackWaitsForEmptyEventLoop = false;
        callback(null, 'hasty');
      },
      { whenIdle },
    );

    expect(await loop.api.invoke({})).toMatchObject({ status: 'success', payload: 'hasty' });
  });

  test('takes a handler that says nothing for one that has nothing to say', async () => {
    const { whenIdle, isIdle } = idle();
    await using loop = await serve((_event, _context, _callback) => {}, { whenIdle });
    const invocation = loop.api.invoke({});

    await isIdle();

    expect(await invocation).toMatchObject({ status: 'success', payload: null });
  });

  test.each<[string, LambdaHandler]>([
    ['a promise', () => new Promise(() => {})],
    ['a streaming handler', awslambda.streamifyResponse(() => new Promise(() => {}))],
  ])('fails %s that nothing can settle any longer', async (_name, handler) => {
    const { whenIdle, isIdle } = idle();
    await using loop = await serve(handler, { whenIdle });
    const invocation = loop.api.invoke({});

    await isIdle();

    expect(await invocation).toMatchObject({ status: 'function-error', error: { errorType: 'Runtime.NodeJsExit' } });
  });
});

describe('a streaming handler', () => {
  const stream = (handler: StreamingHandler): LambdaHandler => awslambda.streamifyResponse(handler);

  test('writes its response bit by bit', async () => {
    await using loop = await serve(
      stream(async (event, responseStream, context) => {
        responseStream.setContentType('text/plain');
        responseStream.write(`${JSON.stringify(event)} `);
        responseStream.write(new Uint8Array([0x31]));
        responseStream.write({ json: true });
        responseStream.end(context.awsRequestId);
      }),
    );

    expect(await loop.api.invoke([1], { requestId: 'r-1' })).toMatchObject({
      status: 'success',
      payload: '[1] 1{"json":true}r-1',
      contentType: 'text/plain',
      streamed: true,
    });
    expect(await loop.api.invoke([2], { requestId: 'r-2' })).toMatchObject({ payload: '[2] 1{"json":true}r-2' });
    expect(loop.api.violations).toEqual([]);
  });

  test('is one that AWS has marked', async () => {
    const handler = Object.assign(
      async (_event: unknown, responseStream: unknown) => void (responseStream as Writing).end('marked'),
      { [Symbol.for('aws.lambda.runtime.handler.streaming')]: 'response' },
    );

    expect(await resultOf(handler)).toMatchObject({ payload: 'marked', streamed: true });
  });

  test.each<[string, (stream: Writing) => void, string]>([
    [
      'and go on',
      (out) => {
        out.write('bo');
        out.end('dy');
      },
      'body',
    ],
    ['and write nothing more', (out) => out.end(), ''],
  ])('may begin with HTTP metadata, %s', async (_name, write, body) => {
    const metadata = { statusCode: 201, headers: { 'x-a': 'b' }, cookies: ['a=b'] };
    await using loop = await serve(
      stream(async (_event, responseStream) => write(awslambda.HttpResponseStream.from(responseStream, metadata))),
    );

    expect(await loop.api.invoke({})).toMatchObject({
      status: 'success',
      contentType: 'application/vnd.awslambda.http-integration-response',
    });
    const posted = loop.api.transcript.find((entry) => entry.type === 'exchange' && entry.method === 'POST');
    expect(posted).toMatchObject({ requestBody: `${JSON.stringify(metadata)}${'\0'.repeat(8)}${body}` });
  });

  test('is not done before its stream is', async () => {
    const result = await resultOf(
      stream((_event, responseStream) => {
        Readable.from(['a', 'b', 'c']).pipe(responseStream);
      }),
    );

    expect(result).toMatchObject({ status: 'success', payload: 'abc' });
  });

  test('carries 20 MB, at the pace of the server', async () => {
    const result = await resultOf(
      stream(async (_event, responseStream) => {
        Readable.from(
          (function* () {
            for (let index = 0; index < 20; index++) yield Buffer.alloc(1_000_000, index);
          })(),
        ).pipe(responseStream);
      }),
    );

    expect(result.status).toBe('success');
    expect(bodyOf(result).length).toBe(20_000_000);
    expect(bodyOf(result)[19_999_999]).toBe(19);
  });

  test.each<[string, (handler: StreamingHandler) => LambdaHandler]>([
    ['its option', (handler) => awslambda.streamifyResponse(handler, { highWaterMark: 5 })],
    [
      "AWS's mark",
      (handler) =>
        Object.assign(stream(handler), { [Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark')]: 5 }),
    ],
  ])('has as many bytes wait as %s says', async (_name, marked) => {
    const room: boolean[] = [];
    const result = await resultOf(
      marked(async (_event, responseStream) => {
        room.push(responseStream.write('four'), responseStream.write({}));
        responseStream.end();
      }),
    );

    expect(room).toEqual([true, false]);
    expect(result).toMatchObject({ payload: 'four{}' });
  });

  test('refuses a number of bytes that is none', () => {
    expect(() => awslambda.streamifyResponse(async () => {}, { highWaterMark: -1 })).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_OPTION',
        message: expect.stringContaining('whole number of bytes'),
      }),
    );
  });

  test.each<[string, StreamingHandler, unknown]>([
    [
      'throws before it writes',
      () => {
        throw new RangeError('no');
      },
      undefined,
    ],
    [
      'rejects before it writes',
      async () => {
        throw new RangeError('no');
      },
      undefined,
    ],
    ['destroys its stream before it writes', async (_event, out) => void out.destroy(new RangeError('no')), undefined],
    [
      'throws half-way',
      (_event, out) => {
        out.write('half');
        throw new RangeError('no');
      },
      'half',
    ],
    [
      'rejects half-way',
      async (_event, out) => {
        out.write('half');
        throw new RangeError('no');
      },
      'half',
    ],
    [
      'destroys its stream half-way',
      async (_event, out) => {
        out.write('half');
        out.destroy(new RangeError('no'));
      },
      'half',
    ],
  ])('fails: it %s', async (_name, handler, partialBody) => {
    const result = await resultOf(stream(handler));

    expect(result).toMatchObject({ status: 'function-error', error: { errorType: 'RangeError', errorMessage: 'no' } });
    expect('partialBody' in result ? String(result.partialBody) : undefined).toBe(partialBody);
  });

  test('that throws after its end has responded; the error is logged', async () => {
    await using loop = await serve(
      stream(async (_event, responseStream) => {
        responseStream.end('whole');
        throw new RangeError('after');
      }),
    );

    expect(await loop.api.invoke({})).toMatchObject({ status: 'success', payload: 'whole' });
    expect(loop.logged).toEqual([[expect.stringContaining('after it had responded'), expect.any(RangeError)]]);
  });

  test('that sets the content type too late has failed', async () => {
    const result = await resultOf(
      stream(async (_event, responseStream) => {
        responseStream.write('begun');
        responseStream.setContentType('text/plain');
      }),
    );

    expect(result).toMatchObject({ error: { errorMessage: expect.stringContaining('set it before') } });
  });

  test('is told when the Runtime API has gone', async () => {
    const closed = new Deferred<void>();
    await using loop = await serve(
      stream(async (_event, responseStream) => {
        responseStream.on('close', () => closed.resolve());
        responseStream.write('half');
        await closed.promise;
      }),
    );
    const invocation = loop.api.invoke('first');
    await invocation.chunks[Symbol.asyncIterator]().next();

    await loop.api.close();

    await closed.promise;
    expect(await loop.ended).toMatchObject({ code: 'ERR_RUNTIME_API_UNREACHABLE' });
  });
});

interface Writing {
  write(chunk: string): void;
  end(chunk?: string): void;
}

describe('settings of the function', () => {
  test('are missed by name', async () => {
    await using attached = await attach('node:http');
    const { AWS_LAMBDA_FUNCTION_NAME, AWS_LAMBDA_LOG_STREAM_NAME, ...environmentVariables } =
      attached.api.environmentVariables;

    const options = { client: attached.client, environmentVariables };
    await expect(runEventLoop(() => 1, options)).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTION',
      message: expect.stringContaining('AWS_LAMBDA_FUNCTION_NAME, AWS_LAMBDA_LOG_STREAM_NAME are missing or empty'),
    });
    expect(attached.api.transcript.filter(({ type }) => type === 'exchange')).toEqual([]);
  });

  test.each(['', '0', '-1', 'lots', '1.5'])('have no memory size of %j', async (AWS_LAMBDA_FUNCTION_MEMORY_SIZE) => {
    await using attached = await attach('node:http');
    const environmentVariables = { ...attached.api.environmentVariables, AWS_LAMBDA_FUNCTION_MEMORY_SIZE };

    await expect(runEventLoop(() => 1, { client: attached.client, environmentVariables })).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTION',
      message: expect.stringContaining('AWS_LAMBDA_FUNCTION_MEMORY_SIZE'),
    });
  });

  test.each([undefined, 'http://127.0.0.1:9001'])('have no address %j', async (AWS_LAMBDA_RUNTIME_API) => {
    await using attached = await attach('node:http');
    const environmentVariables = { ...attached.api.environmentVariables, AWS_LAMBDA_RUNTIME_API };

    await expect(runEventLoop(() => 1, { environmentVariables })).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTION',
      message: expect.stringContaining('AWS_LAMBDA_RUNTIME_API'),
    });
  });

  test('lead to the Runtime API', async () => {
    await using attached = await attach('node:http');
    const end = new AbortController();
    const { environmentVariables } = attached.api;
    const ended = runEventLoop((event) => event, { environmentVariables, signal: end.signal }).catch((e: unknown) => e);

    expect(await attached.api.invoke('hello')).toMatchObject({ status: 'success', payload: 'hello' });
    end.abort();
    expect(await ended).toMatchObject({ code: 'ERR_ABORTED' });
  });

  test('have no option of another name', async () => {
    const options = { singal: AbortSignal.abort() } as object;

    await expect(runEventLoop(() => 1, options)).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTION',
      message: expect.stringContaining('runEventLoop() has no option "singal". Did you mean "signal"?'),
    });
    expect(() => createRuntimeClient({ address: '127.0.0.1:9001', port: 1 } as never)).toThrow(
      'createRuntimeClient() has no option "port"',
    );
  });

  test('do without a handler never', async () => {
    await expect(runEventLoop('app.handler' as unknown as LambdaHandler)).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTION',
    });
  });
});
