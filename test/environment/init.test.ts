import { describe, expect, test } from 'vitest';
import type { InitFailureCause } from '../../src/environment/init-phase.ts';
import { initFailureError } from '../../src/environment/init-phase.ts';
import type { RuntimeExit } from '../../src/environment/runtime.ts';
import { HarnessError } from '../../src/errors.ts';
import {
  call,
  completed,
  crash,
  drained,
  initTimeoutMs,
  isPending,
  Model,
  pastAnyGraceMs,
  refusalOf,
} from '../helpers/model.ts';

interface Failure {
  readonly title: string;
  /** Makes the Init phase that is under way fail. */
  readonly happen: (model: Model) => void;
  readonly cause: InitFailureCause;
  readonly exit?: RuntimeExit;
  readonly status: 'error' | 'timeout';
  readonly errorType: string;
}

const failures: readonly Failure[] = [
  {
    title: 'the process exits',
    happen: (model) => model.runtime.exit({ code: 7 }),
    cause: { kind: 'exit', exit: { code: 7, signal: null } },
    exit: { code: 7, signal: null },
    status: 'error',
    errorType: 'Runtime.ExitError',
  },
  {
    title: 'the process exits with code 0',
    happen: (model) => model.runtime.exit({ code: 0 }),
    cause: { kind: 'exit', exit: { code: 0, signal: null } },
    exit: { code: 0, signal: null },
    status: 'error',
    errorType: 'Runtime.ExitError',
  },
  {
    title: 'the runtime reports an error and lives on',
    happen(model) {
      model.initError();
      model.clock.advance(pastAnyGraceMs);
    },
    cause: { kind: 'reported', error: crash },
    status: 'error',
    errorType: 'Crash',
  },
  {
    title: 'the runtime reports an error and exits',
    happen(model) {
      model.initError();
      model.runtime.exit({ code: 1 });
    },
    cause: { kind: 'reported', error: crash },
    exit: { code: 1, signal: null },
    status: 'error',
    errorType: 'Crash',
  },
  {
    title: 'the runtime is killed while it reports an error',
    happen(model) {
      model.environment.beginInitError(call('POST', '/init/error'));
      model.runtime.exit({ signal: 'SIGKILL' });
    },
    cause: { kind: 'exit', exit: { code: null, signal: 'SIGKILL' } },
    exit: { code: null, signal: 'SIGKILL' },
    status: 'error',
    errorType: 'Runtime.ExitError',
  },
  {
    title: 'the runtime never asks for work',
    happen: (model) => model.clock.advance(initTimeoutMs),
    cause: { kind: 'timeout', timeoutMs: initTimeoutMs, attached: false },
    status: 'timeout',
    errorType: 'Sandbox.Timedout',
  },
  {
    title: 'the runtime begins to report an error and never ends',
    happen(model) {
      model.environment.beginInitError(call('POST', '/init/error'));
      model.clock.advance(initTimeoutMs);
    },
    cause: { kind: 'timeout', timeoutMs: initTimeoutMs, attached: false },
    status: 'timeout',
    errorType: 'Sandbox.Timedout',
  },
];

describe.each(failures)('when $title in its Init phase', ({ happen, cause, exit, status, errorType }) => {
  test('the invocation that waits gets it as its result', async () => {
    const model = new Model();
    await model.environment.start();
    const invocation = model.invoke('a');
    model.logs.print('last words', 'stderr');
    happen(model);
    await drained();

    const { outcome, logs, durationMs } = await completed(invocation);
    expect(outcome).toMatchObject({ status: 'init-error', failure: { cause, ...(exit && { exit }) } });
    expect('failure' in outcome && outcome.failure.exit).toEqual(exit);
    expect(logs.stderr).toBe('last words\n');
    expect(durationMs).toBe(0);
    expect(model.entriesOf('platform.initReport')).toMatchObject([{ status, errorType }]);
  });

  test('ready() tells it', async () => {
    const model = new Model();
    await model.environment.start();
    const ready = model.environment.ready();
    model.clock.advance(5);
    happen(model);

    expect(await ready).toMatchObject({ status: 'init-error', failure: { cause } });
  });

  test('with nobody waiting, it is kept for the next invocation, and nothing is started meanwhile', async () => {
    const model = new Model();
    await model.environment.start();
    happen(model);
    await drained();
    model.clock.advance(60_000);
    await drained();
    expect(model.runtime.starts).toBe(1);

    const invocation = model.invoke('a');
    expect((await completed(invocation)).outcome).toMatchObject({ status: 'init-error', failure: { cause } });
    expect(model.runtime.starts).toBe(1);
  });

  test('it is reported once: the invocation after that gets a fresh runtime', async () => {
    const model = new Model();
    await model.environment.start();
    const first = model.invoke('first');
    const second = model.invoke('second');
    happen(model);
    await drained();
    expect(model.runtime.starts).toBe(2);
    expect(second.isSettled).toBe(false);

    model.next();
    model.respond('second');
    model.next();
    expect((await completed(first)).outcome.status).toBe('init-error');
    expect((await completed(second)).outcome.status).toBe('success');
  });

  test('each waiting invocation gets an attempt of its own', async () => {
    const model = new Model();
    await model.environment.start();
    const invocations = ['a', 'b', 'c'].map((requestId) => model.invoke(requestId));
    for (const [index, invocation] of invocations.entries()) {
      expect(model.runtime.starts).toBe(index + 1);
      happen(model);
      await drained();
      expect((await completed(invocation)).outcome.status).toBe('init-error');
    }
    expect(model.entriesOf('platform.initStart')).toHaveLength(3);
    expect(model.runtime.starts, 'nobody waits any more').toBe(3);
  });
});

describe('an Init phase', () => {
  test('that succeeds is reported with its duration and what was printed in it', async () => {
    const model = new Model();
    await model.environment.start();
    const ready = model.environment.ready();
    model.logs.print('hello');
    model.clock.advance(123);
    model.next();

    expect(await ready).toMatchObject({ status: 'ready', initDurationMs: 123, logs: { stdout: 'hello\n' } });
    expect(model.entriesOf('platform.initStart')).toMatchObject([{ runtime: 'a scripted runtime' }]);
    expect(model.entriesOf('runtime.started')).toMatchObject([{ pid: 101 }]);
    expect(model.entriesOf('platform.initReport')).toMatchObject([{ status: 'success', durationMs: 123 }]);
  });

  test('that succeeds has no budget left to run out', async () => {
    const model = await new Model().becomeReady();
    model.clock.advance(initTimeoutMs * 10);
    await drained();

    expect(model.runtime.stops).toBe(0);
  });

  test('cannot fail after the invocation it was for has been given up: the failure is kept', async () => {
    const model = new Model();
    await model.environment.start();
    const expired = model.invoke('expired');
    model.environment.expire(expired);
    model.runtime.exit({ code: 1 });
    const next = model.invoke('next');

    expect((await completed(expired)).outcome.status).toBe('timeout');
    expect((await completed(next)).outcome).toMatchObject({
      status: 'init-error',
      failure: { cause: { kind: 'exit' } },
    });
  });

  test('with a reported error is not called a timeout when its budget passes before the runtime is gone', async () => {
    const model = new Model();
    await model.environment.start();
    const invocation = model.invoke('a');
    model.clock.advance(initTimeoutMs - 1);
    model.initError();
    model.clock.advance(1);
    model.clock.advance(pastAnyGraceMs);
    await drained();

    expect((await completed(invocation)).outcome).toMatchObject({
      status: 'init-error',
      failure: { cause: { kind: 'reported', error: crash } },
    });
  });

  test('waits for a runtime that reported an error to exit, so that the exit can be told', async () => {
    const model = new Model();
    await model.environment.start();
    const invocation = model.invoke('a');
    model.initError();
    expect(await isPending(invocation.completed.promise)).toBe(true);

    model.runtime.exit({ code: 5 });
    expect((await completed(invocation)).outcome).toMatchObject({ failure: { exit: { code: 5, signal: null } } });
    model.clock.advance(pastAnyGraceMs);
    await drained();
    expect(model.runtime.stops, 'the grace of the dead does not run on').toBe(0);
  });

  test('is not ended by an error that was reported to an earlier one', async () => {
    const model = new Model();
    await model.environment.start();
    model.invoke('first');
    const second = model.invoke('second');
    model.initError();
    model.runtime.exit({ code: 1 });
    model.clock.advance(pastAnyGraceMs);
    model.next();
    model.respond('second');
    model.next();

    expect((await completed(second)).outcome.status).toBe('success');
  });

  test('forgets the call that reported an error once it is over', async () => {
    const model = new Model();
    await model.environment.start();
    model.initError();
    expect(refusalOf(() => model.next()).message).toBe(
      'State transition from InitError to Ready failed for runtime. Error: State transition is not allowed',
    );
    model.runtime.exit({ code: 1 });
    model.environment.initError({ errorType: 'Stray', errorMessage: 'Nobody asked.' });

    expect(await model.environment.ready()).toMatchObject({ failure: { cause: { kind: 'reported', error: crash } } });
  });
});

describe('a runtime that cannot be started', () => {
  test('rejects start() with the reason, and leaves the environment stopped', async () => {
    const model = new Model();
    const error = new HarnessError('ERR_INVALID_COMMAND', 'The command was not found.');
    model.runtime.startError = error;

    await expect(model.environment.start()).rejects.toBe(error);
    expect(refusalOf(() => model.next()).message).toContain('State transition from Stopped to Ready');
    model.clock.advance(initTimeoutMs);
    await drained();
    expect(model.entriesOf('platform.initReport')).toEqual([]);
  });

  test('is the init error of the invocation that needed it, and the next one tries again', async () => {
    const model = await new Model().becomeReady();
    model.runtime.exit({ code: 0 });
    model.runtime.startError = new HarnessError('ERR_INVALID_COMMAND', 'The command was not found.');
    const first = model.invoke('first');
    await drained();
    model.runtime.startError = undefined;
    const second = model.invoke('second');
    model.next();
    model.respond('second');
    model.next();

    expect((await completed(first)).outcome).toMatchObject({
      status: 'init-error',
      failure: { cause: { kind: 'unavailable', message: 'The command was not found.' } },
    });
    expect((await completed(second)).outcome.status).toBe('success');
  });

  test('settles all that wait for it while start() fails', async () => {
    const model = new Model();
    model.runtime.startError = new HarnessError('ERR_SPAWN', 'Too many processes.');
    const starting = model.environment.start();
    const ready = model.environment.ready();
    const invocation = model.invoke('a');
    await expect(starting).rejects.toThrow('Too many processes.');
    await model.close();

    expect(await isPending(ready)).toBe(false);
    expect(await isPending(invocation.completed.promise)).toBe(false);
  });

  test('that was stopped meanwhile is no init error', async () => {
    const model = await new Model().becomeReady();
    model.runtime.exit({ code: 0 });
    model.runtime.startError = new Error('Stopped while starting.');
    const invocation = model.invoke('a');
    await model.reset();
    await drained();

    await expect(invocation.completed.promise).rejects.toMatchObject({ code: 'ERR_RESET' });
    expect(model.entriesOf('platform.initReport').map(({ status }) => status)).toEqual(['success']);
  });
});

describe('the payload of a failed init', () => {
  const failureOf = (cause: InitFailureCause) => ({
    cause,
    initDurationMs: 0,
    logs: { stdout: '', stderr: '', lines: [], droppedBytes: 0 },
  });

  test.each([
    [{ kind: 'reported', error: crash }, crash],
    [
      { kind: 'exit', exit: { code: 7, signal: null } },
      {
        errorType: 'Runtime.ExitError',
        errorMessage: 'RequestId: r-1 Error: Runtime exited with error: exit status 7',
      },
    ],
    [
      { kind: 'timeout', timeoutMs: 10_000, attached: false },
      { errorType: 'Sandbox.Timedout', errorMessage: 'RequestId: r-1 Error: Task timed out after 10.00 seconds' },
    ],
    [
      { kind: 'unavailable', message: 'it is a folder' },
      { errorType: 'Runtime.InvalidEntrypoint', errorMessage: 'RequestId: r-1 Error: it is a folder' },
    ],
  ] as const)('of the kind %o', (cause, error) => {
    expect(initFailureError(failureOf(cause), 'r-1')).toEqual(error);
  });
});
