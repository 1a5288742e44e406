import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { RunnerProcess } from '../helpers/runners.ts';

// The fixtures cover each way to fake and each moment: before the import, before the API is created, and after.
test.each(['vitest, forks', 'vitest, threads', 'jest, in band', 'node --test'])(
  'fake timers of %s do not reach the library',
  { timeout: 60_000 },
  async (runner) => {
    const variables = { VITEST_POOL: runner.includes('threads') ? 'threads' : 'forks' };

    const { code, output } = await new RunnerProcess(runner, 'timers', variables).ended;

    expect(code, output).toBe(0);
    expect(output).toMatch(/(9 passed|pass 6)/);
  },
);

test('fake timers of sinon, all of them, do not reach the library', async () => {
  const file = fileURLToPath(new URL('../fixtures/timers/sinon.mjs', import.meta.url));

  const { stdout } = await promisify(execFile)(process.execPath, [file]);

  expect(stdout).toBe('3 moments passed\n');
});
