import { expect, test } from 'vitest';
import {
  firstRequestId,
  openDouble,
  requestHeaders,
  rulesBroken,
  testDouble,
  tooLarge,
  tooManyBytes,
} from './double.ts';

const frames = '  File "/var/task/function.py", line 2, in handler\n    return handler(event, context)\n';

testDouble({
  name: 'python-like',
  failure: {
    status: 'function-error',
    posted: {
      error: {
        errorMessage: 'no such user',
        errorType: 'ValueError',
        requestId: firstRequestId,
        stackTrace: [frames],
      },
      body:
        `{"errorMessage": "no such user", "errorType": "ValueError", ` +
        `"requestId": "${firstRequestId}", "stackTrace": [${JSON.stringify(frames)}]}`,
      xrayCause: {
        working_directory: process.cwd(),
        exceptions: [
          {
            message: 'no such user',
            type: 'ValueError',
            stack: [{ label: 'handler', path: '/var/task/function.py', line: 2 }],
          },
        ],
        paths: ['/var/task/function.py'],
        message: '',
      },
      headers: {
        'user-agent': 'aws-lambda-python/3.11.2-4.0.2',
        'content-type': 'application/json',
        'lambda-runtime-function-error-type': undefined,
        'lambda-runtime-invocation-id': 'delivery-1',
      },
    },
  },
  initFailure: {
    exit: { code: 1, signal: null },
    error: expect.objectContaining({ errorType: 'Runtime.ImportModuleError' }),
  },
  quirks() {
    test('posts an init error over a connection of its own, without a type', async () => {
      await using scene = await openDouble('python-like', { env: { INIT: 'fail' } });

      await scene.api.ready();

      const headers = requestHeaders(scene.api, '/init/error');
      expect(headers).toMatchObject({ 'lambda-runtime-function-error-type': 'Runtime.ImportModuleError' });
      expect(headers).not.toHaveProperty('content-type');
    });

    test('sends an X-Ray cause of 60 KB as a header', async () => {
      await using scene = await openDouble('python-like');

      const result = await scene.api.invoke({ op: 'recurse' });

      expect(result).toMatchObject({ status: 'function-error', error: { errorType: 'RecursionError' } });
      expect(result).toHaveProperty('xrayCause.exceptions.0.stack.length', 1000);
      const header = requestHeaders(scene.api, '/error')['lambda-runtime-function-xray-error-cause'];
      expect(String(header).length).toBeGreaterThan(60_000);
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
      expect(scene.pids).toHaveLength(1);
      expect(scene.api.violations).toEqual([]);
    });

    test('hands the handler bytes if the event is not of exactly the right type', async () => {
      await using scene = await openDouble('python-like');

      const result = await scene.api.invoke({ a: 1 }, { contentType: 'application/json; charset=utf-8' });

      expect(result).toMatchObject({
        status: 'success',
        contentType: 'application/unknown',
        body: Buffer.from('{"a":1}'),
      });
    });

    test('sends NaN as if it were JSON', async () => {
      await using scene = await openDouble('python-like');

      expect(await scene.api.invoke({ op: 'nan' })).toMatchObject({
        status: 'success',
        isJson: false,
        payload: '{"mean": NaN}',
      });
    });

    test('reports what it cannot read or write, and goes on', async () => {
      await using scene = await openDouble('python-like');

      const results = [
        await scene.api.invoke({ raw: '' }),
        await scene.api.invoke({}, { clientContext: { raw: 'not JSON' } }),
        await scene.api.invoke({ op: 'set' }),
      ];

      expect(results).toMatchObject([
        { status: 'function-error', error: { errorType: 'Runtime.UnmarshalError' } },
        { status: 'function-error', error: { errorType: 'Runtime.LambdaContextUnmarshalError' } },
        { status: 'function-error', error: { errorType: 'Runtime.MarshalError' } },
      ]);
      expect(scene.pids).toHaveLength(1);
      expect(scene.api.violations).toEqual([]);
    });

    test('exits with code 1 when its answer is not accepted', async () => {
      await using scene = await openDouble('python-like');

      const result = await scene.api.invoke({ op: 'big', bytes: tooManyBytes });

      expect(result).toMatchObject({ ...tooLarge, exit: { code: 1, signal: null } });
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
      expect(rulesBroken(scene.api)).toEqual(['body-too-large']);
    });
  },
});
