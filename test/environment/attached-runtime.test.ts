import { describe, expect, test } from 'vitest';
import {
  call,
  completed,
  crash,
  drained,
  initTimeoutMs,
  isPending,
  Model,
  refusalOf,
  timeoutMs,
} from '../helpers/model.ts';

async function attached(): Promise<Model> {
  const model = new Model({ isOwned: false });
  await model.environment.start();
  return model;
}

describe('a runtime that somebody else starts', () => {
  test('has all the time in the world while nobody waits for it', async () => {
    const model = await attached();
    model.clock.advance(initTimeoutMs * 100);
    await drained();
    model.next();

    expect(await model.environment.ready()).toMatchObject({
      status: 'ready',
      initDurationMs: initTimeoutMs * 100,
    });
  });

  test('has its budget from the moment an invocation waits', async () => {
    const model = await attached();
    model.clock.advance(initTimeoutMs * 100);
    const invocation = model.invoke('a');
    model.clock.advance(initTimeoutMs - 1);
    expect(invocation.isSettled).toBe(false);

    model.clock.advance(1);
    expect((await completed(invocation)).outcome).toMatchObject({
      status: 'init-error',
      failure: { cause: { kind: 'timeout', timeoutMs: initTimeoutMs, attached: true } },
    });
  });

  test('has its budget from the moment ready() waits, and only one', async () => {
    const model = await attached();
    const ready = model.environment.ready();
    model.clock.advance(initTimeoutMs - 1);
    const again = model.environment.ready();
    const invocation = model.invoke('a');
    model.clock.advance(1);

    expect(await ready).toMatchObject({ status: 'init-error', failure: { cause: { kind: 'timeout' } } });
    expect(await again).toBe(await ready);
    expect((await completed(invocation)).outcome.status).toBe('init-error');
  });

  test('gets a new budget after each timeout: the next invocation waits as long again', async () => {
    const model = await attached();
    const first = model.invoke('first');
    const second = model.invoke('second');
    model.clock.advance(initTimeoutMs);
    await drained();
    expect([first.isSettled, second.isSettled]).toEqual([true, false]);

    model.clock.advance(initTimeoutMs - 1);
    await drained();
    expect(second.isSettled).toBe(false);
    model.clock.advance(1);
    expect((await completed(second)).outcome.status).toBe('init-error');
  });

  test('may come after a timeout, and serves who waits then', async () => {
    const model = await attached();
    model.invoke('too early');
    model.clock.advance(initTimeoutMs);
    await drained();
    const invocation = model.invoke('in time');
    model.next();
    model.respond('in time');
    model.next();

    expect((await completed(invocation)).outcome.status).toBe('success');
  });

  test('its absence a while ago is no news to a later invocation', async () => {
    const model = await attached();
    expect(await isPending(model.environment.ready())).toBe(true);
    model.clock.advance(initTimeoutMs);
    await drained();

    const invocation = model.invoke('a');
    expect(invocation.isSettled).toBe(false);
    model.next();
    model.respond('a');
    model.next();
    expect((await completed(invocation)).outcome.status).toBe('success');
  });

  test('an init error that it reported with nobody waiting is no news to a later invocation', async () => {
    const model = await attached();
    model.initError();
    await drained();

    const invocation = model.invoke('a');
    expect(invocation.isSettled).toBe(false);
    model.next();
    expect(model.environment.currentRequestId).toBe('a');
  });

  test('an init error that it reports is told at once: there is no exit to wait for', async () => {
    const model = await attached();
    const invocation = model.invoke('a');
    model.initError();

    expect((await completed(invocation)).outcome).toMatchObject({
      status: 'init-error',
      failure: { cause: { kind: 'reported', error: crash } },
    });
  });

  test('an init error that it begins to report and never ends is not waited for without limit', async () => {
    const model = await attached();
    model.environment.beginInitError(call('POST', '/init/error'));
    const invocation = model.invoke('a');
    const ready = model.environment.ready();
    model.clock.advance(initTimeoutMs);
    await drained();

    expect(await isPending(invocation.completed.promise)).toBe(false);
    expect(await isPending(ready)).toBe(false);
  });

  test('a poll that is parked already counts as its coming back', async () => {
    const model = await attached();
    model.next();
    const parked = model.next();
    const slow = model.invoke('slow');
    model.environment.expire(slow);
    const next = model.invoke('next');
    await drained();
    expect(parked.requestIds).toEqual(['next']);

    model.respond('next');
    model.next();
    expect((await completed(slow)).outcome.status).toBe('timeout');
    expect((await completed(next)).outcome.status).toBe('success');
    expect(await model.environment.ready()).toMatchObject({ status: 'ready' });
  });

  test('goes on after a timeout of its own: late answer, then /next', async () => {
    const model = await attached();
    model.next();
    const slow = model.invoke('slow');
    const next = model.invoke('next');
    model.clock.advance(timeoutMs);
    await drained();
    expect(refusalOf(() => model.respond('slow')).errorType).toBe('InvokeTimeout');
    expect(model.next().requestIds).toEqual(['next']);
    model.respond('next', '"mine"');
    model.next();

    expect((await completed(slow)).outcome).toEqual({ status: 'timeout', timeoutMs });
    expect((await completed(next)).outcome).toMatchObject({
      status: 'success',
      answer: { body: new TextEncoder().encode('"mine"') },
    });
    expect(model.rules()).toEqual([]);
  });

  test('is told neither as started nor as stopped: that is not the harness’s doing', async () => {
    const model = await attached();
    model.next();
    model.environment.expire(model.invoke('a'));
    await drained();
    await model.reset();
    await model.close();

    const types = new Set(model.transcript.entries().map(({ type }) => type));
    expect([...types].filter((type) => type.startsWith('runtime.'))).toEqual([]);
  });

  test('pays no init duration into its first invocation', async () => {
    const model = await attached();
    model.clock.advance(500);
    model.next();
    const invocation = model.invoke('a');
    model.respond('a');
    model.next();

    expect((await completed(invocation)).initDurationMs).toBeUndefined();
  });

  test('a parked poll survives reset() and serves the next invocation', async () => {
    const model = await attached();
    const poll = model.next();
    await model.reset();
    model.invoke('a');

    expect(poll.requestIds).toEqual(['a']);
  });
});
