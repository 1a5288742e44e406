import { expect, test } from 'vitest';
import { announced } from '../helpers/wire-client.ts';
import { openDouble, requestHeaders, rulesBroken, testDouble, tooLarge, tooManyBytes } from './double.ts';

const stackTrace = ['com.example.Function.handle(Function.java:12)'];

testDouble({
  name: 'java-like',
  failure: {
    status: 'function-error',
    posted: {
      error: { errorMessage: 'no such user', errorType: 'com.example.UserNotFound', stackTrace },
      body: JSON.stringify({ errorMessage: 'no such user', errorType: 'com.example.UserNotFound', stackTrace }),
      errorTypeHeader: 'Runtime.UserException',
      xrayCause: {
        working_directory: process.cwd(),
        exceptions: [
          {
            message: 'no such user',
            type: 'com.example.UserNotFound',
            stack: [{ label: 'handle', path: 'Function.java', line: 12 }],
          },
        ],
        paths: ['Function.java'],
        message: '',
      },
      headers: { accept: 'text/html, image/gif, image/jpeg, */*; q=0.2' },
    },
  },
  initFailure: {
    exit: { code: 1, signal: null },
    error: { errorMessage: 'no table name', errorType: 'java.lang.ExceptionInInitializerError', stackTrace },
  },
  quirks() {
    test('posts answers and errors by two HTTP stacks', async () => {
      await using scene = await openDouble('java-like');

      await scene.api.invoke({ op: 'fail' });
      await scene.api.invoke({});

      expect(requestHeaders(scene.api, '/error')).toMatchObject({ connection: 'keep-alive' });
      const headers = requestHeaders(scene.api, '/response');
      expect(headers).toMatchObject({ accept: '*/*', 'content-type': 'application/json' });
      expect(headers).not.toHaveProperty('connection');
    });

    test('reports that its answer was not accepted, which is refused, and exits with code 1', async () => {
      await using scene = await openDouble('java-like');

      const result = await scene.api.invoke({ op: 'big', bytes: tooManyBytes });

      expect(result).toMatchObject({ ...tooLarge, exit: { code: 1, signal: null } });
      expect(rulesBroken(scene.api)).toEqual(['body-too-large', 'second-answer']);
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
    });

    test('reports an error of the virtual machine and ends with code 0', async () => {
      await using scene = await openDouble('java-like');

      const result = await scene.api.invoke({ op: 'fatal' });

      expect(result).toMatchObject({
        status: 'runtime-exit',
        exit: { code: 0, signal: null },
        response: { kind: 'error', error: { errorType: 'java.lang.OutOfMemoryError' } },
      });
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
    });

    test('reports a missing class at each event', async () => {
      await using scene = await openDouble('java-like');

      const results = [await scene.api.invoke({ op: 'no-class' }), await scene.api.invoke({ op: 'no-class' })];

      const expected = { status: 'function-error', errorTypeHeader: 'Runtime.BadFunctionCode' };
      expect(results).toMatchObject([expected, expected]);
      expect(scene.pids).toHaveLength(1);
    });

    test('reports an event that it cannot read, and goes on', async () => {
      await using scene = await openDouble('java-like');

      expect(await scene.api.invoke({ raw: '' })).toMatchObject({
        status: 'function-error',
        error: { errorMessage: 'An error occurred during JSON parsing' },
      });
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
      expect(scene.pids).toHaveLength(1);
    });

    test('has time left if there is no timeout, although it counts in 32 bits', async () => {
      await using scene = await openDouble('java-like', { timeoutMs: Number.POSITIVE_INFINITY });

      const result = await scene.api.invoke<number>({ op: 'remaining' });

      expect(result).toMatchObject({ status: 'success', payload: expect.any(Number) });
      expect((result as { payload: number }).payload).toBeGreaterThan(24 * 24 * 3_600_000);
    });

    test('exits with a code at SIGTERM, not by the signal', async () => {
      await using scene = await openDouble('java-like');
      await scene.api.ready();
      const exited = announced(scene.api, 'runtime.exited');

      process.kill(scene.pids[0] ?? 0, 'SIGTERM');

      expect(await exited).toMatchObject({ exitCode: 143, signal: null });
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
    });
  },
});
