import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { testBehaviours } from '../behaviours.ts';
import { run, source } from '../toolchains.ts';
import { versions } from '../versions.ts';

test('the manifest names the pinned version', async () => {
  const manifest = await readFile(source('nim/fixture.nimble'), 'utf8');

  expect(manifest).toContain(`requires "nim >= ${versions.nim.nim}"`);
});

testBehaviours({
  name: 'Nim',
  probes: [
    ['nim', '--version'],
    ['gcc', '--version'],
    ['curl', '--version'],
  ],
  packages: ['nim', 'gcc', 'libc6-dev', 'curl'],
  async build(folder) {
    const cache = join(folder, 'nimcache');
    const program = join(folder, 'fixture');
    const quietly = ['-d:release', '--hints:off', `--nimcache:${cache}`, `--out:${program}`];
    await run('nim', ['compile', ...quietly, source('nim/fixture.nim')]);
    return { command: [source('nim/bootstrap')], cwd: folder, handlerName: 'fixture' };
  },
  more({ start }) {
    test('reports a missing handler as an init error, and exits with code 1', async () => {
      await using api = await start({ handlerName: 'missing' });

      const init = await api.ready();

      expect(init).toMatchObject({
        status: 'init-error',
        error: { errorType: 'Runtime.NoSuchHandler', errorMessage: 'there is no program missing' },
        exit: { code: 1, signal: null },
        logs: { stdout: '', stderr: '' },
      });
      expect(api.violations).toEqual([]);
    });

    test('tries a missing handler again for each invocation', async () => {
      await using api = await start({ handlerName: 'missing' });
      await api.ready();

      for (const event of [1, 2]) {
        expect(await api.invoke(event)).toMatchObject({
          status: 'init-error',
          error: { errorType: 'Runtime.NoSuchHandler' },
          exit: { code: 1, signal: null },
        });
      }
    });

    test('is replaced by the program: no shell remains', async () => {
      await using api = await start();

      await api.invoke('next');

      const [started] = api.transcript.filter((entry) => entry.type === 'runtime.started');
      const { stdout } = await promisify(execFile)('ps', ['-o', 'comm=', '-p', String(started?.pid)]);
      expect(stdout).toMatch(/\bfixture$/m);
    });
  },
});
