import { expect, test } from 'vitest';
import { isAlive } from '../helpers/processes.ts';
import { announced } from '../helpers/wire-client.ts';
import { openDouble, requestHeaders, testDouble } from './double.ts';

testDouble({
  name: 'bash-like',
  writes: 'text',
  failure: { status: 'runtime-exit', exitCode: 7 },
  initFailure: {
    exit: { code: 1, signal: null },
    error: { errorMessage: 'no function.sh', errorType: 'Runtime.HandlerNotFound' },
  },
  quirks() {
    test('calls everything a form, and prints what it is answered', async () => {
      await using scene = await openDouble('bash-like');

      const result = await scene.api.invoke({ a: 1 });

      expect(requestHeaders(scene.api, '/response')).toMatchObject({
        'user-agent': 'curl/7.88.1',
        'content-type': 'application/x-www-form-urlencoded',
      });
      expect(result).toMatchObject({
        payload: { a: 1 },
        contentType: 'application/x-www-form-urlencoded',
        logs: { stdout: expect.stringContaining('{"status":"OK"}') },
      });
    });

    test('loses the line feeds at the end of an answer', async () => {
      await using scene = await openDouble('bash-like');

      expect(await scene.api.invoke('two lines\n\n')).toMatchObject({
        status: 'success',
        payload: 'two lines',
        isJson: false,
      });
    });

    test('dies of what its handler throws and says nothing on the wire: the message shows what it printed', async () => {
      await using scene = await openDouble('bash-like');

      const result = await scene.api.invoke({ op: 'fail', message: 'no such user' });

      expect(result).toMatchObject({
        status: 'runtime-exit',
        exit: { code: 7 },
        message: expect.stringContaining('stderr | no such user'),
      });
      expect(result).not.toHaveProperty('response');
    });

    test('leaves a process that asks for events when it alone is killed: that one goes, too, and gets none', async () => {
      await using scene = await openDouble('bash-like');
      const { logs } = await scene.api.ready();
      const poller = Number(/polling (\d+)/.exec(logs.stdout)?.[1]);
      expect(isAlive(poller)).toBe(true);
      const exited = announced(scene.api, 'runtime.exited');

      process.kill(scene.pids[0] ?? 0, 'SIGKILL');
      await exited;

      expect(isAlive(poller)).toBe(false);
      expect(await scene.api.invoke('after')).toMatchObject({ status: 'success', payload: 'after' });
      expect(scene.pids).toHaveLength(2);
      await scene.expectNothingLeft();
    });
  },
});
