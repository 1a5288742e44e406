import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeBlocks, documents, repository } from './documents.ts';

const blocks = documents.filter(({ path }) => path === 'README.md').flatMap(codeBlocks);

export function blockOfReadme(tag: string): string {
  const found = blocks.filter((block) => block.tag === tag);
  if (found.length !== 1) throw new Error(`The README has ${found.length} code blocks called "${tag}".`);
  return found[0]?.code ?? '';
}

export interface Project extends Disposable {
  readonly directory: string;
  runVitest(): { status: number | null; output: string };
}

/** What the README shows as files, in a folder of its own that can find vitest and this library. */
export function projectOfTheReadme(edit: (bootstrap: string) => string = (bootstrap) => bootstrap): Project {
  const directory = mkdtempSync(join(tmpdir(), 'readme-'));
  writeFileSync(join(directory, 'bootstrap.mjs'), edit(blockOfReadme('bootstrap.mjs')));
  chmodSync(join(directory, 'bootstrap.mjs'), 0o755);
  writeFileSync(join(directory, 'greeting.test.ts'), blockOfReadme('greeting.test.ts'));
  const alias = {
    'lambda-runtime-harness/vitest': join(repository, 'src/matchers/vitest.ts'),
    'lambda-runtime-harness': join(repository, 'src/index.ts'),
  };
  writeFileSync(
    join(directory, 'vitest.config.mjs'),
    `export default ${JSON.stringify({ resolve: { alias }, cacheDir: directory })};\n`,
  );
  symlinkSync(join(repository, 'node_modules'), join(directory, 'node_modules'));
  return {
    directory,
    runVitest() {
      const vitest = join(repository, 'node_modules/vitest/vitest.mjs');
      const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, 'run', '--root', directory], {
        cwd: directory,
        encoding: 'utf8',
        env: { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: '1' },
      });
      return { status, output: `${stdout}${stderr}` };
    },
    [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Without what differs from run to run and from Node to Node: times, the state and number of processes, the stack. */
export function comparable(message: string): string[] {
  return message
    .trimEnd()
    .split('\n')
    .filter((line) => !/^ +(stderr \||… \d+ more)/.test(line) || line.includes('TypeError'))
    .map((line) =>
      line
        .replace(/^ +[\d.]+ ms/, 'N ms')
        .replace(/(pid|after) [\d.]+/g, '$1 N')
        .replace(/^(Process: +)\w.*/, '$1N')
        .replace(/[\d.]+ ms before/, 'N ms before')
        .replace(/ → (200|202) after N ms$/, ' → $1')
        .trimEnd(),
    );
}
