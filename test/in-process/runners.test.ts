import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { RunnerProcess, runnerCommands } from '../helpers/runners.ts';

test.each(Object.keys(runnerCommands))(
  '%s runs a handler in the process of the tests, and ends by itself when one forgets close()',
  async (runner) => {
    const { code, output } = await new RunnerProcess(runner, 'in-process-open', {}).ended;

    expect(output).not.toMatch(/did not exit|open handle|hanging/i);
    expect(code, output).toBe(0);
  },
);

test.each(['vmThreads', 'vmForks'])('vitest, %s runs a handler in the process of the tests', async (pool) => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const runner = ['node_modules/vitest/vitest.mjs', 'run', `--pool=${pool}`, '--root=test/fixtures/runners/vitest'];

  const { stdout } = await promisify(execFile)(process.execPath, [...runner, 'in-process-open'], { cwd: root });

  expect(stdout).toMatch(/1 passed/);
});

test('jest --detectOpenHandles has nothing to report', async () => {
  const { code, output } = await new RunnerProcess('jest, in band', 'in-process-open', {}, '--detectOpenHandles').ended;

  expect(output).not.toMatch(/open handle/i);
  expect(code, output).toBe(0);
});

test.each(['vitest, forks', 'vitest, threads', 'jest, in band', 'node --test'])(
  'fake timers of %s do not reach a handler in their process',
  { timeout: 60_000 },
  async (runner) => {
    const variables = { VITEST_POOL: runner.includes('threads') ? 'threads' : 'forks' };

    const { code, output } = await new RunnerProcess(runner, 'in-process-fakes', variables).ended;

    expect(code, output).toBe(0);
    expect(output).toMatch(/(9 passed|pass 6)/);
  },
);

test('fake timers of sinon, all of them, do not reach a handler in their process', async () => {
  const file = fileURLToPath(new URL('../fixtures/timers/in-process-sinon.mjs', import.meta.url));

  const { stdout } = await promisify(execFile)(process.execPath, [file]);

  expect(stdout).toBe('3 moments passed\n');
});
