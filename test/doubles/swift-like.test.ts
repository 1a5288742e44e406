import { expect, test } from 'vitest';
import { openDouble, requestHeaders, rulesBroken, testDouble, tooLarge, tooManyBytes } from './double.ts';

const mebibyte = 1024 * 1024;

testDouble({
  name: 'swift-like',
  failure: {
    status: 'function-error',
    posted: {
      error: { errorType: 'FunctionError', errorMessage: 'no such user' },
      body: '{"errorType":"FunctionError","errorMessage":"no such user"}',
      errorTypeHeader: 'Unhandled',
      headers: { 'transfer-encoding': 'chunked', 'content-type': undefined, 'content-length': undefined },
    },
  },
  initFailure: {
    exit: { code: null, signal: 'SIGILL' },
    error: { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('signal: illegal instruction') },
  },
  initErrorViolations: [],
  quirks() {
    test('gives an answer its length, and one of 6 000 000 bytes or more none', async () => {
      await using scene = await openDouble('swift-like');

      await scene.api.invoke({ op: 'big', bytes: 5_999_999 });
      const small = requestHeaders(scene.api, '/response');
      const result = await scene.api.invoke({ op: 'big', bytes: 6_000_000 });
      const large = requestHeaders(scene.api, '/response');

      expect(small).toMatchObject({ 'content-length': '5999999' });
      expect(large).toMatchObject({ 'transfer-encoding': 'chunked' });
      expect(result).toHaveProperty('body.length', 6_000_000);
      expect(scene.api.violations).toEqual([]);
    });

    test('dies when its answer is not accepted', async () => {
      await using scene = await openDouble('swift-like');

      const result = await scene.api.invoke({ op: 'big', bytes: tooManyBytes });

      expect(result).toMatchObject({
        ...tooLarge,
        exit: { code: null, signal: 'SIGILL' },
        logs: { stderr: expect.stringContaining('unexpectedStatusCodeForRequest(413)') },
      });
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
    });

    test('leaves without a word at an event of more than 6 MiB, which Lambda allows', async () => {
      await using scene = await openDouble('swift-like');

      const result = await scene.api.invoke({ raw: `"${'x'.repeat(6 * mebibyte)}"` });

      expect(result).toMatchObject({ status: 'runtime-exit', exit: { code: 0, signal: null } });
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
    });

    test('streams, and gives a type only with a prelude', async () => {
      await using scene = await openDouble('swift-like');

      const plain = await scene.api.invoke({ op: 'stream', chunks: ['one, ', 'two'] });
      const web = await scene.api.invoke({ op: 'stream', chunks: ['made'], prelude: { statusCode: 201 } });

      expect(plain).toMatchObject({ status: 'success', streamed: true, body: Buffer.from('one, two') });
      expect(plain).not.toHaveProperty('contentType');
      expect(web).toMatchObject({
        contentType: 'application/vnd.awslambda.http-integration-response',
        prelude: { statusCode: 201 },
        body: Buffer.from('made'),
      });
      expect(scene.api.violations).toEqual([]);
    });

    test('ends a stream that fails with a trailer that says it lacks base64, which breaks a rule', async () => {
      await using scene = await openDouble('swift-like');

      const result = await scene.api.invoke({ op: 'stream', chunks: ['half of '], error: 'disk on fire' });

      expect(result).toMatchObject({
        status: 'function-error',
        error: { errorType: 'Unhandled', errorMessage: 'Requires base64' },
        body: Buffer.from('Requires base64'),
        errorTypeHeader: 'Unhandled',
        partialBody: Buffer.from('half of '),
      });
      expect(rulesBroken(scene.api)).toEqual(['error-body-not-base64']);
      expect(scene.api.violations).toMatchObject([{ message: expect.stringContaining('Requires base64') }]);
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
      expect(scene.pids).toHaveLength(1);
    });
  },
});
