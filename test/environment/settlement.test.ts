import { describe, expect, test } from 'vitest';
import type { Invocation } from '../../src/environment/invocation.ts';
import { Refusal } from '../../src/environment/refusal.ts';
import {
  chunksOf,
  completed,
  discardedWith,
  drained,
  isPending,
  Model,
  pastAnyGraceMs,
  timeoutMs,
  truncated,
} from '../helpers/model.ts';

interface Cause {
  readonly name: string;
  readonly happen: (model: Model, invocation: Invocation) => void;
}

const exits: Cause = { name: 'exit', happen: (model) => model.runtime.exit({ code: 3 }) };
const expires: Cause = { name: 'expire', happen: (model, invocation) => model.environment.expire(invocation) };
const timesOut: Cause = { name: 'timeout', happen: (model) => model.clock.advance(timeoutMs) };
const aborts: Cause = { name: 'abort', happen: (model, invocation) => model.abort(invocation) };
const asks: Cause = { name: 'next', happen: (model) => void model.next() };
const answers: Cause = {
  name: 'answer',
  happen(model) {
    model.respond('a');
    model.next();
  },
};

const ends: Readonly<Record<string, string>> = {
  exit: 'runtime-exit',
  expire: 'timeout',
  timeout: 'timeout',
  abort: 'ERR_ABORTED',
  answer: 'success',
  next: 'success',
};

async function endOf(invocation: Invocation): Promise<string> {
  return invocation.completed.promise.then(
    ({ outcome }) => outcome.status,
    (error: unknown) => (error as { code: string }).code,
  );
}

/** Lets all causes happen, one after the other; a runtime whose call is refused has lost the race. */
async function race(model: Model, invocation: Invocation, causes: readonly Cause[]): Promise<void> {
  for (const { happen } of causes) {
    try {
      happen(model, invocation);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }
  await drained();
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

const inOrder = (causes: readonly Cause[]) => ({ order: causes.map(({ name }) => name).join(', then '), causes });

describe('an invocation settles once, and the first cause wins', () => {
  test.each(permutations([exits, expires, timesOut, aborts, answers]).map(inOrder))('$order', async ({ causes }) => {
    const model = await new Model().becomeReady();
    const invocation = model.invoke('a');

    await race(model, invocation, causes);

    expect(await endOf(invocation)).toBe(ends[causes[0]?.name ?? '']);
    expect([...model.entriesOf('platform.runtimeDone'), ...model.entriesOf('invocation.discarded')]).toHaveLength(1);
  });

  test.each(permutations([exits, timesOut, aborts, asks]).map(inOrder))(
    'after the answer: $order',
    async ({ causes }) => {
      const model = await new Model().becomeReady();
      const invocation = model.invoke('a');
      model.respond('a', '"kept"');

      await race(model, invocation, causes);

      expect(await endOf(invocation)).toBe(ends[causes[0]?.name ?? '']);
      expect([...model.entriesOf('platform.runtimeDone'), ...model.entriesOf('invocation.discarded')]).toHaveLength(1);
    },
  );

  test('an answer that was not followed by /next is attached to the timeout', async () => {
    const model = await new Model().becomeReady();
    const invocation = model.invoke('a');
    model.respond('a', '"kept"');
    model.clock.advance(timeoutMs);

    expect((await completed(invocation)).outcome).toMatchObject({
      status: 'timeout',
      answer: { kind: 'response', body: new TextEncoder().encode('"kept"') },
    });
  });

  test.each([
    ['exit code 0', { code: 0 }],
    ['an exit code', { code: 3 }],
    ['a signal', { signal: 'SIGSEGV' }],
  ])('an answer that was not followed by /next is attached to the exit: %s', async (_title, exit) => {
    const model = await new Model().becomeReady();
    const invocation = model.invoke('a');
    model.fail('a');
    model.runtime.exit(exit);

    expect((await completed(invocation)).outcome).toMatchObject({
      status: 'runtime-exit',
      exit: { code: null, signal: null, ...exit },
      answer: { kind: 'error' },
    });
  });

  test('exit code 0 without an answer is a runtime exit like any other', async () => {
    const model = await new Model().becomeReady();
    const invocation = model.invoke('a');
    model.runtime.exit({ code: 0 });

    expect((await completed(invocation)).outcome).toEqual({
      status: 'runtime-exit',
      exit: { code: 0, signal: null },
    });
  });

  test('leaves no timer running', async () => {
    const model = await new Model().becomeReady();
    for (const requestId of ['a', 'b', 'c', 'd']) model.invoke(requestId, { timeoutMs: 1_000_000 });
    expect(model.pendingTimers).toBe(1);
    model.respond('a');
    model.next();
    model.breakAnswer('b');
    model.next();
    model.fail('c');
    model.next();
    model.runtime.exit({ code: 1 });

    expect(model.pendingTimers).toBe(0);
  });

  test('a half-sent answer does not count as one', async () => {
    const model = await new Model().becomeReady();
    const invocation = model.invoke('a');
    model.beginAnswer('response', 'a').body.push(new TextEncoder().encode('half'), 0);
    model.runtime.exit({ signal: 'SIGKILL' });

    expect((await completed(invocation)).outcome).toEqual({
      status: 'runtime-exit',
      exit: { code: null, signal: 'SIGKILL' },
    });
  });

  test('what a runtime does after it was told to stop changes nothing', async () => {
    const model = await new Model().becomeReady();
    const release = model.runtime.holdStop();
    const slow = model.invoke('slow');
    model.environment.expire(slow);
    const next = model.invoke('next');
    model.runtime.exit({ code: 9 });
    await drained();
    expect(await isPending(next.completed.promise)).toBe(true);

    release();
    await drained();
    model.next();
    model.respond('next');
    model.next();
    expect((await completed(slow)).outcome.status).toBe('timeout');
    expect((await completed(next)).outcome.status).toBe('success');
    expect(model.entriesOf('runtime.exited')).toEqual([]);
  });

  test('aborting a queued invocation leaves the runtime and the one in hand alone', async () => {
    const model = await new Model().becomeReady();
    const given = model.invoke('given');
    const queued = model.invoke('queued');
    model.abort(queued);
    model.respond('given');
    const poll = model.next();

    expect(await discardedWith(queued)).toBe('ERR_ABORTED');
    expect((await completed(given)).outcome.status).toBe('success');
    expect(poll.requestIds).toEqual([]);
    expect(model.runtime.stops).toBe(0);
  });

  test('the readers of an aborted response learn why it ends', async () => {
    const model = await new Model().becomeReady();
    const invocation = model.invoke('a');
    model.beginAnswer('response', 'a').body.push(new Uint8Array([1]), 0);
    model.abort(invocation);

    await expect(chunksOf(invocation.body)).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  });

  test('the readers of a response that timed out get what had arrived', async () => {
    const model = await new Model().becomeReady();
    const invocation = model.invoke('a');
    model.beginAnswer('response', 'a').body.push(new Uint8Array([1]), 0);
    model.clock.advance(timeoutMs);

    expect(await chunksOf(invocation.body)).toEqual([new Uint8Array([1])]);
  });
});

describe('an answer that Lambda does not accept', () => {
  async function broken(): Promise<{ model: Model; invocation: Invocation }> {
    const model = await new Model().becomeReady();
    const invocation = model.invoke('a', { timeoutMs: 60_000 });
    model.beginAnswer('response', 'a').body.push(new Uint8Array([1, 2]), 0);
    model.environment.answerBroken(invocation, truncated);
    return { model, invocation };
  }
  const brokenAnswer = { kind: 'broken', error: truncated, partialBody: new Uint8Array([1, 2]) };

  test('counts as the runtime having responded', async () => {
    const { model, invocation } = await broken();

    await expect(invocation.responded.promise).resolves.toBeUndefined();
    expect(model.entriesOf('invocation.responded')).toMatchObject([
      { kind: 'error', errorType: 'Runtime.TruncatedResponse' },
    ]);
  });

  test('ends the invocation at the next /next', async () => {
    const { model, invocation } = await broken();
    expect(await isPending(invocation.completed.promise)).toBe(true);
    model.next();

    expect((await completed(invocation)).outcome).toEqual({ status: 'function-error', answer: brokenAnswer });
    model.clock.advance(pastAnyGraceMs);
    expect(model.runtime.stops, 'a runtime that lives on is left alone').toBe(0);
  });

  test('ends the invocation when the runtime exits, with the exit', async () => {
    const { model, invocation } = await broken();
    model.runtime.exit({ signal: 'SIGKILL' });

    expect((await completed(invocation)).outcome).toEqual({
      status: 'function-error',
      answer: brokenAnswer,
      exit: { code: null, signal: 'SIGKILL' },
    });
  });

  test('ends the invocation soon after, if nothing else happens, and the runtime is replaced', async () => {
    const { model, invocation } = await broken();
    model.clock.advance(pastAnyGraceMs);
    await drained();

    expect((await completed(invocation)).outcome).toEqual({ status: 'function-error', answer: brokenAnswer });
    expect(model.runtime.stops).toBe(1);
  });

  test('does not become a timeout when the deadline passes first', async () => {
    const model = await new Model().becomeReady();
    const invocation = model.invoke('a', { timeoutMs: 1 });
    model.breakAnswer('a');
    model.clock.advance(1);

    expect((await completed(invocation)).outcome.status).toBe('function-error');
  });

  test('does not touch the invocation that comes after it', async () => {
    const { model, invocation } = await broken();
    const next = model.invoke('b', { timeoutMs: 60_000 });
    model.next();
    model.clock.advance(pastAnyGraceMs);
    expect(next.isSettled).toBe(false);
    model.respond('b');
    model.next();

    expect((await completed(invocation)).outcome.status).toBe('function-error');
    expect((await completed(next)).outcome.status).toBe('success');
  });

  test('is not overwritten by a second one, nor does it overwrite a whole answer', async () => {
    const { model, invocation } = await broken();
    model.environment.answerBroken(invocation, { errorType: 'Other', errorMessage: 'Something else.' });
    model.next();
    const whole = model.invoke('b');
    model.respond('b');
    model.environment.answerBroken(whole, truncated);
    model.next();

    expect((await completed(invocation)).outcome).toMatchObject({ answer: { error: truncated } });
    expect((await completed(whole)).outcome.status).toBe('success');
  });

  test('is ignored once the invocation has ended', async () => {
    const model = await new Model().becomeReady();
    const invocation = model.invoke('a');
    model.beginAnswer('response', 'a');
    model.clock.advance(timeoutMs);
    model.environment.answerBroken(invocation, truncated);
    await drained();

    expect((await completed(invocation)).outcome.status).toBe('timeout');
    expect(model.entriesOf('invocation.responded')).toEqual([]);
  });
});
