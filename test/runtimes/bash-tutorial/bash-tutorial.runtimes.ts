import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRuntimeApi, type RuntimeApi } from '../../../src/index.ts';
import { temporaryDirectory } from '../../helpers/fixtures.ts';
import { isMissing, source } from '../toolchains.ts';

const toolchain = {
  name: 'the traps of a bash loop',
  probes: [
    ['bash', '--version'],
    ['curl', '--version'],
  ],
  packages: ['bash', 'curl'],
} as const;

/** Only a runtime that is stuck takes as long. */
const start = (): Promise<RuntimeApi> =>
  createRuntimeApi({
    command: [source('bash-tutorial/bootstrap')],
    timeoutMs: 60_000,
    initTimeoutMs: 60_000,
  });

describe.skipIf(isMissing(toolchain))(toolchain.name, () => {
  test('curl -d "$response" sends a file if the response begins with @', async () => {
    await using folder = await temporaryDirectory();
    const file = join(folder.path, 'secret');
    await writeFile(file, 'not for everyone');
    await using api = await start();

    const result = await api.invoke({ raw: `@${file}` });

    expect(result).toMatchObject({ status: 'success', payload: 'not for everyone', isJson: false });
  });

  test('curl -d "$response" says that the payload is a form', async () => {
    await using api = await start();

    const result = await api.invoke({ name: 'Nim' });

    expect(result).toMatchObject({ payload: { name: 'Nim' }, contentType: 'application/x-www-form-urlencoded' });
  });

  test('set -e ends the runtime with the code of a handler that fails: no error is posted', async () => {
    await using api = await start();

    const failed = await api.invoke('fail');
    const next = await api.invoke('next');

    expect(failed).toMatchObject({ status: 'runtime-exit', exit: { code: 7, signal: null } });
    expect(failed).not.toHaveProperty('response');
    expect(next).toMatchObject({ status: 'success', payload: 'next', initDurationMs: expect.any(Number) });
  });

  test('an argument of 128 KiB cannot be passed to curl: the runtime ends with code 126', async () => {
    await using api = await start();

    const result = await api.invoke('big');

    expect(result).toMatchObject({
      status: 'runtime-exit',
      exit: { code: 126, signal: null },
      message: expect.stringMatching(/^ {2}stderr \| .*curl: Argument list too long$/m),
    });
  });

  test('$(…) drops the line feeds at the end', async () => {
    await using api = await start();

    const result = await api.invoke({ raw: '\n{}\n\n' });

    expect(result).toMatchObject({ status: 'success', body: Buffer.from('\n{}') });
  });

  test('curl without -o prints what Lambda answered', async () => {
    await using api = await start();

    const result = await api.invoke('next');

    expect(result.logs).toMatchObject({ stdout: '{"status":"OK"}\n', stderr: '' });
  });
});
