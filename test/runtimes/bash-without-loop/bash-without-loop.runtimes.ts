import { describe, expect, test } from 'vitest';
import { openScene } from '../../helpers/fixtures.ts';
import { isAlive } from '../../helpers/processes.ts';
import { isMissing, source } from '../toolchains.ts';

const toolchain = {
  name: 'bash and curl without a loop',
  probes: [
    ['bash', '--version'],
    ['curl', '--version'],
  ],
  packages: ['bash', 'curl'],
} as const;

const command = [source('bash-without-loop/bootstrap')];

/** Only a runtime that is stuck takes as long. */
const options = { timeoutMs: 60_000, initTimeoutMs: 60_000 };

describe.skipIf(isMissing(toolchain))(toolchain.name, () => {
  test('answers each event with a process of its own, and ends as a runtime exit', async () => {
    await using scene = await openScene(command, options);

    for (const round of [1, 2, 3, 4, 5]) {
      const result = await scene.api.invoke({ round });

      expect(result).toMatchObject({
        status: 'runtime-exit',
        functionError: 'Unhandled',
        error: {
          errorType: 'Runtime.ExitError',
          errorMessage: `RequestId: ${result.requestId} Error: Runtime exited without providing a reason`,
        },
        exit: { code: 0, signal: null },
        response: { kind: 'response', payload: { round }, isJson: true, streamed: false },
        initDurationMs: expect.any(Number),
        logs: { lines: [] },
      });
    }
    expect(new Set(scene.pids).size).toBe(5);
    expect(scene.pids.filter(isAlive)).toEqual([]);
    await scene.expectNothingLeft();
  });

  test('keeps the error that it posted', async () => {
    await using scene = await openScene(command, options);

    const failed = await scene.api.invoke({ op: 'fail' });
    const next = await scene.api.invoke('next');

    expect(failed).toMatchObject({
      status: 'runtime-exit',
      exit: { code: 0, signal: null },
      response: { kind: 'error', error: { errorType: 'Fixture.Failed', errorMessage: 'as asked' } },
    });
    expect(next).toMatchObject({ status: 'runtime-exit', response: { payload: 'next' } });
  });

  test('breaks no rule by its exit', async () => {
    await using scene = await openScene(command, { ...options, onViolation: 'fail' });

    await scene.api.invoke(1);
    await scene.api.invoke({ op: 'fail' });

    expect(scene.api.violations).toEqual([]);
  });

  test('is told what is missing', async () => {
    await using scene = await openScene(command, options);

    const result = await scene.api.invoke(1);

    expect(result).toHaveProperty(
      'message',
      expect.stringContaining(
        'The runtime exited (exit status 0) during the Invoke phase, after it had posted its response, and before it asked for the next event.',
      ),
    );
    expect(result).toHaveProperty('message', expect.stringMatching(/^What to try: .*\bloop\b/m));
  });
});
