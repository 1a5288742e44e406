import { once } from 'node:events';
import { closeSync, constants, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { manualClock } from '../../src/clock/manual-clock.ts';
import { createRuntimeApi } from '../../src/index.ts';
import { type OutputPipes, openOutputPipes } from '../../src/runtimes/output-pipes.ts';
import { SparePipes } from '../../src/runtimes/spare-pipes.ts';
import { runtimes, temporaryDirectory } from '../helpers/fixtures.ts';
import { openPipes } from '../helpers/open-pipes.ts';

function end(pipes: OutputPipes): void {
  pipes.closeWriters();
  for (const { socket } of pipes.readers) socket.destroy();
  pipes.release();
}

describe.runIf(process.platform === 'linux')('the pipes of a dead runtime', () => {
  test('serve the next one', async () => {
    const first = await openOutputPipes();
    const used = openPipes(first.writerFds);
    end(first);

    const second = await openOutputPipes();

    expect(openPipes(second.writerFds)).toEqual(used);
    end(second);
  });

  test('serve one only, also when two begin at once', async () => {
    end(await openOutputPipes());

    const both = await Promise.all([openOutputPipes(), openOutputPipes()]);

    expect(new Set(both.flatMap(({ writerFds }) => openPipes(writerFds))).size).toBe(4);
    for (const pipes of both) end(pipes);
  });

  test('do not serve another as long as somebody could write to them', async () => {
    const first = await openOutputPipes();
    const survivor = openSync(`/proc/self/fd/${first.writerFds[1]}`, 'w');
    end(first);

    const second = await openOutputPipes();

    expect(() => writeSync(survivor, 'late')).toThrow(/EPIPE/);
    closeSync(survivor);
    end(second);
  });

  test('do not serve another if they hold what nobody has read', async () => {
    const first = await openOutputPipes();
    const used = openPipes(first.writerFds);
    for (const { socket } of first.readers) socket.destroy();
    writeSync(first.writerFds[0], 'unread');
    end(first);

    const second = await openOutputPipes();

    expect(openPipes(second.writerFds)).not.toEqual(used);
    end(second);
  });

  test('are held by one descriptor each, those of one runtime alone', async () => {
    const several = await Promise.all([openOutputPipes(), openOutputPipes(), openOutputPipes()]);
    for (const pipes of several) end(pipes);

    expect(openPipes()).toHaveLength(2);
  });

  test('are closed when nobody has needed them for a second', async () => {
    const clock = manualClock();
    const spares = new SparePipes(clock);
    const pipes = await openOutputPipes();
    const flags = constants.O_RDONLY | constants.O_NONBLOCK;
    const keepers = pipes.readers.map(({ fd }) => openSync(`/proc/self/fd/${fd}`, flags));
    end(pipes);

    spares.offer(keepers);
    clock.advance(999);
    expect(openPipes(keepers)).toHaveLength(2);
    clock.advance(1);

    expect(spares.take()).toEqual([]);
    expect(openPipes(keepers)).toEqual([]);
  });
});

describe('a start whose pipes cannot be made', () => {
  test.each([
    ['there is no mkfifo', undefined, 'spawn mkfifo ENOENT'],
    ['mkfifo fails', '#!/bin/sh\nexit 3\n', 'ended with 3'],
  ])('because %s is refused, says so, and leaves nothing behind', async (_reason, script, words) => {
    // Has the pipes that an earlier runtime may have left.
    await using _earlier = await createRuntimeApi({ command: runtimes.echo });
    await using bin = await temporaryDirectory();
    await using temporary = await temporaryDirectory();
    if (script !== undefined) writeFileSync(join(bin.path, 'mkfifo'), script, { mode: 0o755 });
    vi.stubEnv('PATH', bin.path);
    vi.stubEnv('TMPDIR', temporary.path);
    onTestFinished(() => void vi.unstubAllEnvs());

    const starting = createRuntimeApi({ command: runtimes.echo });

    await expect(starting).rejects.toMatchObject({ code: 'ERR_SPAWN', message: expect.stringContaining(words) });
    expect(await temporary.list()).toEqual([]);
  });
});

describe('runtimes that follow each other', () => {
  test('each have their own output, also after one that was killed in the middle of its own', async () => {
    for (let round = 1; round <= 5; round++) {
      await using api = await createRuntimeApi({ command: runtimes.printsAndEchoes });
      const init = await api.ready();
      const { logs } = await api.invoke({ stdout: `out ${round}\n`, stderr: `err ${round}\n` });
      const flooding = api.invoke({ stdout: 'x'.repeat(300_000) });
      await flooding.delivered;
      const ended = expect(flooding).rejects.toMatchObject({ code: 'ERR_CLOSED' });
      await api.close();
      await ended;

      expect(init).toMatchObject({ logs: { stdout: 'started\n', stderr: 'started, too\n' } });
      expect(logs).toMatchObject({ stdout: `out ${round}\n`, stderr: `err ${round}\n` });
    }
  });

  test.runIf(process.platform === 'linux')('inherit their own output and no other pipe', async () => {
    for (let round = 1; round <= 3; round++) {
      await using other = await createRuntimeApi({ command: runtimes.echo });
      await using api = await createRuntimeApi({
        command: ['/bin/sh', '-c', 'readlink /proc/$$/fd/*; exec "$@"', 'sh', ...runtimes.echo],
      });

      const { logs } = await api.ready();

      const pipes = logs.stdout.split('\n').filter((link) => link.includes('/lambda-runtime-harness-'));
      expect(pipes).toEqual([expect.stringContaining('/stdout'), expect.stringContaining('/stderr')]);
      expect(await other.invoke(round)).toMatchObject({ payload: round });
    }
  });

  test('do so in a worker thread as well, and leave no descriptor behind at its end', async () => {
    const before = process.platform === 'linux' ? openPipes() : [];
    const worker = new Worker(new URL('../fixtures/hosts/worker-descriptors.mjs', import.meta.url), {
      workerData: runtimes.printsAndEchoes,
    });

    const [lives] = await once(worker, 'message');
    await once(worker, 'exit');

    expect(lives).toEqual([1, 2, 3].map((round) => `round ${round}\n`).concat('left\n', 'right\n'));
    expect(process.platform === 'linux' ? openPipes() : []).toEqual(before);
  });
});
