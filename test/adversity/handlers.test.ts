import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { awslambda } from '../../src/client/index.ts';
import { createRuntimeApi, type HarnessError, type Invocation, type LambdaHandler } from '../../src/index.ts';

const forever = (): Promise<never> => new Promise(() => {});

/** Refuses to be looked at in any way. */
function untouchable(): object {
  const refuse = (): never => {
    throw new Error('hands off');
  };
  return new Proxy({}, { get: refuse, has: refuse, ownKeys: refuse, getPrototypeOf: refuse });
}

async function endOf(invocation: Invocation): Promise<string> {
  try {
    const result = await invocation;
    return 'error' in result ? `${result.status} ${result.error.errorType}` : `${result.status} ${result.payload}`;
  } catch (error) {
    return (error as HarnessError).code;
  }
}

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);

beforeEach(() => {
  unhandled.length = 0;
  process.prependListener('unhandledRejection', note);
});

afterEach(() => {
  process.off('unhandledRejection', note);
});

const hostile: readonly (readonly [string, string, LambdaHandler])[] = [
  [
    'throws after it has called back',
    'success 1',
    (_event, _context, callback) => {
      callback(null, 1);
      throw new Error('late');
    },
  ],
  [
    'calls back three times',
    'success 1',
    (_event, _context, callback) => {
      callback(null, 1);
      callback(new Error('second'));
      callback(null, 3);
    },
  ],
  [
    'calls back and rejects',
    'success 1',
    async (_event, _context, callback) => {
      callback(null, 1);
      throw new Error('late');
    },
  ],
  [
    'calls back again when the next event is there',
    'success 1',
    (_event, _context, callback) => {
      callback(null, 1);
      setImmediate(() => callback(new Error('from the past')));
    },
  ],
  ['throws nothing at all', 'function-error undefined', () => Promise.reject()],
  ['throws what cannot be looked at', 'function-error object', () => Promise.reject(untouchable())],
  [
    'throws an error that is its own cause',
    'function-error Error',
    () => {
      const error = new Error('circular');
      error.cause = error;
      throw error;
    },
  ],
  [
    'throws an error with a thousand causes',
    'function-error Error',
    () => {
      let error = new Error('first');
      for (let count = 0; count < 1000; count++) error = new Error('next', { cause: error });
      throw error;
    },
  ],
  [
    'throws an error larger than a response',
    'function-error Function.ResponseSizeTooLarge',
    () => Promise.reject(new Error('x'.repeat(7_000_000))),
  ],
  ['returns what cannot be looked at', 'function-error Error', () => Promise.resolve(untouchable())],
  ['returns a number too large for JSON', 'function-error Runtime.JSONStringifyError', () => Promise.resolve(1n)],
  [
    'returns a promise that resolves twice',
    'success 1',
    () => ({
      // biome-ignore lint/suspicious/noThenProperty: that is what the handler does wrong.
      then(resolve: (value: number) => void, reject: (error: Error) => void) {
        resolve(1);
        reject(new Error('and no'));
      },
    }),
  ],
  [
    'returns a stream that fails at once',
    'function-error Error',
    () => Promise.resolve(new Readable({ read: () => {} }).destroy(new Error('broken'))),
  ],
  [
    'returns a stream that fails half-way',
    'function-error Error',
    async () => {
      const stream = new PassThrough();
      stream.write('half');
      setImmediate(() => stream.destroy(new Error('broken')));
      return stream;
    },
  ],
  [
    'returns a generator that throws',
    'function-error RangeError',
    async () =>
      (async function* () {
        yield 'half';
        throw new RangeError('broken');
      })(),
  ],
  [
    'streams null',
    'function-error TypeError',
    awslambda.streamifyResponse(async (_event, stream) => {
      stream.write(null);
    }),
  ],
  [
    'ends its stream twice',
    'function-error Error',
    awslambda.streamifyResponse(async (_event, stream) => {
      stream.end('x');
      stream.end('y');
    }),
  ],
  [
    'throws after the end of its stream',
    'success x',
    awslambda.streamifyResponse(async (_event, stream) => {
      stream.end('x');
      throw new Error('late');
    }),
  ],
  [
    'destroys its stream',
    'function-error Error',
    awslambda.streamifyResponse(async (_event, stream) => {
      stream.destroy();
    }),
  ],
  [
    'sets a content type that no header can carry',
    'function-error HarnessError',
    awslambda.streamifyResponse(async (_event, stream) => {
      stream.setContentType('text/plain\r\nX-Smuggled: 1');
      stream.end('x');
    }),
  ],
];

test.each(hostile)('a handler that %s ends as %s, twice, by the same runtime', async (_what, end, handler) => {
  await using api = await createRuntimeApi({ handler });

  expect(await endOf(api.invoke({}))).toBe(end);
  expect(await endOf(api.invoke({}))).toBe(end);

  expect(api.transcript.filter(({ type }) => type === 'platform.initStart')).toHaveLength(1);
  await api.close();
  expect(unhandled).toEqual([]);
});

const hanging: readonly (readonly [string, LambdaHandler])[] = [
  ['never resolves', forever],
  ['never calls back', (_event, _context, _callback) => {}],
  ['returns a stream without an end', async () => new PassThrough()],
  [
    'returns a generator that stops half-way',
    async () =>
      (async function* () {
        yield 'half';
        await forever();
      })(),
  ],
  [
    'streams half',
    awslambda.streamifyResponse(async (_event, stream) => {
      stream.write('half');
      await forever();
    }),
  ],
  [
    'returns a stream that floods',
    async () =>
      (async function* () {
        for (;;) yield Buffer.alloc(64 * 1024);
      })(),
  ],
];

describe.each(hanging)('a handler that %s', (_what, handler) => {
  test.each([
    ['expire()', 'timeout Sandbox.Timedout'],
    ['an AbortSignal', 'ERR_ABORTED'],
    ['reset()', 'ERR_RESET'],
    ['close()', 'ERR_CLOSED'],
  ])('is given up by %s', async (what, end) => {
    await using api = await createRuntimeApi({ handler, timeoutMs: Number.POSITIVE_INFINITY });
    const giveUp = new AbortController();
    const invocation = api.invoke({}, { invokeMode: 'response-stream', signal: giveUp.signal });
    const waiting = api.invoke({}, { invokeMode: 'response-stream' });
    const ends = Promise.all([endOf(invocation), endOf(waiting)]);
    await invocation.delivered;

    if (what === 'expire()') invocation.expire();
    else if (what === 'an AbortSignal') giveUp.abort();
    else if (what === 'reset()') await api.reset();
    else await api.close();
    // The one behind it has a runtime of its own by now, if it was not discarded, too.
    if (what === 'expire()' || what === 'an AbortSignal') {
      await waiting.delivered;
      await api.close();
    }

    expect(await ends).toEqual([end, what === 'reset()' ? 'ERR_RESET' : 'ERR_CLOSED']);
    expect(unhandled).toEqual([]);
  });
});

test('a hundred APIs whose handlers hang are closed at once', async () => {
  const apis = await Promise.all(Array.from({ length: 100 }, () => createRuntimeApi({ handler: forever })));
  const invocations = apis.map((api) => api.invoke({}));
  const ends = Promise.all(invocations.map(endOf));
  await Promise.all(invocations.map(({ delivered }) => delivered));

  await Promise.all(apis.map((api) => api.close()));

  expect(new Set(await ends)).toEqual(new Set(['ERR_CLOSED']));
  expect(unhandled).toEqual([]);
});

test('a handler that waits for an invocation of its own API runs into its timeout, and the API goes on', async () => {
  await using api = await createRuntimeApi({
    handler: async (event) => (event === 'outer' ? api.invoke('inner') : event),
    timeoutMs: 50,
  });

  expect(await endOf(api.invoke('outer'))).toBe('timeout Sandbox.Timedout');
  expect(await endOf(api.invoke('after'))).toBe('success after');
});
