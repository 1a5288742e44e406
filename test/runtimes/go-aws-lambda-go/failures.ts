import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { createRuntimeApi, type RuntimeApi } from '../../../src/index.ts';
import type { BuiltRuntime } from '../behaviours.ts';

/** What becomes of errors, panics and exits. */
export function testFailures({ start, options }: BuiltRuntime): void {
  describe('reports', () => {
    test('the name of the type of an error, also behind a pointer', async () => {
      const types = [];
      for (const handlerName of ['*Failed', 'fmt.Errorf', 'errors.New']) {
        await using api = await start({ handlerName });
        const result = await api.invoke(1);
        types.push(result.status === 'function-error' && result.error.errorType);
      }

      expect(types).toEqual(['Failed', 'wrapError', 'errorString']);
    });

    test('an error in the body, in the X-Ray cause and on stderr, and in no header', async () => {
      await using api = await start();

      const result = await api.invoke({ op: 'fail' });

      if (result.status !== 'function-error') throw new Error('the handler did not fail');
      expect(result.errorTypeHeader).toBeUndefined();
      expect(result.xrayCause).toEqual({
        working_directory: process.cwd(),
        exceptions: [{ type: 'Failed', message: 'as asked', stack: [] }],
        paths: [],
        message: '',
      });
      expect(result.logs.stderr).toMatch(/^[\d/]+ [\d:]+ {"errorMessage":"as asked","errorType":"Failed"}\n$/);
    });

    test('an X-Ray cause up to 1 MiB', async () => {
      await using api = await start({ handlerName: 'errors.New' });
      const causes = [];
      for (const length of [10, 300_000, 600_000]) {
        const result = await api.invoke(length);
        if (result.status !== 'function-error') throw new Error('the handler did not fail');
        expect(result.error.errorMessage === 'é'.repeat(length)).toBe(true);
        causes.push(result.xrayCause);
      }

      // What is over 64 KiB is cut, as Lambda cuts it; the last one was not sent.
      expect(causes[0]?.exceptions[0]?.message).toBe('é'.repeat(10));
      expect(causes[1]?.exceptions).toEqual([]);
      expect(causes[2]).toBeUndefined();
      expect(api.violations).toEqual([]);
    });

    test('events that do not suit the type of the handler', async () => {
      await using api = await start({ handlerName: 'func(T) (U, error)' });

      expect(await api.invoke({ name: 7 })).toMatchObject({
        status: 'function-error',
        error: { errorType: 'UnmarshalTypeError', errorMessage: expect.stringContaining('person.name of type string') },
      });
      expect(await api.invoke({ raw: '{"name":' })).toMatchObject({ error: { errorMessage: 'unexpected EOF' } });
      expect(await api.invoke({ raw: '' })).toMatchObject({ error: { errorType: 'errorString', errorMessage: 'EOF' } });
      expect(await api.invoke({ raw: 'no' })).toMatchObject({ error: { errorType: 'SyntaxError' } });
    });

    test('answers that JSON cannot hold', async () => {
      await using api = await start({ handlerName: 'a channel' });

      expect(await api.invoke(1)).toMatchObject({
        status: 'function-error',
        error: { errorType: 'UnsupportedTypeError', errorMessage: 'json: unsupported type: chan int' },
      });
    });

    for (const { handlerName, errorMessage } of misfits) {
      test(`a handler that is ${handlerName}, at each invocation`, async () => {
        await using api = await start({ handlerName });

        expect(await api.ready()).toMatchObject({ status: 'ready' });
        for (const event of [1, 2]) {
          const result = await api.invoke(event);

          expect(result).toMatchObject({
            status: 'function-error',
            error: { errorType: 'errorString', errorMessage: expect.stringContaining(errorMessage) },
          });
        }
        expect(startsOf(api)).toBe(1);
      });
    }

    test('an answer that fails half-way, in trailers that every POST announces', async () => {
      await using api = await start({ handlerName: 'io.Reader that fails' });

      const result = await api.invoke('half of it');

      expect(result).toMatchObject({
        status: 'function-error',
        error: { errorType: 'Failed', errorMessage: 'as asked' },
        partialBody: Buffer.from('half of it'),
      });
      expect(trailersOf(api)).toEqual([['lambda-runtime-function-error-body', 'lambda-runtime-function-error-type']]);
      expect(api.violations).toEqual([]);
    });
  });

  describe('after a panic', () => {
    for (const { value, errorType, errorMessage } of panics) {
      test(`(${value}) posts the error, and exits`, async () => {
        await using api = await start({ handlerName: 'panics' });

        const result = await api.invoke(value);
        const next = await api.invoke(value);

        expect(result).toMatchObject({
          status: 'runtime-exit',
          exit: { code: 1, signal: null },
          response: { kind: 'error', error: { errorType, errorMessage: expect.stringContaining(errorMessage) } },
        });
        expect(result.logs.stderr).toContain('resulted in a panic, the process should exit');
        expect(next.status).toBe('runtime-exit');
        expect(startsOf(api)).toBe(2);
        expect(api.violations).toEqual([]);
      });
    }

    test('says where it was', async () => {
      await using api = await start({ handlerName: 'panics' });

      const result = await api.invoke('as asked');

      if (result.status !== 'runtime-exit' || result.response?.kind !== 'error') throw new Error('no panic was posted');
      const { error, xrayCause } = result.response;
      expect(error.stackTrace).toContainEqual({
        path: 'fixture/handlers.go',
        line: expect.any(Number),
        label: 'panics',
      });
      expect(xrayCause?.exceptions).toEqual([{ type: 'string', message: 'as asked', stack: error.stackTrace }]);
      expect(xrayCause?.paths).toContain('fixture/handlers.go');
    });

    test('in another goroutine, exits with code 2 and posts nothing', async () => {
      await using api = await start({ handlerName: 'a goroutine' });

      const result = await api.invoke(1);

      expect(result).toMatchObject({ status: 'runtime-exit', exit: { code: 2, signal: null } });
      expect(result).not.toHaveProperty('response');
      expect(result.logs.stderr).toMatch(/^panic: out of reach\n\ngoroutine \d+/);
    });
  });

  describe('ends the context of the handler', () => {
    const ended = { errorType: 'deadlineExceededError', errorMessage: 'context deadline exceeded' };

    test('at the deadline that was told, however far the enforced one is', async () => {
      await using api = await start({ handlerName: 'waits for its deadline' });

      const deadline = new Date(Date.now() + 50);
      const result = await api.invoke(1, { deadline });

      expect(result).toMatchObject({ status: 'function-error', error: ended });
      expect(Date.now()).toBeGreaterThanOrEqual(deadline.getTime());
    });

    test('at once, if the deadline has passed', async () => {
      await using api = await start({ handlerName: 'waits for its deadline' });

      const result = await api.invoke(1, { deadline: new Date(1000) });

      expect(result).toMatchObject({ status: 'function-error', error: ended });
    });
  });

  test('exits when its answer comes too late, if it was not killed', async () => {
    await using api = await createRuntimeApi({ handlerName: 'waits for stdin' });
    const [file = ''] = options().command ?? [];
    const runtime = spawn(file, { env: api.environmentVariables, stdio: ['pipe', 'ignore', 'pipe'] });
    const stderr = runtime.stderr.toArray();
    const hanging = api.invoke(1);
    await hanging.delivered;
    hanging.expire();
    await hanging;

    runtime.stdin.end();

    expect(await once(runtime, 'exit')).toEqual([1, null]);
    expect(Buffer.concat(await stderr).toString()).toMatch(/\/response: got unexpected status code: 410\n$/);
  });

  test('exits when its answer is too large, and is replaced', async () => {
    await using api = await start({ onViolation: 'record' });

    const result = await api.invoke({ op: 'big', bytes: 6_291_557 });
    const next = await api.invoke('next');

    expect(result).toMatchObject({ status: 'function-error', error: { errorType: 'Function.ResponseSizeTooLarge' } });
    expect(result).toMatchObject({ exit: { code: 1, signal: null } });
    expect(next).toMatchObject({ status: 'success', payload: 'next' });
    expect(startsOf(api)).toBe(2);
    expect(api.violations).toMatchObject([{ rule: 'body-too-large' }]);
  });
}

/** What lambda.Start() accepts all the same. */
const misfits = [
  { handlerName: 'nil', errorMessage: 'handler is nil' },
  { handlerName: 'no function', errorMessage: 'handler kind string is not func' },
  { handlerName: 'func() string', errorMessage: 'returns a single value, but it does not implement error' },
  { handlerName: 'func() (U, U, error)', errorMessage: 'may not return more than two values' },
  { handlerName: 'func(T, U)', errorMessage: 'takes two arguments, but the first is not Context' },
  { handlerName: 'func(context.Context, T, U)', errorMessage: 'may not take more than two arguments' },
];

const panics = [
  { value: 'as asked', errorType: 'string', errorMessage: 'as asked' },
  { value: 'error', errorType: 'Failed', errorMessage: 'as asked' },
  { value: 'index', errorType: 'boundsError', errorMessage: 'runtime error: slice bounds out of range' },
];

function startsOf(api: RuntimeApi): number {
  return api.transcript.filter(({ type }) => type === 'runtime.started').length;
}

/** The trailers that each POST announces, sorted, in small letters. */
function trailersOf(api: RuntimeApi): string[][] {
  return api.transcript
    .filter((entry) => entry.type === 'exchange')
    .filter(({ method }) => method === 'POST')
    .map(({ requestHeaders: { trailer = '' } }) => [trailer].flat().join().toLowerCase().split(/, */).sort());
}
