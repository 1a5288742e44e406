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

const stackTrace = ['#0 /var/task/bootstrap.php(12): handler()', '#1 {main}'];
const report = {
  errorType: 'App\\UserNotFound',
  errorMessage: 'no such user',
  errorLocation: 'File: /var/task/index.php, Line: 3',
  stackTrace,
};

testDouble({
  name: 'bref-like',
  options: { env: { BREF_LOOP_MAX: '100' } },
  failure: {
    status: 'runtime-exit',
    exitCode: 0,
    posted: {
      error: report,
      body: JSON.stringify(report),
      headers: {
        'content-type': 'application/json',
        'user-agent': undefined,
        expect: undefined,
        'lambda-runtime-function-error-type': undefined,
      },
    },
  },
  initFailure: {
    exit: { code: 1, signal: null },
    error: { errorMessage: "Handler `index.php` doesn't exist", errorType: 'Internal', stackTrace: [] },
  },
  quirks() {
    test('exits after one event unless it is told otherwise: the answer is there, and a process for each event', async () => {
      await using scene = await openDouble('bref-like');

      for (let round = 1; round <= 3; round++) {
        expect(await scene.api.invoke({ round })).toMatchObject({
          status: 'runtime-exit',
          exit: { code: 0, signal: null },
          response: { kind: 'response', payload: { round } },
        });
      }
      expect(new Set(scene.pids).size).toBe(3);
      expect(scene.api.violations).toEqual([]);
      await scene.expectNothingLeft();
    });

    test('waits to be told to go on before it sends more than 1 MiB', async () => {
      await using scene = await openDouble('bref-like', { env: { BREF_LOOP_MAX: '100' } });

      const result = await scene.api.invoke({ op: 'big', bytes: 1024 * 1024 + 1 });

      expect(requestHeaders(scene.api, '/response')).toMatchObject({ expect: '100-continue' });
      expect(result).toMatchObject({ status: 'success', isJson: true });
      expect(result).toHaveProperty('body.length', 1024 * 1024 + 1);
      expect(scene.api.violations).toEqual([]);
    });

    test('does not report that its answer is too large, and exits', async () => {
      await using scene = await openDouble('bref-like');

      const result = await scene.api.invoke({ op: 'big', bytes: tooManyBytes });

      expect(result).toMatchObject({
        ...tooLarge,
        exit: { code: 0, signal: null },
        logs: { stdout: expect.stringContaining('ResponseTooBig') },
      });
      expect(rulesBroken(scene.api)).toEqual(['body-too-large']);
    });

    test('prints each error with its request ID', async () => {
      await using scene = await openDouble('bref-like');

      const { logs } = await scene.api.invoke({ op: 'fail' });

      expect(logs.stdout).toMatch(new RegExp(`^${firstRequestId}\\tInvoke Error\\t\\{`));
    });

    test('exits with code 255 at an empty event, without an answer', async () => {
      await using scene = await openDouble('bref-like');

      expect(await scene.api.invoke({ raw: '' })).toMatchObject({
        status: 'runtime-exit',
        exit: { code: 255, signal: null },
        message: expect.stringContaining('Empty Lambda runtime API response'),
      });
    });
  },
});
