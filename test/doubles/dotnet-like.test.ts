import { expect, test } from 'vitest';
import { openDouble, rulesBroken, testDouble, tooLarge, tooManyBytes } from './double.ts';

const stackTrace = ['at Function.Handler(String input)', 'at lambda_method(Closure , Stream , Stream )'];
const report = { errorType: 'UserNotFoundException', errorMessage: 'no such user', stackTrace };

testDouble({
  name: 'dotnet-like',
  failure: {
    status: 'function-error',
    posted: {
      error: report,
      body: JSON.stringify(report, null, 2),
      errorTypeHeader: 'UserNotFoundException',
      xrayCause: {
        working_directory: process.cwd(),
        exceptions: [
          {
            type: 'UserNotFoundException',
            message: 'no such user',
            stack: [{ path: 'Function.cs', line: 12, label: 'Function.Handler' }],
          },
        ],
        paths: ['Function.cs'],
        message: '',
      },
      headers: { 'content-type': 'application/vnd.aws.lambda.error+json', accept: 'application/json' },
    },
  },
  initFailure: {
    exit: { code: null, signal: 'SIGABRT' },
    error: { errorType: 'TypeInitializationException', errorMessage: 'no table name', stackTrace },
  },
  errorViolations: ['error-type-header-malformed'],
  quirks() {
    test('sends text beyond ASCII in a header as it is', async () => {
      await using scene = await openDouble('dotnet-like');

      expect(await scene.api.invoke({ op: 'fail', message: 'Grüße, 世界' })).toMatchObject({
        error: { errorMessage: 'Grüße, 世界' },
        xrayCause: { exceptions: [{ message: 'Grüße, 世界' }] },
      });
    });

    test('reads why its answer is not accepted, says so, and goes on', async () => {
      await using scene = await openDouble('dotnet-like');

      const result = await scene.api.invoke({ op: 'big', bytes: tooManyBytes });

      expect(result).toMatchObject({
        ...tooLarge,
        logs: { stderr: expect.stringContaining('RequestEntityTooLarge: Exceeded maximum allowed payload size') },
      });
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
      expect(scene.pids).toHaveLength(1);
      expect(rulesBroken(scene.api)).toEqual(['body-too-large']);
    });

    test('streams over a raw connection, and finds the length of the reply by a pattern', async () => {
      await using scene = await openDouble('dotnet-like');

      const result = await scene.api.invoke({ op: 'stream', chunks: ['one, ', 'two'] });

      expect(result).toMatchObject({
        status: 'success',
        streamed: true,
        contentType: 'application/vnd.awslambda.http-integration-response',
        prelude: { statusCode: 200 },
        body: Buffer.from('one, two'),
      });
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
      expect(scene.pids).toHaveLength(1);
      expect(scene.api.violations).toEqual([]);
    });

    test('ends a stream that fails with trailers', async () => {
      await using scene = await openDouble('dotnet-like');

      const result = await scene.api.invoke({ op: 'stream', chunks: ['half of '], error: 'disk on fire' });

      expect(result).toMatchObject({
        status: 'function-error',
        error: { errorType: 'IOException', errorMessage: 'disk on fire' },
        errorTypeHeader: 'IOException',
        prelude: { statusCode: 200 },
        partialBody: Buffer.from('half of '),
      });
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
      expect(scene.pids).toHaveLength(1);
    });
  },
});
