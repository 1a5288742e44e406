import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRuntimeApi } from '../../src/index.ts';
import { codeBlocks, documents, repository } from './documents.ts';

const blocks = documents.filter(({ path }) => path === 'README.md').flatMap(codeBlocks);

test("the README's test passes, as it stands there", () => {
  using project = projectOfTheReadme();

  const { status, output } = project.runVitest();

  expect(status, output).toBe(0);
  expect(output).toMatch(/Tests\s+2 passed/);
});

test("the README's test fails when its runtime does", () => {
  using project = projectOfTheReadme((bootstrap) => bootstrap.replace('Hello', 'Goodbye'));

  const { status, output } = project.runVitest();

  expect(status, output).toBe(1);
  expect(output).toContain('Goodbye Nim!');
});

test('the failure that the README shows is the one that happens', async () => {
  using project = projectOfTheReadme();
  await using api = await createRuntimeApi({ command: ['./bootstrap.mjs'], cwd: project.directory });

  const result = await api.invoke(null);

  expect(result.status).toBe('runtime-exit');
  if (result.status !== 'runtime-exit') return;
  expect(comparable(result.message)).toEqual(comparable(blockCalled('failure')));
});

function blockCalled(tag: string): string {
  const found = blocks.filter((block) => block.tag === tag);
  expect(found).toHaveLength(1);
  return found[0]?.code ?? '';
}

/** What the README shows as files, in a folder of its own that can find vitest and this library. */
function projectOfTheReadme(edit: (bootstrap: string) => string = (bootstrap) => bootstrap) {
  const directory = mkdtempSync(join(tmpdir(), 'readme-'));
  writeFileSync(join(directory, 'bootstrap.mjs'), edit(blockCalled('bootstrap.mjs')));
  chmodSync(join(directory, 'bootstrap.mjs'), 0o755);
  writeFileSync(join(directory, 'greeting.test.ts'), blockCalled('greeting.test.ts'));
  const alias = { 'lambda-runtime-harness': join(repository, 'src/index.ts') };
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

/** Without what differs from run to run and from Node to Node: times, numbers of processes, paths, the stack. */
function comparable(message: string): string[] {
  return message
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('  stderr |') || line.includes('TypeError'))
    .map((line) =>
      line
        .replace(/^ +[\d.]+ ms/, 'N ms')
        .replace(/(pid|after|next,) [\d.]+/g, '$1 N')
        .replace(/ → 200 after N ms$/, ' → 200')
        .trimEnd(),
    );
}
