import { describe, expect, test } from 'vitest';
import {
  call,
  codeOf,
  completed,
  crash,
  drained,
  isPending,
  Model,
  refusalOf,
  responseOf,
  timeoutMs,
} from '../helpers/model.ts';

const requestIdsOf = (model: Model, type: 'platform.start' | 'invocation.queued'): string[] =>
  model.entriesOf(type).map(({ requestId }) => requestId);

describe('pairing invocations with polls', () => {
  test('events are delivered in the order they were sent, one at a time', async () => {
    const model = new Model();
    await model.environment.start();
    for (const requestId of ['a', 'b', 'c']) model.invoke(requestId);
    for (const requestId of ['a', 'b', 'c']) {
      expect(model.next().requestIds).toEqual([requestId]);
      model.respond(requestId);
    }
    expect(requestIdsOf(model, 'platform.start')).toEqual(['a', 'b', 'c']);
  });

  test('of two waiting polls the older one is served, the other stays for the next event', async () => {
    const model = new Model();
    await model.environment.start();
    const older = model.next();
    const younger = model.next();

    model.invoke('a');
    expect([older.requestIds, younger.requestIds]).toEqual([['a'], []]);

    model.respond('a');
    model.next();
    model.invoke('b');
    expect([older.requestIds, younger.requestIds]).toEqual([['a'], ['b']]);
  });

  test('a poll that hung up is forgotten: the event goes to the next one', async () => {
    const model = new Model();
    await model.environment.start();
    const gone = model.next();
    model.environment.forget(gone);
    model.invoke('a');
    const alive = model.next();

    expect([gone.requestIds, alive.requestIds]).toEqual([[], ['a']]);
    expect(model.rules()).toEqual([]);
  });

  test('forgetting a poll that was served changes nothing', async () => {
    const model = new Model();
    await model.environment.start();
    const poll = model.next();
    const invocation = model.invoke('a');
    model.environment.forget(poll);
    model.respond('a');
    model.next();

    expect((await completed(invocation)).outcome.status).toBe('success');
  });

  test('polls of a runtime that has exited are forgotten', async () => {
    const model = new Model();
    await model.environment.start();
    const dead = model.next();
    model.runtime.exit({ code: 1 });
    model.invoke('a');
    const fresh = model.next();

    expect([dead.requestIds, fresh.requestIds]).toEqual([[], ['a']]);
    expect(model.runtime.starts).toBe(2);
  });

  test('a request ID that is in flight is refused, with the ID and what to do', async () => {
    const model = await new Model().becomeReady();
    model.invoke('a');
    model.invoke('b');

    for (const requestId of ['a', 'b']) {
      expect(() => model.invoke(requestId)).toThrow(
        expect.objectContaining({
          code: 'ERR_DUPLICATE_REQUEST_ID',
          message: `An invocation with the request ID "${requestId}" is still in flight. Await it first, or leave requestId out to get a fresh one.`,
        }),
      );
    }
    expect(requestIdsOf(model, 'invocation.queued')).toEqual(['a', 'b']);
  });

  test('a request ID is free again once its invocation has ended', async () => {
    const model = await new Model().becomeReady();
    model.invoke('a');
    model.respond('a');
    model.next();
    const again = model.invoke('a');
    model.respond('a', '"again"');
    model.next();

    expect((await completed(again)).outcome).toMatchObject({ status: 'success' });
  });

  test('a runtime that died idle is replaced only when there is work', async () => {
    const model = await new Model().becomeReady();
    model.runtime.exit({ code: 0 });
    model.clock.advance(60_000);
    await drained();
    expect(model.runtime.starts).toBe(1);

    model.invoke('a');
    expect(model.runtime.starts).toBe(2);
  });
});

describe('completion', () => {
  test('an invocation is complete when the runtime asks for the next event, not before', async () => {
    const model = await new Model().becomeReady();
    const invocation = model.invoke('a');
    model.respond('a', '"done"');
    expect(await isPending(invocation.completed.promise)).toBe(true);
    await expect(invocation.responded.promise).resolves.toBeUndefined();

    model.next();
    const { outcome } = await completed(invocation);
    expect(outcome).toMatchObject({ status: 'success', answer: { kind: 'response', contentType: 'application/json' } });
  });

  test('a reported error is complete when the runtime asks for the next event, too', async () => {
    const model = await new Model().becomeReady();
    const invocation = model.invoke('a');
    model.fail('a', crash, 'Function.Crash');
    expect(await isPending(invocation.completed.promise)).toBe(true);

    model.next();
    expect((await completed(invocation)).outcome).toMatchObject({
      status: 'function-error',
      answer: { kind: 'error', error: crash, errorTypeHeader: 'Function.Crash' },
    });
    expect(model.entriesOf('invocation.responded')).toMatchObject([
      { requestId: 'a', kind: 'error', errorType: 'Crash' },
    ]);
  });

  test('delivered resolves when the event has been sent whole', async () => {
    const model = await new Model().becomeReady();
    const invocation = model.invoke('a');
    expect(await isPending(invocation.delivered.promise)).toBe(true);

    model.environment.deliverySucceeded(invocation);
    await expect(invocation.delivered.promise).resolves.toBeUndefined();
  });

  test('moments that can no longer come reject with a code of their own', async () => {
    const model = await new Model().becomeReady();
    const given = model.invoke('given');
    const queued = model.invoke('queued');
    model.environment.expire(given);
    model.environment.expire(queued);

    expect(await codeOf(given.delivered.promise)).toBe('ERR_NOT_DELIVERED');
    expect(await codeOf(given.responded.promise)).toBe('ERR_NO_RESPONSE');
    expect(await codeOf(queued.delivered.promise)).toBe('ERR_NOT_DELIVERED');
    await expect(queued.responded.promise).rejects.toThrow(
      "The invocation queued ended as 'timeout' before the runtime responded. Await the invocation itself to see why.",
    );
  });

  test('lines belong to the invocation in which they were printed', async () => {
    const model = new Model();
    await model.environment.start();
    model.logs.print('while starting');
    model.next();
    const first = model.invoke('first');
    model.logs.print('one');
    model.logs.print('one, to stderr', 'stderr');
    model.respond('first');
    model.logs.print('one, after the answer');
    model.next();
    const second = model.invoke('second');
    model.logs.print('two');
    model.respond('second');
    model.next();

    expect((await completed(first)).logs.lines.map(({ text }) => text)).toEqual([
      'one',
      'one, to stderr',
      'one, after the answer',
    ]);
    expect((await completed(second)).logs).toMatchObject({ stdout: 'two\n', stderr: '' });
    const init = await model.environment.ready();
    expect(init).toMatchObject({ status: 'ready', logs: { stdout: 'while starting\n' } });
  });

  test('an invocation that was never delivered has no lines, and takes none from the one in hand', async () => {
    const model = await new Model().becomeReady();
    const given = model.invoke('given');
    const queued = model.invoke('queued');
    model.logs.print('of the given one');
    model.environment.expire(queued);
    model.respond('given');
    model.next();

    expect((await completed(queued)).logs.lines).toEqual([]);
    expect((await completed(given)).logs.stdout).toBe('of the given one\n');
  });
});

describe('memory', () => {
  test('is that of the runtime which had the event, and unknown where none had it', async () => {
    const model = await new Model().becomeReady();
    const given = model.invoke('given');
    const queued = model.invoke('queued');
    model.environment.expire(queued);
    model.respond('given');
    model.next();

    // The scripted runtime uses a megabyte for each time it was started.
    expect((await completed(given)).maxMemoryUsedMb).toBe(1);
    expect((await completed(queued)).maxMemoryUsedMb).toBeUndefined();
  });

  test('is measured when the answer has been replied to, while the runtime is busy with the reply', async () => {
    const model = await new Model().becomeReady();
    const invocation = model.invoke('grows');
    model.environment.replied();
    model.runtime.growthMb = 10;
    model.respond('grows');
    model.environment.replied();
    model.runtime.growthMb = 20;
    model.next();

    expect((await completed(invocation)).maxMemoryUsedMb).toBe(11);
  });
});

describe('deadlines', () => {
  test('the deadline counts from delivery, not from queueing', async () => {
    const model = await new Model().becomeReady();
    const first = model.invoke('first');
    const second = model.invoke('second');
    model.clock.advance(timeoutMs - 1);
    model.respond('first');
    model.next();
    model.clock.advance(timeoutMs - 1);
    expect(second.isSettled).toBe(false);

    model.clock.advance(1);
    expect((await completed(first)).durationMs).toBe(timeoutMs - 1);
    expect(await completed(second)).toMatchObject({ durationMs: timeoutMs, outcome: { status: 'timeout', timeoutMs } });
  });

  test('the first invocation does not pay for the Init phase, and is told how long that took', async () => {
    const model = new Model();
    await model.environment.start();
    const first = model.invoke('first', { timeoutMs: 100 });
    model.clock.advance(9000);
    model.next();
    model.clock.advance(99);
    model.respond('first');
    model.next();
    const second = model.invoke('second');
    model.respond('second');
    model.next();

    expect(await completed(first)).toMatchObject({
      outcome: { status: 'success' },
      durationMs: 99,
      initDurationMs: 9000,
    });
    expect((await completed(second)).initDurationMs).toBeUndefined();
  });

  test('each fresh runtime tells its init duration once', async () => {
    const model = await new Model().becomeReady();
    const first = model.invoke('first');
    model.runtime.exit({ code: 1 });
    const second = model.invoke('second');
    model.clock.advance(250);
    model.next();
    model.respond('second');
    model.next();

    expect((await completed(first)).initDurationMs).toBe(0);
    expect((await completed(second)).initDurationMs).toBe(250);
  });

  test('Infinity is never enforced, and told as a moment less than 2^31 ms away', async () => {
    const model = await new Model().becomeReady();
    const invocation = model.invoke('a', {
      timeoutMs: Number.POSITIVE_INFINITY,
      deadline: Number.POSITIVE_INFINITY,
    });
    model.clock.advance(1e12);

    expect(invocation.isSettled).toBe(false);
    const aheadMs = invocation.deadlineMs - model.clock.epochMs();
    expect(aheadMs).toBeLessThan(2 ** 31);
    expect(aheadMs).toBeGreaterThan(2 ** 31 - 120_000);
  });

  test('the deadline that is told is real epoch time, whatever the manual clock says', async () => {
    const model = await new Model().becomeReady();
    model.clock.advance(3_600_000);
    const before = model.clock.epochMs();
    const invocation = model.invoke('a', { deadline: 5000 });
    const after = model.clock.epochMs();

    expect(invocation.deadlineMs).toBeGreaterThanOrEqual(Math.floor(before + 5000));
    expect(invocation.deadlineMs).toBeLessThanOrEqual(Math.floor(after + 5000));
    expect(Number.isInteger(invocation.deadlineMs)).toBe(true);
  });

  test.each([
    ['a moment', new Date(1234), 1234],
    ['a moment long before 1970, which headers cannot hold', new Date(-5), 1],
    ['a number far in the past', -1e15, 1],
  ])('%s is told as a positive integer', async (_title, deadline, told) => {
    const model = await new Model().becomeReady();

    expect(model.invoke('a', { deadline }).deadlineMs).toBe(told);
  });

  test('what is told and what is enforced are independent', async () => {
    const model = await new Model().becomeReady();
    const invocation = model.invoke('a', { deadline: new Date(1), timeoutMs: 50 });
    model.clock.advance(49);
    expect(invocation.isSettled).toBe(false);

    model.clock.advance(1);
    expect((await completed(invocation)).outcome.status).toBe('timeout');
  });

  test('after a timeout the runtime is stopped, and the next invocation is served by a fresh one', async () => {
    const model = await new Model().becomeReady();
    model.invoke('slow');
    const next = model.invoke('next');
    model.clock.advance(timeoutMs);
    await drained();
    expect([model.runtime.stops, model.runtime.starts]).toEqual([1, 2]);

    expect(model.next().requestIds).toEqual(['next']);
    model.respond('next');
    model.next();
    expect((await completed(next)).outcome.status).toBe('success');
  });

  test('a fresh runtime is started only when the old one is gone', async () => {
    const model = await new Model().becomeReady();
    const release = model.runtime.holdStop();
    model.environment.expire(model.invoke('slow'));
    model.invoke('next');
    await drained();
    expect(model.runtime.starts).toBe(1);

    release();
    await drained();
    expect(model.runtime.starts).toBe(2);
  });

  test('a timeout says what the process was doing', async () => {
    const model = await new Model().becomeReady();
    model.runtime.activity = 'busy';
    const given = model.invoke('given');
    const queued = model.invoke('queued');
    model.environment.expire(queued);
    model.environment.expire(given);

    expect((await completed(given)).outcome).toEqual({
      status: 'timeout',
      timeoutMs,
      activity: 'busy',
      isExpired: true,
    });
    expect((await completed(queued)).outcome, 'it was not doing that one').toEqual({
      status: 'timeout',
      timeoutMs,
      isExpired: true,
    });
  });

  test('expiring a queued invocation leaves the runtime and the one in hand alone', async () => {
    const model = await new Model().becomeReady();
    const given = model.invoke('given');
    const queued = model.invoke('queued');
    model.environment.expire(queued);
    model.respond('given');
    const poll = model.next();

    expect(await completed(queued)).toMatchObject({ durationMs: 0, outcome: { status: 'timeout' } });
    expect((await completed(given)).outcome.status).toBe('success');
    expect(poll.requestIds).toEqual([]);
    expect(model.runtime.stops).toBe(0);
  });
});

describe('an idle runtime that hung up and does not ask again', () => {
  async function hungUp(): Promise<Model> {
    const model = new Model();
    await model.environment.start();
    model.environment.forget(model.next());
    return model;
  }

  test('is waited for no longer than a handler, and then replaced', async () => {
    const model = await hungUp();
    const invocation = model.invoke('a');
    const next = model.invoke('b');
    model.clock.advance(timeoutMs - 1);
    expect(invocation.isSettled).toBe(false);

    model.clock.advance(1);
    await drained();
    expect((await completed(invocation)).outcome).toMatchObject({ status: 'timeout', timeoutMs });
    expect(model.runtime.starts).toBe(2);
    model.next();
    model.respond('b');
    model.next();
    expect((await completed(next)).outcome.status).toBe('success');
  });

  test('that comes back in time leaves the invocation its whole timeout', async () => {
    const model = await hungUp();
    const invocation = model.invoke('a');
    model.clock.advance(timeoutMs - 1);
    model.next();
    model.clock.advance(timeoutMs - 1);
    expect(invocation.isSettled).toBe(false);

    model.clock.advance(1);
    expect((await completed(invocation)).durationMs).toBe(timeoutMs);
  });

  test('is waited for by each invocation in turn for as long as its own timeout says', async () => {
    const model = await hungUp();
    const first = model.invoke('first', { timeoutMs: 50 });
    const second = model.invoke('second', { timeoutMs });
    model.clock.advance(10);
    model.abort(first);
    model.clock.advance(timeoutMs - 11);
    expect(second.isSettled).toBe(false);

    model.clock.advance(11);
    expect((await completed(second)).outcome).toMatchObject({ status: 'timeout', timeoutMs });
  });

  test('is not waited for without limit because an invocation before had no timeout', async () => {
    const model = await hungUp();
    const endless = model.invoke('endless', { timeoutMs: Number.POSITIVE_INFINITY });
    const second = model.invoke('second');
    model.environment.expire(endless);
    model.clock.advance(timeoutMs);

    expect(second.isSettled).toBe(true);
  });

  test('is left alone if it comes back after nobody waits any more', async () => {
    const model = await hungUp();
    model.abort(model.invoke('a'));
    model.next();
    model.clock.advance(timeoutMs * 10);
    await drained();

    expect(model.runtime.stops).toBe(0);
  });
});

describe('redelivery', () => {
  test('a runtime that asks again before it answered gets the same event, which is a violation', async () => {
    const model = await new Model().becomeReady();
    const invocation = model.invoke('a');
    const { invocationId, deadlineMs } = invocation;
    model.clock.advance(10);
    const poll = model.next();

    expect(poll.received).toEqual([invocation]);
    expect([invocation.invocationId, invocation.deadlineMs]).toEqual([invocationId, deadlineMs]);
    expect(model.rules()).toEqual(['next-before-answer']);
    expect(model.entriesOf('platform.start')).toHaveLength(1);
  });

  test('redelivery does not move the enforced deadline', async () => {
    const model = await new Model().becomeReady();
    const invocation = model.invoke('a');
    model.clock.advance(timeoutMs - 1);
    model.next();
    model.clock.advance(1);

    expect((await completed(invocation)).durationMs).toBe(timeoutMs);
  });

  test('asking again is no offence after a delivery whose connection broke – once', async () => {
    const model = await new Model().becomeReady();
    const invocation = model.invoke('a');
    model.environment.deliveryLost(invocation);
    expect(model.next().requestIds).toEqual(['a']);
    expect(model.rules()).toEqual([]);

    expect(model.next().requestIds).toEqual(['a']);
    expect(model.rules()).toEqual(['next-before-answer']);
  });

  test('a lost delivery of an earlier invocation is no excuse', async () => {
    const model = await new Model().becomeReady();
    const earlier = model.invoke('earlier');
    model.respond('earlier');
    model.next();
    model.invoke('a');
    model.environment.deliveryLost(earlier);
    model.next();

    expect(model.rules()).toEqual(['next-before-answer']);
  });
});

describe('answers that come to nothing', () => {
  test('an answer that arrives after the timeout is refused with InvokeTimeout, and is no offence', async () => {
    const model = await new Model({ isOwned: false }).becomeReady();
    model.environment.expire(model.invoke('late'));
    await drained();
    const refused = { errorType: 'InvokeTimeout', message: 'Invoke timeout' };

    expect(refusalOf(() => model.respond('late'))).toEqual(refused);
    model.invoke('current');
    model.next();
    expect(refusalOf(() => model.fail('late'))).toEqual(refused);
    expect(model.rules()).toEqual([]);
    expect(model.environment.currentRequestId).toBe('current');
  });

  test('an upload that was under way when the deadline passed is refused with InvokeTimeout', async () => {
    const model = await new Model().becomeReady();
    const invocation = model.invoke('a');
    model.beginAnswer('response', 'a');
    model.clock.advance(timeoutMs);

    expect(refusalOf(() => model.environment.answer(invocation, responseOf()))).toEqual({
      errorType: 'InvokeTimeout',
      message: 'Invoke timeout',
    });
    expect((await completed(invocation)).outcome).toEqual({ status: 'timeout', timeoutMs });
  });

  test('an answer to an aborted invocation is refused with InvokeTimeout', async () => {
    const model = await new Model({ isOwned: false }).becomeReady();
    model.abort(model.invoke('a'));
    await drained();

    expect(refusalOf(() => model.respond('a')).errorType).toBe('InvokeTimeout');
  });

  test('an invocation that expired in the queue was never given out: its ID is unknown', async () => {
    const model = await new Model().becomeReady();
    model.invoke('given');
    model.environment.expire(model.invoke('queued'));

    expect(refusalOf(() => model.respond('queued')).errorType).toBe('InvalidRequestID');
  });

  test('only the last 1000 timed-out request IDs are remembered', async () => {
    const model = await new Model({ isOwned: false }).becomeReady();
    for (let index = 0; index <= 1000; index++) {
      model.environment.expire(model.invoke(`late-${index}`));
      await drained();
      if (index < 1000) model.next();
    }

    expect(refusalOf(() => model.respond('late-0')).errorType).toBe('InvalidRequestID');
    expect(refusalOf(() => model.respond('late-1')).errorType).toBe('InvokeTimeout');
  });

  test('a stale invocation ID is refused, though the request ID is the current one', async () => {
    const model = await new Model({ isOwned: false }).becomeReady();
    const late = model.invoke('same');
    const stale = late.invocationId;
    model.environment.expire(late);
    await drained();
    model.next();
    const invocation = model.invoke('same');

    expect(invocation.invocationId).not.toBe(stale);
    expect(refusalOf(() => model.respond('same', '1', stale))).toEqual({
      errorType: 'InvokeTimeout',
      message: 'Invoke timeout',
    });
    expect(model.rules()).toEqual(['wrong-invocation-id']);
    model.respond('same', '2', invocation.invocationId);
    model.next();
    expect((await completed(invocation)).outcome.status).toBe('success');
  });

  test('every delivery has an invocation ID of its own', async () => {
    const model = await new Model().becomeReady();
    const ids = ['a', 'b', 'c'].map((requestId) => {
      const { invocationId } = model.invoke(requestId);
      model.respond(requestId);
      model.next();
      return invocationId;
    });

    expect(ids).toEqual(['delivery-1', 'delivery-2', 'delivery-3']);
  });

  test('the current request ID is that of the unsettled invocation in hand', async () => {
    const model = await new Model().becomeReady();
    expect(model.environment.currentRequestId).toBeUndefined();
    model.invoke('a');
    model.invoke('b');
    expect(model.environment.currentRequestId).toBe('a');
    model.respond('a');
    expect(model.environment.currentRequestId).toBe('a');
    model.next();
    expect(model.environment.currentRequestId).toBe('b');
    model.environment.violate('error-not-json', 'posted no JSON', call('POST', '/b/error'));
    expect(model.entriesOf('violation')[0]?.requestId).toBe('b');
  });
});
