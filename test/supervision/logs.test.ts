import { describe, expect, test, vi } from 'vitest';
import { createRuntimeApi, type LogLine } from '../../src/index.ts';
import { openScene, runtimes } from '../helpers/fixtures.ts';
import { needs } from '../helpers/tools.ts';

describe('1000 invocations that each print a line to both streams right before they respond', () => {
  const kinds = [
    { kind: 'a shell', command: runtimes.bashLoop, skip: needs('bash', 'curl') },
    { kind: 'Node', command: runtimes.printsLines, skip: false },
    { kind: 'Python', command: runtimes.python, skip: needs('python3') },
  ] as const;

  for (const { kind, command, skip } of kinds) {
    test.skipIf(skip)(
      `with ${kind}: every line is in its own result, none is lost or misplaced`,
      async () => {
        await using api = await createRuntimeApi({ command, timeoutMs: 20_000 });
        await api.ready();

        for (let round = 1; round <= 1000; round++) {
          const result = await api.invoke(round);

          expect(result).toMatchObject({ status: 'success', payload: round });
          expect(result.logs.stdout).toBe(`stdout of ${round}\n`);
          expect(result.logs.stderr).toBe(`stderr of ${round}\n`);
          expect(result.logs.lines).toHaveLength(2);
          expect(result.logs.droppedBytes).toBe(0);
        }
      },
      120_000,
    );
  }
});

describe('what a runtime prints', () => {
  test('before it first asks for work is in the logs of ready(), and in no invocation', async () => {
    await using api = await createRuntimeApi({ command: runtimes.printsAndEchoes });

    const init = await api.ready();
    const result = await api.invoke({ stdout: 'now\n' });

    expect(init).toMatchObject({ status: 'ready', logs: { stdout: 'started\n', stderr: 'started, too\n' } });
    expect(result.logs).toMatchObject({ stdout: 'now\n', stderr: '' });
  });

  test('between its response and its next request belongs to the invocation it responded to', async () => {
    await using api = await createRuntimeApi({ command: runtimes.printsAndEchoes });
    await api.ready();

    for (let round = 1; round <= 50; round++) {
      const { logs } = await api.invoke({ stdout: `before ${round}\n`, after: `after ${round}\n` });

      expect(logs.stdout).toBe(`before ${round}\nafter ${round}\n`);
    }
  });

  test('without a line feed at the end is a line all the same, and does not join the next one', async () => {
    await using api = await createRuntimeApi({ command: runtimes.printsAndEchoes });
    await api.ready();

    const first = await api.invoke({ stdout: 'one\ntwo', stderr: 'oops' });
    const second = await api.invoke({ stdout: 'three\n' });

    expect(first.logs).toMatchObject({ stdout: 'one\ntwo', stderr: 'oops' });
    expect(first.logs.lines).toHaveLength(3);
    expect(first.logs.lines).toEqual(
      expect.arrayContaining([
        { stream: 'stdout', text: 'one' },
        { stream: 'stdout', text: 'two' },
        { stream: 'stderr', text: 'oops' },
      ]),
    );
    expect(second.logs.lines).toEqual([{ stream: 'stdout', text: 'three' }]);
  });

  test('in the middle of a character goes on with the next write', async () => {
    const text = 'naïve €uro 🙂 end\n';
    const stdout = Array.from(Buffer.from(text), (byte) => Buffer.of(byte).toString('base64'));
    const called: LogLine[] = [];
    await using api = await createRuntimeApi({ command: runtimes.printsBytes, logs: (line) => void called.push(line) });

    const { logs } = await api.invoke({ stdout });

    expect(logs.stdout).toBe(text);
    expect(logs.lines).toEqual([{ stream: 'stdout', text: text.trimEnd() }]);
    expect(called).toMatchObject([{ stream: 'stdout', text: text.trimEnd() }]);
  });

  test('in bytes that are no text becomes replacement characters', async () => {
    await using api = await createRuntimeApi({ command: runtimes.printsBytes });

    const { logs } = await api.invoke({ stdout: [Buffer.of(0x61, 0xff, 0x62, 0x0a).toString('base64')] });

    expect(logs.lines).toEqual([{ stream: 'stdout', text: 'a\ufffdb' }]);
  });

  test.skipIf(needs('curl'))('by way of /dev/stdout and /dev/stderr is captured', async () => {
    await using api = await createRuntimeApi({ command: runtimes.posixSh });

    for (let round = 1; round <= 5; round++) {
      const { logs } = await api.invoke(round);

      expect(logs).toMatchObject({ stdout: `stdout of ${round}\n`, stderr: `stderr of ${round}\n` });
    }
  });

  test('in floods is cut at the front, counted, and fills no memory', async () => {
    const mebibyte = 1024 * 1024;
    const lastLine = 'the last line\n';
    await using api = await createRuntimeApi({ command: runtimes.floodsStdout, timeoutMs: 25_000 });
    await api.invoke({ mebibytes: 5 });
    const peakBefore = process.resourceUsage().maxRSS;

    const { status, logs } = await api.invoke({ mebibytes: 200 });

    const grownKib = process.resourceUsage().maxRSS - peakBefore;
    expect(status).toBe('success');
    expect(logs.stdout.endsWith(`x\n${lastLine}`)).toBe(true);
    expect(logs.stdout.length).toBeGreaterThan(mebibyte / 2);
    expect(logs.stdout.length).toBeLessThanOrEqual(mebibyte);
    expect(logs.stdout.length + logs.droppedBytes).toBe(200 * mebibyte + lastLine.length);
    expect(grownKib).toBeLessThan(100 * 1024);
  });

  test('in floods before it is killed does not hold up the timeout', async () => {
    await using scene = await openScene(runtimes.floodsStdout);
    const invocation = scene.api.invoke({ mebibytes: 100_000 }, { timeoutMs: 25_000 });
    await invocation.delivered;

    invocation.expire();

    expect(await invocation).toMatchObject({ status: 'timeout' });
    await scene.expectNothingLeft();
  });
});

describe('the option logs', () => {
  test('calls back for each line, with the request ID of the invocation it belongs to', async () => {
    const lines: (LogLine & { readonly requestId?: string })[] = [];
    await using api = await createRuntimeApi({
      command: runtimes.printsAndEchoes,
      logs: (line) => void lines.push(line),
    });
    await api.ready();
    expect(lines).toHaveLength(2);
    expect(lines).toEqual(
      expect.arrayContaining([
        { stream: 'stdout', text: 'started' },
        { stream: 'stderr', text: 'started, too' },
      ]),
    );

    for (let round = 1; round <= 50; round++) {
      lines.length = 0;
      const result = await api.invoke({ stdout: `before ${round}\n`, after: `after ${round}\n` });
      const { requestId } = result;

      expect(lines).toEqual([
        { stream: 'stdout', text: `before ${round}`, requestId },
        { stream: 'stdout', text: `after ${round}`, requestId },
      ]);
      expect(result.logs.lines).toEqual(lines.map(({ stream, text }) => ({ stream, text })));
    }
  });

  test('gives the request ID also with a last line that lacks its line feed', async () => {
    const lines: object[] = [];
    await using api = await createRuntimeApi({
      command: runtimes.printsAndEchoes,
      logs: (line) => void lines.push(line),
    });
    await api.ready();
    lines.length = 0;

    const { requestId } = await api.invoke({ stdout: 'no line feed' });

    expect(lines).toEqual([{ stream: 'stdout', text: 'no line feed', requestId }]);
  });

  test("prints what it captures when it is 'echo'", async () => {
    const printed: Record<'stdout' | 'stderr', string[]> = { stdout: [], stderr: [] };
    const spies = (['stdout', 'stderr'] as const).map((stream) =>
      vi.spyOn(process[stream], 'write').mockImplementation((text) => {
        printed[stream].push(String(text));
        return true;
      }),
    );
    try {
      await using api = await createRuntimeApi({ command: runtimes.printsAndEchoes, logs: 'echo' });

      const { logs } = await api.invoke({ stdout: 'a\nb', stderr: 'c\n' });

      expect(logs).toMatchObject({ stdout: 'a\nb', stderr: 'c\n' });
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
    expect(printed.stdout).toEqual(['started\n', 'a\n', 'b\n']);
    expect(printed.stderr).toEqual(['started, too\n', 'c\n']);
  });

  test('that throws is reported as an unhandled rejection, and harms no invocation', async () => {
    const unhandled: unknown[] = [];
    const listeners = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', (reason) => void unhandled.push(reason));
    try {
      await using api = await createRuntimeApi({
        command: runtimes.printsAndEchoes,
        logs: () => {
          throw new Error('no room for lines');
        },
      });

      expect(await api.invoke({ stdout: 'a\n' })).toMatchObject({ status: 'success', logs: { stdout: 'a\n' } });
    } finally {
      process.removeAllListeners('unhandledRejection');
      for (const listener of listeners) process.on('unhandledRejection', listener);
    }
    expect(unhandled).toHaveLength(3);
    expect(unhandled[0]).toMatchObject({ message: 'no room for lines' });
  });
});
