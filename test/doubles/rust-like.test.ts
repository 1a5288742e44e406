import { expect, test } from 'vitest';
import { openDouble, requestHeaders, testDouble, tooLarge, tooManyBytes } from './double.ts';

const boxedError = '&alloc::boxed::Box<dyn core::error::Error + core::marker::Send + core::marker::Sync>';

testDouble({
  name: 'rust-like',
  failure: {
    status: 'function-error',
    posted: {
      error: { errorType: boxedError, errorMessage: 'no such user' },
      body: JSON.stringify({ errorType: boxedError, errorMessage: 'no such user' }),
      errorTypeHeader: 'unhandled',
      headers: { 'content-type': undefined, 'transfer-encoding': undefined },
    },
  },
  initFailure: { exit: { code: 1, signal: null }, logs: { stderr: expect.stringContaining('no table name') } },
  initErrorViolations: [],
  quirks() {
    test('gives its answers a length, the invocation ID, and no type', async () => {
      await using scene = await openDouble('rust-like');

      const result = await scene.api.invoke({});

      expect(result).not.toHaveProperty('contentType');
      const headers = requestHeaders(scene.api, '/response');
      expect(headers).toMatchObject({ 'content-length': '2', 'lambda-runtime-invocation-id': expect.any(String) });
      expect(headers).not.toHaveProperty('content-type');
    });

    test('reports a panic and lives on', async () => {
      await using scene = await openDouble('rust-like');

      const result = await scene.api.invoke({ op: 'panic', message: 'index out of bounds' });

      expect(result).toMatchObject({
        status: 'function-error',
        error: { errorMessage: 'Lambda panicked: index out of bounds' },
      });
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
      expect(scene.pids).toHaveLength(1);
    });

    test('does not notice that its answer is not accepted', async () => {
      await using scene = await openDouble('rust-like');

      expect(await scene.api.invoke({ op: 'big', bytes: tooManyBytes })).toMatchObject(tooLarge);
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
      expect(scene.pids).toHaveLength(1);
    });

    test.each([
      ['is not JSON', { raw: 'not JSON' }],
      ['holds a number where it wants a string', { custom: { retries: 3 } }],
    ])('exits with code 1 if the client context %s, without an answer', async (_flaw, clientContext) => {
      await using scene = await openDouble('rust-like');

      const result = await scene.api.invoke({}, { clientContext });

      expect(result).toMatchObject({ status: 'runtime-exit', exit: { code: 1, signal: null } });
      expect(await scene.api.invoke({}, { clientContext: { custom: { text: 'Grüße' } } })).toMatchObject({
        status: 'success',
      });
      expect(scene.api.violations).toEqual([]);
    });

    test('streams a prelude, 8 NUL bytes and the body', async () => {
      await using scene = await openDouble('rust-like');
      const prelude = { statusCode: 201, headers: { 'content-type': 'text/plain' }, cookies: ['a=b'] };

      const result = await scene.api.invoke({ op: 'stream', chunks: ['one, ', 'two'], prelude });

      expect(result).toMatchObject({
        status: 'success',
        streamed: true,
        contentType: 'application/vnd.awslambda.http-integration-response',
        prelude,
        body: Buffer.from('one, two'),
      });
      expect(requestHeaders(scene.api, '/response').trailer).toBe(
        'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body',
      );
      expect(scene.api.violations).toEqual([]);
    });

    // Lambda does not read the body of a stream: its caller gets the text, and no error.
    test('breaks a rule when it sends the trailers of a failed stream as a part of the body', async () => {
      await using scene = await openDouble('rust-like');

      const result = await scene.api.invoke({ op: 'stream', chunks: ['half of '], error: 'disk on fire' });

      const error = Buffer.from('disk on fire').toString('base64');
      const text = `Lambda-Runtime-Function-Error-Type: Runtime.StreamError\r\nLambda-Runtime-Function-Error-Body: ${error}\r\n`;
      expect(result).toMatchObject({ status: 'success', streamed: true, body: Buffer.from(`half of ${text}`) });
      expect(scene.api.violations).toMatchObject([
        {
          rule: 'error-in-body',
          message: expect.stringContaining('Runtime.StreamError'),
          exchange: { path: expect.stringMatching(/\/response$/) },
        },
      ]);
    });
  },
});
