import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { blockOfReadme } from '../docs/readme-project.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const workplace = join(root, '.consumers');
const execute = promisify(execFile);

/** Projects that use the package, and what runs their tests: a script and its arguments, for `node`. */
export const projects: Readonly<Record<string, readonly string[]>> = {
  vitest: ['../node_modules/vitest/vitest.mjs', 'run'],
  'jest-ts-jest': ['../node_modules/jest/bin/jest.js'],
  'jest-babel': ['../node_modules/jest/bin/jest.js'],
  'jest-swc': ['../node_modules/jest/bin/jest.js'],
  'jest-esm': ['--experimental-vm-modules', '../node_modules/jest/bin/jest.js'],
  'node-test-esm': ['--test'],
  'node-test-cjs': ['--test'],
  require: ['greeting.js'],
  readme: ['../node_modules/vitest/vitest.mjs', 'run'],
};

/** The same test, with another compiler each. */
const compiledForJest = ['jest-ts-jest', 'jest-babel', 'jest-swc'] as const;

/** Checked by the compiler alone: no version of Node makes a difference. */
export const typeProjects: Readonly<Record<string, readonly string[]>> = {
  'types, nodenext': ['-p', 'types/tsconfig.nodenext.json'],
  'types, bundler': ['-p', 'types/tsconfig.bundler.json'],
  'types, commonjs': ['-p', 'types/commonjs'],
};

export const nodeMajors: readonly number[] = [20, 22, 24, 26];

/** Packs the package as it would be published, and installs it where the projects find it. */
export async function install(): Promise<void> {
  await rm(workplace, { recursive: true, force: true });
  await mkdir(workplace);
  await cp(join(root, 'test/fixtures/consumers'), workplace, { recursive: true });
  await copyReadme(join(workplace, 'readme'));
  for (const project of compiledForJest) {
    await cp(join(workplace, 'greeting.jest.ts'), join(workplace, project, 'greeting.test.ts'));
  }
  await npm(root, ['pack', '--pack-destination', workplace]);
  const tarball = (await readdir(workplace)).find((file) => file.endsWith('.tgz')) ?? '';
  await npm(workplace, ['install', '--no-save', '--no-audit', '--no-fund', `./${tarball}`]);
}

/** What a new user has after five minutes: the test and the runtime of the README, and nothing else. */
async function copyReadme(folder: string): Promise<void> {
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  // Without one, vitest finds ours.
  await writeFile(join(folder, 'vitest.config.mjs'), 'export default {};\n');
  await writeFile(join(folder, 'greeting.test.ts'), blockOfReadme('greeting.test.ts'));
  await writeFile(join(folder, 'bootstrap.mjs'), blockOfReadme('bootstrap.mjs'), { mode: 0o755 });
}

/** The path of a Node of this major version: ours, or one that npm brings. */
export async function findNode(major: number): Promise<string> {
  if (Number(process.versions.node.split('.')[0]) === major) return process.execPath;
  const folder = join(workplace, `node-${major}`);
  await mkdir(folder, { recursive: true });
  await npm(folder, ['install', '--prefix', folder, '--no-audit', '--no-fund', `node@${major}`]);
  return join(folder, 'node_modules/node/bin/node');
}

/** Runs a project's tests; rejects with what they printed. */
export async function runProject(node: string, project: string): Promise<void> {
  await run(node, projects[project] ?? [], join(workplace, project));
}

export async function checkTypes(project: string): Promise<void> {
  await run(process.execPath, ['node_modules/typescript/bin/tsc', ...(typeProjects[project] ?? [])], workplace);
}

async function run(node: string, args: readonly string[], cwd: string): Promise<void> {
  const { NODE_OPTIONS: _options, VITEST: _vitest, NODE_ENV: _mode, ...env } = process.env;
  const path = `${dirname(node)}${delimiter}${env.PATH}`;
  try {
    await execute(node, args, { cwd, env: { ...env, PATH: path, CI: '1', NO_COLOR: '1' } });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`node ${args.join(' ')} failed in ${cwd}:\n${stdout}${stderr}`, { cause: error });
  }
}

async function npm(cwd: string, args: readonly string[]): Promise<void> {
  await execute('npm', args, { cwd });
}
