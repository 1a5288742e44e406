import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { RunnerProcess } from '../helpers/runners.ts';
import { Telltale } from '../helpers/telltale.ts';

const runtimeCommand = JSON.stringify([
  process.execPath,
  fileURLToPath(new URL('../fixtures/telltales/node-runtime.mjs', import.meta.url)),
]);

/** What makes the setup entry a part of a run. */
const setups: Readonly<Record<string, string>> = {
  'vitest, forks': '--config=setup.config.mjs',
  'vitest, threads': '--config=setup.config.mjs',
  'jest, in band': '--setupFilesAfterEnv=<rootDir>/../../../../dist/jest.cjs',
  'jest, workers': '--setupFilesAfterEnv=<rootDir>/../../../../dist/jest.cjs',
};

const countOf = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;

describe.each(Object.entries(setups))('the setup entry, in %s', (runner, setup) => {
  test('names the line that created an API which nobody closed, once', async () => {
    await using telltale = await Telltale.listen();
    const variables = { RUNTIME_COMMAND: runtimeCommand, TELLTALE_PORT: String(telltale.port) };

    const { code, output } = await new RunnerProcess(runner, 'forgotten', variables, setup).ended;

    expect(countOf(output, /1 API\(s\) were never closed/g), output).toBe(1);
    expect(countOf(output, /created at .*forgotten\.spec\.m?js:\d+:/g), output).toBe(1);
    expect(code, output).toBe(0);
    await telltale.departures('runtime');
  });

  test('says why a test failed that compares no more than a status, once', async () => {
    const { code, output } = await new RunnerProcess(runner, 'unexplained', {}, setup).ended;

    expect(code, output).toBe(1);
    expect(countOf(output, /did not succeed/g), output).toBe(2);
    expect(output).toMatch(
      /in the failed test "compares a status", this did not succeed \(invoked at .*unexplained\.spec\.m?js:\d+:.*\):\nThe runtime exited \(exit status 3\)/,
    );
    expect(output).toMatch(
      /in the failed test "compares what ready\(\) says", this did not succeed:\nThe runtime exited \(exit status 4\)/,
    );
    expect(output).toContain('stdout | no config');
    expect(output).toContain('exit status 5');
    expect(output).not.toContain('exit status 6');
  });

  test('lets a file close its API in a last hook', async () => {
    const { code, output } = await new RunnerProcess(runner, 'after-all', {}, setup).ended;

    expect(output).not.toContain('never closed');
    expect(code, output).toBe(0);
  });
});

test.each(['vitest, forks', 'vitest, threads', 'jest, in band', 'jest, workers', 'node --test'])(
  'in %s, the API of a failed test says what happened, and each API is closed',
  async (runner) => {
    const { code, output } = await new RunnerProcess(runner, 'failing', {}).ended;

    expect(code, output).toBe(1);
    expect(countOf(output, /the runtime of the failed test "expects too much"/g), output).toBe(1);
    expect(countOf(output, /the runtime of the failed test/g), output).toBe(1);
    expect(output).toContain('Process: exited with code 3');
    expect(output).toMatch(/Last output:\n.*stderr \| giving up/);
    expect(output).toMatch(/Timeline:\n.*init {6}started/);
    expect(output).toMatch(/Expected: success with payload ["']all is well["']/);
    expect(output).not.toContain('never closed');
  },
);

test('all of it works in jest', async () => {
  const { code, output } = await new RunnerProcess('jest, in band', 'matchers', {}).ended;

  expect(code, output).toBe(0);
  expect(output).toContain('6 passed');
});
