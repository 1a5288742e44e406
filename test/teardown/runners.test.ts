import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { RunnerProcess, runnerCommands } from '../helpers/runners.ts';
import { Telltale } from '../helpers/telltale.ts';

const runtimeCommand = JSON.stringify([
  process.execPath,
  fileURLToPath(new URL('../fixtures/telltales/node-runtime.mjs', import.meta.url)),
]);
const variablesFor = (telltale: Telltale): Record<string, string> => ({
  RUNTIME_COMMAND: runtimeCommand,
  TELLTALE_PORT: String(telltale.port),
});

describe.each(Object.keys(runnerCommands))('%s', (runner) => {
  test('ends by itself when a test forgets close(), and so does the runtime', async () => {
    await using telltale = await Telltale.listen();

    const { code, output } = await new RunnerProcess(runner, 'forgotten', variablesFor(telltale)).ended;

    expect(output).not.toMatch(/did not exit|open handle|hanging/i);
    expect(code, output).toBe(0);
    await telltale.departures('runtime');
  });

  test('leaves neither runtime nor worker behind when it is killed in the middle of an invocation', async () => {
    await using telltale = await Telltale.listen();
    const { process: child } = new RunnerProcess(runner, 'pending', variablesFor(telltale));
    await telltale.arrivals('host', 'runtime');

    child.kill('SIGKILL');

    await once(child, 'exit');
    await telltale.departures('host', 'runtime');
  });
});

test('SIGKILL to the fork of vitest leaves no runtime behind', async () => {
  await using telltale = await Telltale.listen();
  const { ended } = new RunnerProcess('vitest, forks', 'pending', variablesFor(telltale));
  await telltale.arrivals('host', 'runtime');

  await telltale.ask('host', 'kill');

  await telltale.departures('host', 'runtime');
  expect((await ended).code).toBe(1);
});

test('jest --forceExit leaves no runtime behind', async () => {
  await using telltale = await Telltale.listen();

  const { code, output } = await new RunnerProcess('jest, in band', 'forgotten', variablesFor(telltale), '--forceExit')
    .ended;

  expect(code, output).toBe(0);
  await telltale.departures('runtime');
});

test.each(['jest, in band', 'jest, workers'])(
  '%s ends by itself after tests that timed out in a wait',
  async (runner) => {
    const setup = '--setupFilesAfterEnv=<rootDir>/../../../../dist/jest.cjs';

    const { code, output } = await new RunnerProcess(runner, 'timed-out', {}, setup).ended;

    expect(output).not.toMatch(/did not exit|failed to exit|open handle/i);
    expect(code, output).toBe(1);
    expect(output).toContain('2 API(s) were never closed');
    expect(output).toMatch(/Waiting for the runtime to answer the invocation \S+ \(at .*timed-out\.spec\.js:6:/);
    expect(output).toMatch(/Waiting for sleep 1000 to ask for its first event \(Init phase\), for \d+ ms so far/);
  },
);

test.each(['vitest, forks', 'jest, in band', 'jest, workers', 'node --test', 'node, without a runner'])(
  '%s is told which line created an API that nobody closed',
  async (runner) => {
    await using telltale = await Telltale.listen();

    const { output } = await new RunnerProcess(runner, 'forgotten', variablesFor(telltale)).ended;

    expect(output.match(/1 API\(s\) were never closed/g), output).toHaveLength(1);
    expect(output).toMatch(/created at .*forgotten\.spec\.m?js:\d+:/);
  },
);

test.each(['forgotten', 'closed'])('jest --detectOpenHandles has nothing to report (%s)', async (file) => {
  await using telltale = await Telltale.listen();

  const { code, output } = await new RunnerProcess('jest, in band', file, variablesFor(telltale), '--detectOpenHandles')
    .ended;

  expect(output).not.toMatch(/open handle/i);
  expect(code, output).toBe(0);
});

test.each(['vitest, forks', 'vitest, threads'])(
  'the hanging-process reporter of %s has nothing to report',
  async (runner) => {
    await using telltale = await Telltale.listen();

    const { code, output } = await new RunnerProcess(
      runner,
      'forgotten',
      variablesFor(telltale),
      '--reporter=default',
      '--reporter=hanging-process',
    ).ended;

    expect(output).not.toMatch(/keeping process alive|hanging/i);
    expect(code, output).toBe(0);
  },
);
