import { describe, expect, test } from 'vitest';
import { phaseOf, type RuntimeCall, type RuntimeState } from '../../src/environment/lifecycle.ts';
import { call, completed, drained, Model, refusalOf } from '../helpers/model.ts';

/** Brings an environment into a state; `'held'` is then the request ID that an answer needs to get past the ID check. */
const arrive: Readonly<Record<RuntimeState, (model: Model) => Promise<void> | void>> = {
  Stopped: () => {},
  async Started(model) {
    await model.environment.start();
    model.invoke('held');
  },
  async InitError(model) {
    await model.environment.start();
    model.invoke('held');
    model.environment.beginInitError(call('POST', '/init/error'));
  },
  async Ready(model) {
    await model.environment.start();
    model.environment.forget(model.next());
    model.invoke('held');
  },
  async Running(model) {
    await model.becomeReady();
    model.invoke('held');
  },
  async InvocationResponse(model) {
    await arrive.Running(model);
    model.beginAnswer('response', 'held');
  },
  async InvocationErrorResponse(model) {
    await arrive.Running(model);
    model.beginAnswer('error', 'held');
  },
  async RuntimeResponseSentState(model) {
    await arrive.Running(model);
    model.respond('held');
  },
  async Stopping(model) {
    await model.becomeReady();
    const given = model.invoke('given');
    model.runtime.holdStop();
    model.environment.expire(given);
    model.invoke('held');
  },
};

const act: Readonly<Record<RuntimeCall, (model: Model) => void>> = {
  next: (model) => void model.next(),
  response: (model) => void model.beginAnswer('response', 'held'),
  error: (model) => void model.beginAnswer('error', 'held'),
  initError: (model) => void model.environment.beginInitError(call('POST', '/init/error')),
};

const targetOf: Readonly<Record<RuntimeCall, string>> = {
  next: 'Ready',
  response: 'InvocationResponse',
  error: 'InvocationErrorResponse',
  initError: 'InitError',
};

/** `true`: allowed. A rule: refused with 403, and recorded. `'unpunished'`: refused, but no offence. `'unknown ID'`: 400. */
type Verdict = true | 'unpunished' | 'unknown ID' | string;

const matrix: Readonly<Record<RuntimeState, Readonly<Record<RuntimeCall, Verdict>>>> = {
  Stopped: { next: 'unpunished', response: 'unknown ID', error: 'unknown ID', initError: 'unpunished' },
  Started: { next: true, response: 'answer-before-next', error: 'answer-before-next', initError: true },
  InitError: {
    next: 'call-after-init-error',
    response: 'call-after-init-error',
    error: 'call-after-init-error',
    initError: 'second-init-error',
  },
  Ready: {
    next: true,
    response: 'answer-before-next',
    error: 'answer-before-next',
    initError: 'init-error-after-next',
  },
  Running: { next: true, response: true, error: true, initError: 'init-error-after-next' },
  InvocationResponse: {
    next: 'next-before-answer',
    response: 'second-answer',
    error: 'second-answer',
    initError: 'init-error-after-next',
  },
  InvocationErrorResponse: {
    next: 'next-before-answer',
    response: 'second-answer',
    error: 'second-answer',
    initError: 'init-error-after-next',
  },
  RuntimeResponseSentState: {
    next: true,
    response: 'second-answer',
    error: 'second-answer',
    initError: 'init-error-after-next',
  },
  Stopping: { next: 'unpunished', response: 'unpunished', error: 'unpunished', initError: true },
};

const cells = Object.entries(matrix).flatMap(([state, calls]) =>
  Object.entries(calls).map(([name, verdict]) => ({
    state: state as RuntimeState,
    name: name as RuntimeCall,
    verdict: verdict as Verdict,
  })),
);

describe('the states of a runtime', () => {
  test.each(cells.filter(({ verdict }) => verdict === true))('$state allows $name', async ({ state, name }) => {
    const model = new Model();
    await arrive[state](model);

    expect(() => act[name](model)).not.toThrow();
  });

  test.each(cells.filter(({ verdict }) => verdict !== true))(
    '$state refuses $name ($verdict)',
    async ({ state, name, verdict }) => {
      const model = new Model();
      await arrive[state](model);
      const refused =
        verdict === 'unknown ID'
          ? { errorType: 'InvalidRequestID', message: 'Invalid request ID' }
          : {
              errorType: 'InvalidStateTransition',
              message: `State transition from ${state} to ${targetOf[name]} failed for runtime. Error: State transition is not allowed`,
            };

      expect(refusalOf(() => act[name](model))).toEqual(refused);
      expect(
        refusalOf(() => act[name](model)),
        'a refused call leaves the state alone',
      ).toEqual(refused);

      const recorded = verdict === 'unpunished' ? [] : verdict === 'unknown ID' ? 'unknown-request-id' : verdict;
      expect(model.rules()).toEqual([recorded, recorded].flat());
    },
  );

  test('a refusal has the words of the Runtime API', async () => {
    const model = new Model();
    await arrive.RuntimeResponseSentState(model);

    expect(refusalOf(() => act.response(model)).message).toBe(
      'State transition from RuntimeResponseSentState to InvocationResponse failed for runtime. Error: State transition is not allowed',
    );
  });

  test('an answer to an unknown ID is refused for its ID, whatever the state', async () => {
    for (const state of Object.keys(arrive) as RuntimeState[]) {
      const model = new Model();
      await arrive[state](model);

      expect(
        refusalOf(() => model.beginAnswer('response', 'nobody')),
        state,
      ).toEqual({
        errorType: 'InvalidRequestID',
        message: 'Invalid request ID',
      });
      expect(model.rules(), state).toEqual(['unknown-request-id']);
    }
  });

  test('an init error is heard and ignored while the runtime is being stopped', async () => {
    const model = new Model();
    await arrive.Stopping(model);

    expect(model.environment.beginInitError(call('POST', '/init/error'))).toEqual({ isIgnored: true });
    model.environment.initError({ errorType: 'Late', errorMessage: 'Too late.' });
    model.clock.advance(60_000);
    await drained();

    expect(model.entriesOf('platform.initReport').map(({ status }) => status)).toEqual(['success']);
    expect(model.rules()).toEqual([]);
  });

  test('an init error before the first /next is for the harness to hear', async () => {
    const model = new Model();
    await model.environment.start();

    expect(model.environment.beginInitError(call('POST', '/init/error'))).toEqual({ isIgnored: false });
  });

  test.each([
    ['Started', 'Init'],
    ['InitError', 'Init'],
    ['Ready', 'Idle'],
    ['Running', 'Invoke'],
    ['InvocationResponse', 'Invoke'],
    ['InvocationErrorResponse', 'Invoke'],
    ['RuntimeResponseSentState', 'Invoke'],
    ['Stopping', 'Shutdown'],
    ['Stopped', 'Shutdown'],
  ] as const)('%s belongs to the phase %s', (state, phase) => {
    expect(phaseOf(state)).toBe(phase);
  });
});

describe('a violation', () => {
  test('names the rule, the exchange, the invocation and what to do instead', async () => {
    const model = new Model();
    await arrive.RuntimeResponseSentState(model);
    const exchange = call('POST', '/held/response');

    refusalOf(() =>
      model.environment.beginAnswer('response', { requestId: 'held', invocationId: undefined }, exchange),
    );

    const [violation] = model.entriesOf('violation');
    expect(violation).toMatchObject({
      rule: 'second-answer',
      requestId: 'held',
      message: 'The runtime called response in the state RuntimeResponseSentState.',
      advice: 'Post either /response or /error, once for each event. Lambda refuses the second with 403.',
    });
    expect(violation?.exchange).toBe(exchange);
  });

  test('calls init/error by its path', async () => {
    const model = new Model();
    await arrive.Ready(model);

    refusalOf(() => act.initError(model));

    expect(model.entriesOf('violation')[0]?.message).toBe('The runtime called init/error in the state Ready.');
  });

  test('counts against the invocation that ends next, and only that one', async () => {
    const model = await new Model().becomeReady();
    const first = model.invoke('first');
    refusalOf(() => model.respond('wrong'));
    model.respond('first');
    const second = model.invoke('second');
    model.next();
    model.respond('second');
    model.next();

    expect((await completed(first)).violations.map(({ rule }) => rule)).toEqual(['unknown-request-id']);
    expect((await completed(second)).violations).toEqual([]);
  });

  test('is forgotten by reset', async () => {
    const model = await new Model().becomeReady();
    refusalOf(() => model.respond('wrong'));

    await model.reset();
    const invocation = model.invoke('after');
    model.next();
    model.respond('after');
    model.next();

    expect((await completed(invocation)).violations).toEqual([]);
  });
});
