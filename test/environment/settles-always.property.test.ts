import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Invocation } from '../../src/environment/invocation.ts';
import { Refusal } from '../../src/environment/refusal.ts';
import { HarnessError } from '../../src/errors.ts';
import {
  call,
  chunksOf,
  drained,
  errorOf,
  initTimeoutMs,
  isPending,
  Model,
  pastAnyGraceMs,
  responseOf,
  type ScriptedPoll,
  timeoutMs,
  truncated,
} from '../helpers/model.ts';

/** What the test, the runtime, the operating system or time does next. `pick` chooses among what there is. */
interface Step {
  readonly name: keyof typeof steps;
  readonly pick: number;
}

/** A model under a random load, with everything the steps may come back to. */
class Run {
  readonly model: Model;
  readonly invocations: Invocation[] = [];
  readonly polls: ScriptedPoll[] = [];
  readonly uploads: { readonly kind: 'response' | 'error'; readonly invocation: Invocation }[] = [];
  readonly waits: Promise<unknown>[] = [];
  initErrorUploads = 0;
  releaseStop: () => void = () => {};

  constructor(isOwned: boolean) {
    this.model = new Model({ isOwned });
  }

  /** Some waits are rejected by a reset or the end: with a `HarnessError` and nothing else. */
  wait(promise: Promise<unknown>): void {
    this.waits.push(
      promise.catch((error: unknown) => {
        if (!(error instanceof HarnessError)) throw error;
      }),
    );
  }
}

const requestIds = ['a', 'b', 'c', 'd'];
const delaysMs = [1, 100, 1000, timeoutMs, initTimeoutMs];

function picked<T>(items: readonly T[], pick: number): T | undefined {
  return items[pick % items.length];
}

function mostlyOpen(invocations: readonly Invocation[], pick: number): readonly Invocation[] {
  return pick % 7 > 0 ? invocations.filter(({ isSettled }) => !isSettled) : invocations;
}

const steps = {
  // the test
  invoke: ({ model, invocations }: Run, pick: number) =>
    void invocations.push(
      model.invoke(picked(requestIds, pick) ?? '', {
        timeoutMs: picked([50, timeoutMs, Number.POSITIVE_INFINITY], pick) ?? 1,
      }),
    ),
  expire({ model, invocations }: Run, pick: number) {
    const invocation = picked(mostlyOpen(invocations, pick), pick);
    if (invocation) model.environment.expire(invocation);
  },
  abort({ model, invocations }: Run, pick: number) {
    const invocation = picked(mostlyOpen(invocations, pick), pick);
    if (invocation) model.abort(invocation);
  },
  ready: (run: Run) => run.wait(run.model.environment.ready()),
  reset: (run: Run) => run.wait(run.model.reset()),
  // the runtime
  next: ({ model, polls }: Run) => void polls.push(model.next()),
  hangUp: ({ model }: Run) => model.environment.forget(model.next()),
  forget({ model, polls }: Run, pick: number) {
    const poll = picked(polls, pick);
    if (poll) model.environment.forget(poll);
  },
  deliverySucceeded({ model, polls }: Run, pick: number) {
    const invocation = picked(polls, pick)?.received.at(-1);
    if (invocation) model.environment.deliverySucceeded(invocation);
  },
  deliveryLost({ model, polls }: Run, pick: number) {
    const invocation = picked(polls, pick)?.received.at(-1);
    if (invocation) model.environment.deliveryLost(invocation);
  },
  beginAnswer({ model, uploads }: Run, pick: number) {
    const kind = pick % 2 === 0 ? 'response' : 'error';
    uploads.push({ kind, invocation: model.beginAnswer(kind, idInHand(model, pick)) });
  },
  finishAnswer({ model, uploads }: Run, pick: number) {
    const upload = uploads.splice(pick % Math.max(1, uploads.length), 1)[0];
    if (upload) model.environment.answer(upload.invocation, upload.kind === 'response' ? responseOf() : errorOf());
  },
  breakAnswer({ model, uploads }: Run, pick: number) {
    const upload = uploads.splice(pick % Math.max(1, uploads.length), 1)[0];
    if (upload) model.environment.answerBroken(upload.invocation, truncated);
  },
  answer: ({ model }: Run, pick: number) => model.respond(idInHand(model, pick)),
  beginInitError(run: Run) {
    if (!run.model.environment.beginInitError(call('POST', '/init/error')).isIgnored) run.initErrorUploads++;
  },
  finishInitError(run: Run) {
    if (run.initErrorUploads === 0) return;
    run.initErrorUploads--;
    run.model.environment.initError({ errorType: 'Boot', errorMessage: 'It does not boot.' });
  },
  // the operating system
  exit({ model }: Run, pick: number) {
    if (model.runtime.isOwned) model.runtime.exit({ code: pick % 3 });
  },
  startsFail({ model }: Run, pick: number) {
    if (model.runtime.isOwned)
      model.runtime.startError = pick % 2 === 0 ? new HarnessError('ERR_SPAWN', 'Nothing starts any more.') : undefined;
  },
  stopsTakeLong(run: Run) {
    run.releaseStop();
    run.releaseStop = run.model.runtime.holdStop();
  },
  stopsEnd: (run: Run) => run.releaseStop(),
  // time
  advance: ({ model }: Run, pick: number) => model.clock.advance(picked(delaysMs, pick) ?? 0),
  turn: () => drained(),
} satisfies Record<string, (run: Run, pick: number) => void | Promise<void>>;

const common: Step['name'][] = ['invoke', 'invoke', 'next', 'beginAnswer', 'answer', 'advance', 'turn', 'turn'];
const stepNames: readonly Step['name'][] = [...(Object.keys(steps) as Step['name'][]), ...common];

const someSteps: fc.Arbitrary<Step[]> = fc.array(fc.record({ name: fc.constantFrom(...stepNames), pick: fc.nat(59) }), {
  maxLength: 40,
});

test('whatever happens in whatever order, every invocation settles once – by time alone, or by close()', async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.boolean(), someSteps, async (isOwned, timePasses, sequence) => {
      const run = new Run(isOwned);
      await run.model.environment.start();
      for (const step of sequence) await take(run, step);

      run.releaseStop();
      if (timePasses) expireEndless(run);
      // Each invocation that waits may see an Init phase of its own fail.
      const rounds = timePasses ? run.invocations.length + 2 : 0;
      for (let round = 0; round < rounds; round++) {
        await drained();
        run.model.clock.advance(initTimeoutMs + timeoutMs + pastAnyGraceMs);
      }
      await drained();
      if (timePasses) checkEnds(run);

      await run.model.close();
      checkEnds(run);
      expect(run.model.pendingTimers).toBe(0);
      await Promise.all(run.invocations.map(checkOutcome));
      expect(await isPending(Promise.all(run.waits))).toBe(false);
      await Promise.all(run.waits);
    }),
    { numRuns: 4000, seed: 20_181_129 },
  );
});

/** What has no timeout may wait for ever – for a handler, but not for its turn behind one that has ended. */
function expireEndless({ model, invocations }: Run): void {
  for (const invocation of invocations) {
    if (invocation.request.timeoutMs === Number.POSITIVE_INFINITY) model.environment.expire(invocation);
  }
}

/** Mostly the ID that gets furthest. */
function idInHand(model: Model, pick: number): string {
  return (pick % 5 > 0 && model.environment.currentRequestId) || (picked(requestIds, pick) ?? '');
}

async function take(run: Run, { name, pick }: Step): Promise<void> {
  try {
    await steps[name](run, pick);
  } catch (error) {
    if (!(error instanceof Refusal) && !(error instanceof HarnessError)) throw error;
  }
}

/** What no sequence of events may break, once everything has ended. */
function checkEnds({ model, invocations }: Run): void {
  const { isOwned } = model.runtime;
  for (const { requestId, isSettled } of invocations) expect(isSettled, `${requestId} has settled`).toBe(true);
  expect(
    model.entriesOf('platform.runtimeDone').length + model.entriesOf('invocation.discarded').length,
    'each invocation ends exactly once',
  ).toBe(invocations.length);
  const deliveries = invocations.flatMap(({ invocationId }) => invocationId ?? []).map((id) => Number(id.slice(9)));
  expect(deliveries, 'events are delivered in the order they were sent').toEqual(deliveries.toSorted((a, b) => a - b));
  expect(model.entriesOf('platform.start'), 'each event begins at most once').toHaveLength(deliveries.length);
  if (!isOwned) expect(model.entriesOf('runtime.exited')).toEqual([]);
}

async function checkOutcome(invocation: Invocation): Promise<void> {
  const { completed, delivered, responded, body } = invocation;
  expect([completed.isSettled, delivered.isSettled, responded.isSettled]).toEqual([true, true, true]);
  const end = await completed.promise.catch((error: unknown) => error as HarnessError);
  if (end instanceof HarnessError) {
    expect(['ERR_ABORTED', 'ERR_RESET', 'ERR_CLOSED']).toContain(end.code);
    if (invocation.answer) await chunksOf(body);
    else await expect(chunksOf(body)).rejects.toBe(end);
    return;
  }
  await chunksOf(body);
  const { outcome, durationMs } = end;
  const wasDelivered = invocation.deliveredAt !== undefined;
  switch (outcome.status) {
    case 'success':
      expect([wasDelivered, outcome.answer]).toEqual([true, invocation.answer]);
      break;
    case 'function-error':
      expect([wasDelivered, outcome.answer]).toEqual([true, invocation.answer]);
      expect(['error', 'broken']).toContain(outcome.answer.kind);
      break;
    case 'init-error':
      expect([wasDelivered, durationMs]).toEqual([false, 0]);
      break;
    case 'timeout':
      expect(outcome.timeoutMs).toBe(invocation.request.timeoutMs);
      expect(durationMs).toBeLessThanOrEqual(outcome.timeoutMs);
      expect(outcome.answer).toBe(invocation.answer);
      break;
    case 'runtime-exit':
      expect([wasDelivered, outcome.answer]).toEqual([true, invocation.answer]);
      break;
  }
}
