import { expect, test } from 'vitest';
import { openDouble, requestHeaders, rulesBroken, testDouble, tooLarge, tooManyBytes } from './double.ts';

testDouble({
  name: 'go-like',
  failure: {
    status: 'function-error',
    posted: {
      error: { errorMessage: 'no such user', errorType: 'userError' },
      body: '{"errorMessage":"no such user","errorType":"userError"}',
      xrayCause: {
        working_directory: process.cwd(),
        exceptions: [{ type: 'userError', message: 'no such user', stack: [] }],
        paths: [],
        message: '',
      },
      headers: {
        'content-type': 'application/json',
        'transfer-encoding': 'chunked',
        'content-length': undefined,
        'lambda-runtime-function-error-type': undefined,
      },
    },
  },
  initFailure: {
    exit: { code: 1, signal: null },
    error: { errorType: 'Runtime.ExitError' },
    logs: { stderr: expect.stringContaining('no table name') },
  },
  quirks() {
    test('sends every answer in chunks, announces trailers, and gives no length', async () => {
      await using scene = await openDouble('go-like');

      await scene.api.invoke({});

      const headers = requestHeaders(scene.api, '/response');
      expect(headers).toMatchObject({
        'transfer-encoding': 'chunked',
        trailer: 'Lambda-Runtime-Function-Error-Body,Lambda-Runtime-Function-Error-Type',
      });
      expect(headers).not.toHaveProperty('content-length');
    });

    test('exits with code 1 when its answer is not accepted', async () => {
      await using scene = await openDouble('go-like');

      const result = await scene.api.invoke({ op: 'big', bytes: tooManyBytes });

      expect(result).toMatchObject({
        ...tooLarge,
        exit: { code: 1, signal: null },
        logs: { stderr: expect.stringContaining('got unexpected status code: 413') },
      });
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
      expect(rulesBroken(scene.api)).toEqual(['body-too-large']);
      await scene.expectNothingLeft();
    });

    test('reports events and contexts that it cannot read, and goes on', async () => {
      await using scene = await openDouble('go-like');

      const results = [
        await scene.api.invoke({ raw: '' }),
        await scene.api.invoke({ raw: '{' }),
        await scene.api.invoke({}, { clientContext: { raw: 'not JSON' } }),
        await scene.api.invoke({}, { cognitoIdentity: { raw: 'not JSON' } }),
      ];

      expect(results).toMatchObject([
        { status: 'function-error', error: { errorType: 'errorString', errorMessage: 'EOF' } },
        { status: 'function-error', error: { errorType: 'SyntaxError' } },
        { status: 'function-error', error: { errorMessage: expect.stringContaining('client context') } },
        { status: 'function-error', error: { errorMessage: expect.stringContaining('cognito identity') } },
      ]);
      expect(scene.pids).toHaveLength(1);
      expect(scene.api.violations).toEqual([]);
    });

    test('reports a panic with its frames, then exits with code 1', async () => {
      await using scene = await openDouble('go-like');

      const result = await scene.api.invoke({ op: 'panic' });

      expect(result).toMatchObject({
        status: 'runtime-exit',
        exit: { code: 1, signal: null },
        response: {
          kind: 'error',
          error: {
            errorType: 'boundsError',
            errorMessage: 'index out of range',
            stackTrace: [{ path: 'github.com/example/function/main.go', line: 12, label: 'main.handler' }],
          },
        },
        message: expect.stringContaining('the process should exit'),
      });
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
      expect(scene.api.violations).toEqual([]);
    });

    test('ends a body that it cannot read on with trailers, without having announced a stream', async () => {
      await using scene = await openDouble('go-like');

      const result = await scene.api.invoke({ op: 'stream-fail' });

      expect(result).toMatchObject({
        status: 'function-error',
        error: { errorType: 'errorString', errorMessage: 'disk on fire' },
        errorTypeHeader: 'errorString',
        partialBody: Buffer.from('0123456789'),
      });
      expect(requestHeaders(scene.api, '/response')).not.toHaveProperty('lambda-runtime-function-response-mode');
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
      expect(scene.pids).toHaveLength(1);
    });
  },
});
