import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../helpers/fixtures.ts';
import { repository } from './documents.ts';

// `npm run docs:api` writes it anew. It fails, as this test does, where an exported name has no docstring.

test('docs/api is what the docstrings say', { timeout: 120_000 }, async () => {
  await using folder = await temporaryDirectory();
  const typedoc = join(repository, 'node_modules/typedoc/bin/typedoc');

  await promisify(execFile)(process.execPath, [typedoc, '--logLevel', 'Warn', '--out', folder.path], {
    cwd: repository,
  });

  expect(await textsIn(join(repository, 'docs/api'))).toEqual(await textsIn(folder.path));
});

async function textsIn(folder: string): Promise<Record<string, string>> {
  const paths = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.md')).sort();
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path, await readFile(join(folder, path), 'utf8')])),
  );
}
