import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const runners = 'test/fixtures/runners';

/** Test runners as a user starts them: arguments for `node`, up to the name of the test file. */
export const runnerCommands: Readonly<Record<string, (file: string) => readonly string[]>> = {
  'vitest, forks': (file) => [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--pool=forks',
    `--root=${runners}/vitest`,
    file,
  ],
  'vitest, threads': (file) => [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--pool=threads',
    `--root=${runners}/vitest`,
    file,
  ],
  'jest, in band': (file) => ['node_modules/jest/bin/jest.js', `--rootDir=${runners}/jest`, '--runInBand', file],
  'jest, workers': (file) => [
    'node_modules/jest/bin/jest.js',
    `--rootDir=${runners}/jest`,
    '--maxWorkers=2',
    file,
    'other',
  ],
  'node --test': (file) => ['--test', `${runners}/node/${file}.spec.mjs`],
  'node, without a runner': (file) => [`${runners}/node/${file}.spec.mjs`],
};

export interface RunnerEnd {
  readonly code: number | null;
  readonly output: string;
}

/** A test runner in a process of its own, on one of the fixture files. */
export class RunnerProcess {
  readonly process: ChildProcess;
  readonly ended: Promise<RunnerEnd>;

  constructor(runner: string, file: string, variables: Readonly<Record<string, string>>, ...more: readonly string[]) {
    const command = runnerCommands[runner]?.(file) ?? [];
    const { NODE_OPTIONS: _options, VITEST: _vitest, ...env } = process.env;
    this.process = spawn(process.execPath, [...command, ...more], {
      cwd: root,
      env: { ...env, ...variables, CI: '1', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    this.process.stdout?.on('data', (bytes) => {
      output += bytes;
    });
    this.process.stderr?.on('data', (bytes) => {
      output += bytes;
    });
    // Not 'close': a descendant may hold the pipes.
    this.ended = once(this.process, 'exit').then(([code]) => ({ code, output }));
  }
}
