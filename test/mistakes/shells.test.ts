import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { needs } from '../helpers/tools.ts';
import { openMistake } from './mistakes.ts';

// POSIX had no pipefail until 2024; shells have learned it at different times.
const hasPipefail = spawnSync('/bin/sh', ['-c', 'set -o pipefail']).status === 0;

test.skipIf(hasPipefail)(
  'a script for bash that begins as one for sh does not start: the message says why',
  async () => {
    await using scene = await openMistake('needs-pipefail.sh');

    const init = await scene.api.ready();

    expect(init).toMatchObject({
      status: 'init-error',
      exit: { code: 2, signal: null },
      message: expect.stringMatching(/exit status 2\) during the Init phase[\s\S]*stderr \| .*pipefail/),
    });
    await scene.expectNothingLeft();
  },
);

describe.skipIf(needs('curl'))('a shell script that', () => {
  test.each([
    ['ends with its handler', 'ends-with-its-handler.sh', 7, 'no such user'],
    ['finds no handler', 'finds-no-handler.sh', 127, 'function.handler: not found'],
  ])('%s reports nothing: the message shows exit code and output', async (_what, file, code, output) => {
    await using scene = await openMistake(file);

    const result = await scene.api.invoke({});

    expect(result).toMatchObject({ status: 'runtime-exit', exit: { code, signal: null } });
    expect(result).not.toHaveProperty('response');
    for (const part of [`(exit status ${code}) during the Invoke phase, before it responded`, output])
      expect(result).toHaveProperty('message', expect.stringContaining(part));
    await scene.expectNothingLeft();
  });

  test('uploads files if a result begins with @: the payload is the file, and the logs show the reply', async () => {
    await using scene = await openMistake('uploads-files.sh');
    const file = fileURLToPath(new URL('../fixtures/mistakes/lib/next.sh', import.meta.url));

    const result = await scene.api.invoke(`@${file}`);

    // And without its line feeds.
    const text = readFileSync(file, 'utf8').replaceAll('\n', '');
    expect(result).toMatchObject({ status: 'success', payload: text, logs: { stdout: '{"status":"OK"}\n' } });
    expect(await scene.api.invoke('plain')).toMatchObject({ payload: 'plain', isJson: false });
    await scene.expectNothingLeft();
  });

  test('passes payloads as arguments dies of a large one: the message says so', async () => {
    await using scene = await openMistake('passes-payloads-as-arguments.sh');
    expect(await scene.api.invoke('x'.repeat(100_000))).toMatchObject({ status: 'success' });

    const result = await scene.api.invoke('x'.repeat(3 * 1024 * 1024));

    expect(result).toMatchObject({
      status: 'runtime-exit',
      exit: { code: 126, signal: null },
      message: expect.stringContaining('Argument list too long'),
    });
    expect(result).not.toHaveProperty('response');
    await scene.expectNothingLeft();
  });
});
