import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRuntimeApi } from '../../src/index.ts';
import { needs } from '../helpers/tools.ts';
import { repository } from './documents.ts';

const echoes = {
  node: { file: 'function.mjs', source: 'export const handler = (event) => event;\n' },
  bash: { file: 'function.sh', source: 'handler() { cat; }\n' },
};

describe('the Node example', () => {
  const bootstrap = join(repository, 'examples/node/bootstrap.mjs');

  answersWhatItIsGiven(bootstrap, 'node');

  test('answers null for a handler that returns nothing', async () => {
    using folder = folderWith('function.mjs', 'export function handler() {}\n');
    await using api = await createRuntimeApi({ command: [bootstrap], cwd: folder.path, timeoutMs: 25_000 });

    expect(await api.invoke({})).toMatchObject({ status: 'success', payload: null, isJson: true });
  });

  test('reports what is thrown, even if it is no Error, and goes on', async () => {
    using folder = folderWith('function.mjs', 'export function handler() {\n  throw \'a "string"\';\n}\n');
    await using api = await createRuntimeApi({ command: [bootstrap], cwd: folder.path, timeoutMs: 25_000 });

    const failed = { status: 'function-error', error: { errorType: 'Error', errorMessage: 'a "string"' } };
    expect(await api.invoke(1)).toMatchObject(failed);
    expect(await api.invoke({ raw: '{' })).toMatchObject({
      status: 'function-error',
      error: { errorType: 'SyntaxError' },
    });
    expect(await api.invoke(2)).toMatchObject(failed);
    expect(api.violations).toEqual([]);
  });

  test('reports a handler that is missing before it asks for work', async () => {
    using folder = folderWith('function.mjs', 'export const other = 1;\n');
    await using api = await createRuntimeApi({ command: [bootstrap], cwd: folder.path, timeoutMs: 25_000 });

    expect(await api.invoke({})).toMatchObject({
      status: 'init-error',
      error: { errorType: 'TypeError', errorMessage: 'function.mjs exports no function "handler"' },
      exit: { code: 1, signal: null },
    });
    expect(api.violations).toEqual([]);
  });
});

describe.skipIf(needs('bash', 'curl'))('the bash example', () => {
  const bootstrap = join(repository, 'examples/bash/bootstrap');

  answersWhatItIsGiven(bootstrap, 'bash');

  test('reports a status other than 0 with what was printed, and goes on', async () => {
    using folder = folderWith('function.sh', `handler() { printf 'a\\t"b"\\\\\\nc & d'; exit 9; }\n`);
    await using api = await createRuntimeApi({ command: [bootstrap], cwd: folder.path, timeoutMs: 25_000 });

    const failed = {
      status: 'function-error',
      error: { errorType: 'Handler.Status9', errorMessage: 'a\t"b"\\\nc & d' },
    };
    expect(await api.invoke(1)).toMatchObject(failed);
    expect(await api.invoke(2)).toMatchObject(failed);
    expect(api.violations).toEqual([]);
  });

  test('reports a handler that is missing before it asks for work', async () => {
    using folder = folderWith('function.sh', 'other() { :; }\n');
    await using api = await createRuntimeApi({ command: [bootstrap], cwd: folder.path, timeoutMs: 25_000 });

    expect(await api.invoke({})).toMatchObject({
      status: 'init-error',
      error: { errorType: 'Runtime.NoSuchHandler' },
      exit: { code: 1, signal: null },
    });
    expect(api.violations).toEqual([]);
  });

  test('leaves no temporary files behind when it is killed', async () => {
    using folder = folderWith('function.sh', 'handler() { sleep 1000; }\n');
    const api = await createRuntimeApi({
      command: [bootstrap],
      cwd: folder.path,
      timeoutMs: 25_000,
      env: { TMPDIR: folder.path },
    });
    await api.invoke({}).delivered;

    await api.close();

    expect(readdirSync(folder.path)).toEqual(['function.sh']);
  });
});

function answersWhatItIsGiven(bootstrap: string, language: keyof typeof echoes): void {
  const { file, source } = echoes[language];

  test.each([
    ['text that looks like a file name to curl', '@/etc/hostname'],
    ['characters of every kind', { text: 'ä € 𝄞 \u2028 " \\ \n %41 & + $HOME `id` $(id)' }],
    ['a mebibyte', 'x'.repeat(1024 * 1024)],
    ['nothing', null],
  ])('answers %s unchanged', async (_what, event) => {
    using folder = folderWith(file, source);
    await using api = await createRuntimeApi({ command: [bootstrap], cwd: folder.path, timeoutMs: 25_000 });

    const result = await api.invoke(event);

    expect(result.status).toBe('success');
    if (result.status !== 'success') return;
    expect(result.body.equals(Buffer.from(JSON.stringify(event)))).toBe(true);
    expect(api.violations).toEqual([]);
  });
}

function folderWith(file: string, text: string) {
  const path = mkdtempSync(join(tmpdir(), 'example-'));
  writeFileSync(join(path, file), text);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
