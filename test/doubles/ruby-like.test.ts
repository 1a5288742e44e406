import { expect, test } from 'vitest';
import { announced } from '../helpers/wire-client.ts';
import { openDouble, requestHeaders, rulesBroken, testDouble, tooLarge, tooManyBytes } from './double.ts';

const stackTrace = ["/var/task/function.rb:3:in `handler'"];

testDouble({
  name: 'ruby-like',
  failure: {
    status: 'function-error',
    posted: {
      error: { errorMessage: 'no such user', errorType: 'Function<HandlerError>', stackTrace },
      body: JSON.stringify({ errorMessage: 'no such user', errorType: 'Function<HandlerError>', stackTrace }),
      errorTypeHeader: 'Function<UserException>',
      xrayCause: {
        working_directory: process.cwd(),
        exceptions: [
          {
            type: 'HandlerError',
            message: 'no such user',
            stack: [{ path: '/var/task/function.rb', line: 3, label: 'handler' }],
          },
        ],
        paths: ['/var/task/function.rb'],
        message: '',
      },
      headers: { 'content-type': 'application/x-www-form-urlencoded', connection: 'close' },
    },
  },
  initFailure: {
    exit: { code: 252, signal: null },
    error: { errorMessage: 'cannot load such file -- function', errorType: 'Init<LoadError>', stackTrace: [] },
  },
  errorViolations: ['error-type-header-malformed'],
  quirks() {
    test('takes a connection for each request, and calls JSON a form', async () => {
      await using scene = await openDouble('ruby-like');

      expect(await scene.api.invoke({ a: 1 })).toMatchObject({
        payload: { a: 1 },
        contentType: 'application/x-www-form-urlencoded',
      });
      expect(requestHeaders(scene.api, '/response')).toMatchObject({ connection: 'close' });
      expect(requestHeaders(scene.api, '/next')).toMatchObject({ connection: 'close' });
    });

    test('does not know the type of what a file holds', async () => {
      await using scene = await openDouble('ruby-like');

      expect(await scene.api.invoke({ op: 'io', text: 'plain' })).toMatchObject({
        status: 'success',
        contentType: 'application/unknown',
        payload: 'plain',
        isJson: false,
      });
    });

    test('posts an init error when it is told to stop, which is no offence, and exits with 252', async () => {
      await using scene = await openDouble('ruby-like', { shutdown: { signal: 'SIGTERM', graceMs: 60_000 } });
      await scene.api.invoke({});
      const lastWords = announced(scene.api, 'exchange', ({ path }) => path.endsWith('/init/error'));

      const closing = scene.api.close();

      expect(await lastWords).toMatchObject({ response: { status: 202 } });
      await closing;
      expect(scene.api.violations).toEqual([]);
      await scene.expectNothingLeft();
    });

    test('reports an error that is not the handler’s own, then exits with 255', async () => {
      await using scene = await openDouble('ruby-like');

      const result = await scene.api.invoke({ op: 'name-error' });

      expect(result).toMatchObject({
        status: 'runtime-exit',
        exit: { code: 255, signal: null },
        response: { kind: 'error', error: { errorType: 'Function<NameError>' } },
      });
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
    });

    test.each([
      ['an empty event', { raw: '' }, {}],
      ['a client context that is not JSON', {}, { clientContext: { raw: 'not JSON' } }],
    ])('takes %s for an init error, which is refused, and exits with 252', async (_what, event, options) => {
      await using scene = await openDouble('ruby-like');

      const result = await scene.api.invoke(event, options);

      expect(result).toMatchObject({
        status: 'runtime-exit',
        exit: { code: 252, signal: null },
        message: expect.stringContaining('VIOLATION init-error-after-next'),
      });
      expect(rulesBroken(scene.api)).toEqual(['init-error-after-next']);
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
    });

    test('does not notice that its answer is not accepted', async () => {
      await using scene = await openDouble('ruby-like');

      expect(await scene.api.invoke({ op: 'big', bytes: tooManyBytes })).toMatchObject(tooLarge);
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
      expect(scene.pids).toHaveLength(1);
    });
  },
});
