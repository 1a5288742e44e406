import { EventEmitter, once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { manualClock } from '../../../src/index.ts';
import { temporaryDirectory } from '../../helpers/fixtures.ts';
import { isAlive } from '../../helpers/processes.ts';
import type { BuiltRuntime } from '../behaviours.ts';
import { build } from './build.ts';

/** What a function may still do before it is killed. */
export function testShutdown({ start, options }: BuiltRuntime): void {
  describe('with WithEnableSIGTERM', () => {
    const handlerName = 'WithEnableSIGTERM';

    test('registers an extension, without a warning', async () => {
      await using api = await start({ handlerName });

      const init = await api.ready();

      expect(init.logs.lines).toEqual([]);
      const posts = api.transcript.filter((entry) => entry.type === 'exchange' && entry.method === 'POST');
      expect(posts).toMatchObject([
        {
          path: '/2020-01-01/extension/register',
          requestHeaders: { 'lambda-extension-name': 'GoLangEnableSIGTERM' },
          response: { status: 200 },
        },
      ]);
      expect(api.violations).toEqual([]);
    });

    test('is asked to end on close()', async () => {
      const lines: string[] = [];
      await using api = await start({ handlerName, logs: ({ text }) => void lines.push(text) });
      await api.invoke(1);

      await api.close();

      expect(lines).toEqual(['asked to end']);
    });

    test('lives on, and is killed after the grace', async () => {
      const clock = manualClock();
      const printed = new EventEmitter();
      const shutdown = { signal: 'SIGTERM', graceMs: 100_000 } as const;
      await using api = await start({ handlerName, clock, shutdown, logs: ({ text }) => void printed.emit(text) });
      await api.invoke(1);
      const asked = once(printed, 'asked to end');
      const [pid = -1] = api.transcript.flatMap((entry) => (entry.type === 'runtime.started' ? (entry.pid ?? []) : []));

      const closing = api.close();
      await asked;
      const livedOn = isAlive(pid);
      clock.advance(100_000);
      await closing;

      expect([livedOn, isAlive(pid)]).toEqual([true, false]);
    });

    test('may end by itself', async () => {
      const lines: string[] = [];
      await using api = await start({
        handlerName: `${handlerName}, exits`,
        logs: ({ text }) => void lines.push(text),
        shutdown: { signal: 'SIGTERM', graceMs: 100_000 },
      });
      await api.invoke(1);

      await api.close();

      expect(lines).toEqual(['asked to end, and ends']);
    });
  });

  test('writes its coverage when it is asked to end', async () => {
    await using directory = await temporaryDirectory();
    const [binary = ''] = options().command ?? [];
    const covered = `${binary}-with-coverage`;
    await build(covered, '-cover');
    await using api = await start({
      command: [covered],
      handlerName: 'WithEnableSIGTERM, exits',
      env: { GOCOVERDIR: directory.path },
      shutdown: { signal: 'SIGTERM', graceMs: 100_000 },
    });
    await api.invoke(1);

    await api.close();

    const kinds = (await directory.list()).map((name) => name.split('.')[0]);
    expect(kinds.sort()).toEqual(['covcounters', 'covmeta']);
  });
}
