import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testBehaviours } from '../behaviours.ts';
import { run, source } from '../toolchains.ts';

const offline = { GO111MODULE: 'on', GOFLAGS: '-mod=mod', GOPROXY: 'off', GOTOOLCHAIN: 'local', CGO_ENABLED: '0' };

testBehaviours({
  name: 'Go',
  probes: [['go', 'version']],
  packages: ['golang-go'],
  async build(folder) {
    const binary = join(folder, 'bootstrap');
    const sources = ['client.go', 'loop.go', 'main.go'].map((file) => source(`go-hand-written/${file}`));
    await run('go', ['build', '-o', binary, ...sources], offline);
    return [binary];
  },
  more({ start }) {
    test('reports a panic, and goes on with the same process', async () => {
      await using api = await start();

      const panicked = await api.invoke({ op: 'panic' });
      const next = await api.invoke('next');

      expect(panicked).toMatchObject({
        status: 'function-error',
        error: { errorType: 'Handler.Panic', errorMessage: 'as asked' },
        errorTypeHeader: 'Handler.Panic',
      });
      if (panicked.status !== 'function-error') throw new Error('the handler did not fail');
      expect(panicked.error.stackTrace).toContainEqual(expect.stringMatching(/^main\.handle\(/));
      expect(next).toMatchObject({ status: 'success', payload: 'next' });
      expect(api.transcript.filter(({ type }) => type === 'runtime.started')).toHaveLength(1);
    });

    test('reports an error of any other type', async () => {
      await using api = await start();

      const result = await api.invoke({ op: 'return an error' });

      expect(result).toMatchObject({
        status: 'function-error',
        error: { errorType: 'Handler.Error', errorMessage: 'as asked' },
      });
    });

    test('ends the context of the handler at the deadline that was told', async () => {
      await using api = await start();

      const deadline = new Date(Date.now() + 50);
      const result = await api.invoke({ op: 'wait' }, { deadline });

      expect(result).toMatchObject({ status: 'function-error', error: { errorMessage: 'context deadline exceeded' } });
      expect(Date.now()).toBeGreaterThanOrEqual(deadline.getTime());
    });
  },
});
