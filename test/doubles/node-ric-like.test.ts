import { expect, test } from 'vitest';
import { openDouble, requestHeaders, rulesBroken, testDouble, tooLarge, tooManyBytes } from './double.ts';

const trace = ['Error: no such user', '    at Runtime.handler (/var/task/app.js:3:9)'];

testDouble({
  name: 'node-ric-like',
  failure: {
    status: 'function-error',
    posted: {
      error: { errorType: 'Error', errorMessage: 'no such user', stackTrace: trace },
      body: JSON.stringify({ errorType: 'Error', errorMessage: 'no such user', trace }),
      xrayCause: {
        working_directory: process.cwd(),
        exceptions: [
          {
            type: 'Error',
            message: 'no such user',
            stack: [{ path: '/var/task/app.js', line: 3, label: 'Runtime.handler' }],
          },
        ],
        paths: ['/var/task/app.js'],
        message: '',
      },
      headers: {
        'user-agent': 'AWS_Lambda_Cpp/0.2.6',
        'content-type': 'application/json',
        'lambda-runtime-function-error-type': undefined,
      },
    },
  },
  initFailure: {
    exit: { code: 1, signal: null },
    error: {
      errorType: 'Runtime.HandlerNotFound',
      errorMessage: 'function.handler is undefined or not exported',
      stackTrace: [expect.stringContaining('Runtime.HandlerNotFound')],
    },
  },
  quirks() {
    test('polls over four connections in turn, and answers over a fifth', async () => {
      await using scene = await openDouble('node-ric-like');

      for (let round = 1; round <= 9; round++) {
        expect(await scene.api.invoke({ round })).toMatchObject({ status: 'success', payload: { round } });
      }
      expect(requestHeaders(scene.api, '/next')).toMatchObject({ 'user-agent': 'AWS_Lambda_Cpp/0.2.6' });
      expect(scene.api.violations).toEqual([]);
      await scene.expectNothingLeft();
    });

    test('does not notice that its answer is not accepted', async () => {
      await using scene = await openDouble('node-ric-like');

      expect(await scene.api.invoke({ op: 'big', bytes: tooManyBytes })).toMatchObject(tooLarge);
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
      expect(scene.pids).toHaveLength(1);
      expect(rulesBroken(scene.api)).toEqual(['body-too-large']);
    });

    test('answers undefined with null', async () => {
      await using scene = await openDouble('node-ric-like');

      expect(await scene.api.invoke({ op: 'nothing' })).toMatchObject({ status: 'success', payload: null });
    });

    test('ends with code 0 and without an answer when there is nothing left to wait for', async () => {
      await using scene = await openDouble('node-ric-like');

      const result = await scene.api.invoke({ op: 'forget' });

      expect(result).toMatchObject({
        status: 'runtime-exit',
        exit: { code: 0, signal: null },
        error: {
          errorMessage: expect.stringContaining('Runtime exited without providing a reason'),
        },
      });
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
    });

    test.each([
      ['an empty event', { raw: '' }, {}],
      ['a client context that is not JSON', {}, { clientContext: { raw: 'not JSON' } }],
    ])('exits with code 1 at %s, without an answer', async (_what, event, options) => {
      await using scene = await openDouble('node-ric-like');

      expect(await scene.api.invoke(event, options)).toMatchObject({
        status: 'runtime-exit',
        exit: { code: 1, signal: null },
        logs: { stderr: expect.stringContaining('SyntaxError') },
      });
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
    });

    test('streams over a connection of its own', async () => {
      await using scene = await openDouble('node-ric-like');

      const plain = await scene.api.invoke({ op: 'stream', chunks: ['one, ', 'two'] });
      const prelude = { statusCode: 404, headers: {}, cookies: [] };
      const web = await scene.api.invoke({ op: 'stream', chunks: ['lost'], prelude });

      expect(plain).toMatchObject({
        status: 'success',
        streamed: true,
        contentType: 'application/octet-stream',
        body: Buffer.from('one, two'),
      });
      expect(web).toMatchObject({
        contentType: 'application/vnd.awslambda.http-integration-response',
        prelude,
        body: Buffer.from('lost'),
      });
      expect(scene.pids).toHaveLength(1);
      expect(scene.api.violations).toEqual([]);
    });

    test('ends a stream that fails with trailers, its trace among them', async () => {
      await using scene = await openDouble('node-ric-like');

      const result = await scene.api.invoke({ op: 'stream', chunks: ['half of '], error: 'disk on fire' });

      expect(result).toMatchObject({
        status: 'function-error',
        error: { errorType: 'Error', errorMessage: 'disk on fire', stackTrace: ['Error: disk on fire', trace[1]] },
        errorTypeHeader: 'Error',
        partialBody: Buffer.from('half of '),
      });
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
      expect(scene.pids).toHaveLength(1);
    });
  },
});
