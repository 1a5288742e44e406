import { describe, expect, test } from 'vitest';
import { type InvocationResult, manualClock, type RuntimeApiOptions } from '../../src/index.ts';
import { openScene, runtimes, type Scene } from '../helpers/fixtures.ts';
import { isAlive } from '../helpers/processes.ts';
import { needs } from '../helpers/tools.ts';

const requestId = '00000000-0000-4000-8000-000000000001';
const secondRequestId = '00000000-0000-4000-8000-000000000002';
const noReason = 'Runtime exited without providing a reason';

interface Misbehaviour {
  readonly title: string;
  readonly command: readonly string[];
  readonly event?: unknown;
  /** What the result says, besides the error. */
  readonly result: object;
  readonly error: object;
  /** What the message says for a person. */
  readonly story: readonly string[];
}

function exitError(reason: string, id = requestId): object {
  return { errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${id} Error: ${reason}` };
}

function timeoutError(seconds: string): object {
  return {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`,
  };
}

function byTitle<Case extends { readonly title: string }>(cases: readonly Case[]): (readonly [string, Case])[] {
  return cases.map((one) => [one.title, one]);
}

/** The first result, its message, a fresh process for the next event, and nothing left after the end. */
async function expectRecovery(
  scene: Scene,
  result: InvocationResult,
  expected: Omit<Misbehaviour, 'command'>,
): Promise<void> {
  expect(result).toMatchObject({ requestId, functionError: 'Unhandled', ...expected.result });
  expect(result).toHaveProperty('error', expected.error);
  for (const part of [`Request ID:  ${requestId}`, ...expected.story])
    expect(result).toHaveProperty('message', expect.stringContaining(part));

  const next = await scene.api.invoke({ behave: true });

  expect(scene.pids).toHaveLength(2);
  expect(next).toMatchObject({ status: 'success', requestId: secondRequestId, payload: { pid: scene.pids[1] } });
  expect(scene.pids[1]).not.toBe(scene.pids[0]);
  await scene.expectNothingLeft();
}

describe('a runtime that never asks for work', () => {
  const misbehaviours: readonly Misbehaviour[] = [
    {
      title: 'exits with a code',
      command: runtimes.exitsInInit,
      result: { exit: { code: 7, signal: null } },
      error: exitError('Runtime exited with error: exit status 7'),
      story: [
        'The runtime exited (exit status 7) during the Init phase',
        'Exit:        code 7',
        'stdout | about to start',
        'stderr | no configuration found',
      ],
    },
    {
      title: 'exits with code 0',
      command: runtimes.exitsZeroInInit,
      result: { exit: { code: 0, signal: null } },
      error: exitError(noReason),
      story: ['during the Init phase', 'Exit:        code 0', 'stdout | nothing to do'],
    },
    {
      title: 'reports an init error and exits',
      command: runtimes.initErrorAndExits,
      result: { exit: { code: 1, signal: null } },
      error: { errorType: 'Extension.ConfigMissing', errorMessage: 'no table name', stackTrace: ['at init'] },
      story: [
        'The runtime reported an error during the Init phase: Extension.ConfigMissing: no table name',
        'Exit:        code 1',
        'stderr | cannot connect',
      ],
    },
    {
      title: 'reports an init error and stays alive',
      command: runtimes.initErrorAndStaysAlive,
      result: {},
      error: { errorType: 'Extension.ConfigMissing', errorMessage: 'no table name' },
      story: ['The runtime reported an error during the Init phase', 'stderr | cannot connect'],
    },
  ];

  test.each(byTitle(misbehaviours))(
    '%s: init-error, from a fresh process at each attempt',
    async (_title, expected) => {
      await using scene = await openScene(expected.command);

      const result = await scene.api.invoke({});
      const next = await scene.api.invoke({});

      expect(result).toMatchObject({
        status: 'init-error',
        requestId,
        functionError: 'Unhandled',
        durationMs: 0,
        ...expected.result,
      });
      expect(result).toHaveProperty('error', expected.error);
      for (const part of [`Request ID:  ${requestId}`, ...expected.story])
        expect(result).toHaveProperty('message', expect.stringContaining(part));
      expect(next).toMatchObject({ status: 'init-error', requestId: secondRequestId, ...expected.result });
      expect(new Set(scene.pids).size).toBe(2);
      await scene.expectNothingLeft();
    },
  );

  test('and only waits is killed when the init timeout has passed', async () => {
    const clock = manualClock();
    await using scene = await openScene(runtimes.neverCallsNext, { clock });
    await scene.printed('thinking');

    const invocation = scene.api.invoke({});
    clock.advance(10_000);
    const result = await invocation;

    expect(result).toMatchObject({ status: 'init-error', initDurationMs: 10_000, report: { status: 'timeout' } });
    expect(result).toHaveProperty('error', timeoutError('10.00'));
    expect(result).toHaveProperty(
      'message',
      expect.stringContaining('did not ask for work within 10000 ms (Init phase). It was killed.'),
    );
    expect(result).toHaveProperty('message', expect.stringContaining('stdout | thinking'));
    expect(result).not.toHaveProperty('exit');
    await scene.expectNothingLeft();
  });

  test('is told apart by what it reported, even if the init timeout comes before its exit', async () => {
    const clock = manualClock();
    await using scene = await openScene(runtimes.initErrorAndStaysAlive, { clock });
    const reported = new Promise((resolve) => scene.api.on('exchange', resolve));

    const invocation = scene.api.invoke({});
    await reported;
    clock.advance(10_000);

    expect(await invocation).toMatchObject({ status: 'init-error', error: { errorType: 'Extension.ConfigMissing' } });
  });
});

describe('a runtime that ends in the Invoke phase', () => {
  const misbehaviours: readonly Misbehaviour[] = [
    {
      title: 'exits with a code',
      command: runtimes.exitsInInvoke,
      event: { code: 42 },
      result: { status: 'runtime-exit', exit: { code: 42, signal: null } },
      error: exitError('Runtime exited with error: exit status 42'),
      story: [
        'The runtime exited (exit status 42) during the Invoke phase',
        'Exit:        code 42',
        'stderr | giving up',
      ],
    },
    {
      title: 'exits with code 0',
      command: runtimes.exitsZeroInInvoke,
      result: { status: 'runtime-exit', exit: { code: 0, signal: null } },
      error: exitError(noReason),
      story: ['during the Invoke phase, before it responded', 'Exit:        code 0', 'stdout | done, I think'],
    },
    {
      title: 'exits after its response',
      command: runtimes.exitsAfterResponse,
      event: { name: 'Nim' },
      result: {
        status: 'runtime-exit',
        exit: { code: 3, signal: null },
        response: { kind: 'response', payload: { name: 'Nim' }, isJson: true, streamed: false },
      },
      error: exitError('Runtime exited with error: exit status 3'),
      story: [
        'during the Invoke phase, after it had posted its response, and before it asked for the next event',
        'Exit:        code 3',
        'stderr | that was all',
      ],
    },
    {
      title: 'exits after its error, as Go does after a panic',
      command: runtimes.exitsAfterError,
      result: {
        status: 'runtime-exit',
        exit: { code: 1, signal: null },
        response: { kind: 'error', error: { errorType: 'errorString', errorMessage: 'index out of range' } },
      },
      error: exitError('Runtime exited with error: exit status 1'),
      story: ['during the Invoke phase, after it had posted its error', 'stderr | panic: index out of range'],
    },
    ...Object.entries({
      SIGKILL: 'killed',
      SIGSEGV: 'segmentation fault',
      SIGTERM: 'terminated',
      SIGUSR2: 'user defined signal 2',
    }).map(([signal, words]) => ({
      title: `dies by ${signal}`,
      command: runtimes.killedBySignal,
      event: { signal },
      result: { status: 'runtime-exit', exit: { code: null, signal } },
      error: exitError(`Runtime exited with error: signal: ${words}`),
      story: [
        `(signal: ${words}) during the Invoke phase`,
        `Exit:        signal ${signal}`,
        'stderr | a signal is coming',
      ],
    })),
    {
      title: 'dies in the middle of its response',
      command: runtimes.postsHalfAndDies,
      result: {
        status: 'function-error',
        exit: { code: 1, signal: null },
        partialBody: Buffer.from('0123456789'),
      },
      error: {
        errorType: 'Runtime.TruncatedResponse',
        errorMessage: 'The connection was closed after 10 bytes of the answer.',
      },
      story: [
        'was not accepted (Invoke phase)',
        'Exit:        code 1',
        'stderr | out of breath',
        'VIOLATION body-truncated',
      ],
    },
  ];

  test.each(byTitle(misbehaviours))('%s', async (_title, expected) => {
    await using scene = await openScene(expected.command);

    const result = await scene.api.invoke(expected.event ?? {});

    await expectRecovery(scene, result, expected);
  });

  test.skipIf(needs('bash', 'curl'))(
    'has no loop: each event gets a process, its response and a runtime-exit',
    async () => {
      await using scene = await openScene(runtimes.bashOnce);

      const results = [await scene.api.invoke({ round: 1 }), await scene.api.invoke({ round: 2 })];

      for (const [index, result] of results.entries()) {
        expect(result).toMatchObject({
          status: 'runtime-exit',
          exit: { code: 0 },
          response: { payload: { round: index + 1 } },
        });
        expect(result).toHaveProperty('error', exitError(noReason, result.requestId));
      }
      expect(new Set(scene.pids).size).toBe(2);
      await scene.expectNothingLeft();
    },
  );
});

describe('a runtime that never comes back', () => {
  const misbehaviours: readonly (Misbehaviour & { readonly lastWords: string })[] = [
    {
      title: 'waits',
      command: runtimes.neverAnswers,
      lastWords: 'waiting',
      result: {},
      error: timeoutError('900.00'),
      story: ['The runtime did not answer within the timeout of 900000 ms (Invoke phase)', 'stdout | waiting'],
    },
    {
      title: 'computes',
      command: runtimes.burnsCpu,
      lastWords: 'computing',
      result: {},
      error: timeoutError('900.00'),
      story: [
        'did not answer within the timeout of 900000 ms (Invoke phase)',
        'stdout | computing',
        ...(process.platform === 'linux' ? ['Process:     busy'] : []),
      ],
    },
    {
      title: 'has responded',
      command: runtimes.respondsAndHangs,
      lastWords: 'resting',
      event: { name: 'Nim' },
      result: { response: { kind: 'response', payload: { name: 'Nim' } } },
      error: timeoutError('900.00'),
      story: [
        'posted its answer, but ran into the timeout of 900000 ms before it asked for the next event',
        'stdout | resting',
      ],
    },
    {
      title: 'has sent half of its response',
      command: runtimes.postsHalfAndStays,
      lastWords: 'half of it is out',
      result: {},
      error: timeoutError('900.00'),
      story: ['did not answer within the timeout of 900000 ms (Invoke phase)', 'stdout | half of it is out'],
    },
    {
      title: 'has answered under another ID',
      command: runtimes.answersWrongId,
      lastWords: '400',
      result: {},
      error: timeoutError('900.00'),
      story: ['(Invoke phase)', 'VIOLATION unknown-request-id', 'stdout | 400'],
    },
  ];

  test.each(byTitle(misbehaviours))(
    'and %s is killed when the timeout of the test has passed',
    async (_title, { lastWords, ...expected }) => {
      const clock = manualClock();
      await using scene = await openScene(expected.command, { clock, timeoutMs: 900_000 });

      const invocation = scene.api.invoke(expected.event ?? {});
      await scene.printed(lastWords);
      clock.advance(900_000);
      const result = await invocation;

      expect(result).toMatchObject({ status: 'timeout', durationMs: 900_000, report: { status: 'timeout' } });
      if (!('response' in expected.result)) expect(result).not.toHaveProperty('response');
      await expectRecovery(scene, result, expected);
    },
  );

  test.each(byTitle(misbehaviours))(
    'and %s is killed when real time has passed',
    async (_title, { command, event = {} }) => {
      await using scene = await openScene(command, { timeoutMs: 60 });

      expect(await scene.api.invoke(event)).toMatchObject({
        status: 'timeout',
        error: { errorMessage: expect.stringMatching(/0\.06 seconds$/) },
      });

      await scene.expectNothingLeft();
    },
  );
});

describe('a runtime that goes on after a mistake', () => {
  test('answers twice: the first answer counts, the others are refused and recorded', async () => {
    await using scene = await openScene(runtimes.answersTwice);

    const result = await scene.api.invoke({});

    expect(result).toMatchObject({ status: 'success', payload: 'first', logs: { stdout: '202\n403\n403\n' } });
    expect(scene.api.violations).toMatchObject([
      { rule: 'second-answer', requestId, exchange: { path: `/2018-06-01/runtime/invocation/${requestId}/response` } },
      { rule: 'second-answer', requestId, exchange: { path: `/2018-06-01/runtime/invocation/${requestId}/error` } },
    ]);
    expect(await scene.api.invoke({ behave: true })).toMatchObject({ payload: { pid: scene.pids[0] } });
    await scene.expectNothingLeft();
  });

  test('answers the wrong ID first: refused, recorded, and not mistaken for the answer', async () => {
    await using scene = await openScene(runtimes.answersWrongId);

    const result = await scene.api.invoke({ retry: true });

    expect(result).toMatchObject({ status: 'success', payload: 'found', logs: { stdout: '400\n' } });
    expect(scene.api.violations).toMatchObject([
      { rule: 'unknown-request-id', message: expect.stringContaining('"some-other-id"') },
    ]);
    await scene.expectNothingLeft();
  });

  test('hangs up in the middle of its response: a function error at once, and the process is kept', async () => {
    await using scene = await openScene(runtimes.postsHalfAndHangsUp);

    const result = await scene.api.invoke({});

    expect(result).toMatchObject({
      status: 'function-error',
      error: { errorType: 'Runtime.TruncatedResponse' },
      partialBody: Buffer.from('0123456789'),
    });
    expect(result).not.toHaveProperty('exit');
    expect(await scene.api.invoke({ behave: true })).toMatchObject({ payload: { pid: scene.pids[0] } });
    await scene.expectNothingLeft();
  });
});

describe('a runtime that leaves others behind', () => {
  test('and exits takes a child that keeps polling with it, before the result is told', async () => {
    await using scene = await openScene(runtimes.forksPoller);

    const result = await scene.api.invoke({});

    expect(result).toMatchObject({ status: 'runtime-exit', exit: { code: 1, signal: null } });
    const child = Number(/child (\d+)/.exec(result.logs.stdout)?.[1]);
    expect(child).toBeGreaterThan(1);
    expect(isAlive(child)).toBe(false);
    await expectRecovery(scene, result, {
      title: '',
      result: {},
      error: exitError('Runtime exited with error: exit status 1'),
      story: ['during the Invoke phase', `stdout | child ${child}`],
    });
  });

  // Where no process can read the variables of another, one that left the group cannot be told from any other.
  test.runIf(process.platform === 'linux').each(['close', 'reset'] as const)(
    'in a session of their own loses them at %s()',
    async (end) => {
      await using scene = await openScene(runtimes.forksDaemon);
      const result = await scene.api.invoke<{ daemon: number }>({});
      const { daemon } = (result as typeof result & { status: 'success' }).payload;
      expect(isAlive(daemon)).toBe(true);

      await scene.api[end]();

      expect(isAlive(daemon)).toBe(false);
      await scene.expectNothingLeft();
    },
  );

  test.skipIf(needs('bash', 'curl'))(
    'is a shell whose curl waits for an event: both are gone after close()',
    async () => {
      await using scene = await openScene(runtimes.bashLoop);
      await scene.api.invoke({});

      await scene.expectNothingLeft();
    },
  );
});

describe('a runtime that does not want to end', () => {
  test.each<[string, RuntimeApiOptions]>([
    ['at once by default', {}],
    ['after the grace of the option shutdown', { shutdown: { signal: 'SIGTERM', graceMs: 50 } }],
  ])('is killed %s', async (_when, options) => {
    await using scene = await openScene(runtimes.ignoresSigterm, options);
    await scene.api.invoke({});

    await scene.expectNothingLeft();
  });

  test('is told so, and killed when the grace has passed', async () => {
    const clock = manualClock();
    await using scene = await openScene(runtimes.ignoresSigterm, {
      clock,
      shutdown: { signal: 'SIGTERM', graceMs: 60_000 },
    });
    await scene.api.ready();

    const closing = scene.api.close();
    await scene.printed('not now');
    clock.advance(60_000);
    await closing;

    await scene.expectNothingLeft();
  });
});

describe('errors that runtimes report', () => {
  const reports: readonly (readonly [string, { body: string; headers?: object }, object])[] = [
    [
      'in the shape of the documentation',
      {
        body: '{"errorMessage":"no such user","errorType":"NotFound","stackTrace":["at a (b.js:1)"]}',
        headers: { 'Lambda-Runtime-Function-Error-Type': 'Function.NotFound' },
      },
      {
        error: { errorType: 'NotFound', errorMessage: 'no such user', stackTrace: ['at a (b.js:1)'] },
        errorTypeHeader: 'Function.NotFound',
      },
    ],
    [
      'with a trace instead of a stackTrace',
      { body: '{"errorType":"E","errorMessage":"m","trace":["line 1","line 2"]}' },
      { error: { errorType: 'E', errorMessage: 'm', stackTrace: ['line 1', 'line 2'] } },
    ],
    [
      'with a stack of one string',
      { body: '{"errorType":"E","errorMessage":"m","stack":"line 1\\nline 2"}' },
      { error: { errorType: 'E', errorMessage: 'm', stackTrace: ['line 1', 'line 2'] } },
    ],
    [
      'with frames',
      { body: '{"errorType":"E","errorMessage":"m","stackTrace":[{"path":"main.go","line":3,"label":"main"}]}' },
      { error: { errorType: 'E', errorMessage: 'm', stackTrace: [{ path: 'main.go', line: 3, label: 'main' }] } },
    ],
    [
      'with a cause and keys of its own',
      { body: '{"errorType":"E","errorMessage":"m","cause":{"errorType":"F"},"code":404}' },
      { error: { errorType: 'E', errorMessage: 'm', cause: { errorType: 'F' }, code: 404 } },
    ],
    [
      'without an errorType, which the header gives',
      { body: '{"errorMessage":"m"}', headers: { 'Lambda-Runtime-Function-Error-Type': 'Runtime.Oops' } },
      { error: { errorType: 'Runtime.Oops', errorMessage: 'm' } },
    ],
    ['as plain text', { body: 'it broke' }, { error: { errorType: 'Unhandled', errorMessage: 'it broke' } }],
    ['as nothing at all', { body: '' }, { error: { errorType: 'Unhandled', errorMessage: '' } }],
  ];

  test.each(reports)('%s are a function-error', async (_shape, event, expected) => {
    await using scene = await openScene(runtimes.fails);

    const result = await scene.api.invoke(event);

    expect(result).toMatchObject({
      status: 'function-error',
      functionError: 'Unhandled',
      body: Buffer.from(event.body),
      ...expected,
    });
    expect(result).toHaveProperty('message', expect.stringContaining('The function failed during the Invoke phase'));
    await scene.expectNothingLeft();
  });

  test.each([
    [{ body: 'it broke' }, ['error-not-json']],
    [{ body: '{}' }, ['error-type-missing', 'error-message-missing']],
    [
      { body: '{"errorType":"E","errorMessage":"m"}', headers: { 'Lambda-Runtime-Function-Error-Type': 'no dot' } },
      ['error-type-header-malformed'],
    ],
    [
      { body: '{"errorType":"E","errorMessage":"m"}', headers: { 'Lambda-Runtime-Function-XRay-Error-Cause': '{]' } },
      ['xray-cause-invalid'],
    ],
  ])('%j breaks the rules %j', async (event, rules) => {
    await using scene = await openScene(runtimes.fails);

    await scene.api.invoke(event);

    expect(scene.api.violations.map(({ rule }) => rule)).toEqual(rules);
    for (const violation of scene.api.violations)
      expect(violation).toMatchObject({ requestId, exchange: { method: 'POST' }, advice: expect.stringMatching(/\w/) });
  });
});
