import { expect, test } from 'vitest';
import { openDouble, testDouble, tooLarge, tooManyBytes } from './double.ts';

testDouble({
  name: 'cpp-like',
  failure: {
    status: 'function-error',
    posted: {
      error: { errorMessage: 'no such user', errorType: 'UserError', stackTrace: [] },
      body: '{"errorMessage":"no such user","errorType":"UserError","stackTrace":[]}',
      headers: {
        'user-agent': 'AWS_Lambda_Cpp/0.2.7',
        'content-type': 'application/json',
        expect: undefined,
        'lambda-runtime-function-error-type': undefined,
      },
    },
  },
  initFailure: { exit: { code: 1, signal: null }, error: expect.objectContaining({ errorType: 'Runtime.ExitError' }) },
  quirks() {
    test('calls an empty answer HTML', async () => {
      await using scene = await openDouble('cpp-like');

      expect(await scene.api.invoke({ op: 'nothing' })).toMatchObject({
        status: 'success',
        contentType: 'text/html',
        isJson: false,
        payload: '',
      });
    });

    test('exits with code 0 when its answer is not accepted', async () => {
      await using scene = await openDouble('cpp-like');

      const result = await scene.api.invoke({ op: 'big', bytes: tooManyBytes });

      expect(result).toMatchObject({ ...tooLarge, exit: { code: 0, signal: null } });
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
      await scene.expectNothingLeft();
    });

    test('aborts at an exception that the handler does not catch, without an answer', async () => {
      await using scene = await openDouble('cpp-like');

      const result = await scene.api.invoke({ op: 'throw' });

      expect(result).toMatchObject({
        status: 'runtime-exit',
        exit: { code: null, signal: 'SIGABRT' },
        message: expect.stringContaining('terminate called after throwing'),
      });
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
    });
  },
});
