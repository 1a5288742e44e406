import { describe, expect, test } from 'vitest';
import { call, codeOf, completed, discardedWith, drained, isPending, Model, refusalOf } from '../helpers/model.ts';

/** Brings a fresh environment into each state, with an invocation in flight where there can be one. */
const situations: Readonly<Record<string, (model: Model) => Promise<void> | void>> = {
  'never started': () => {},
  starting(model) {
    model.environment.start().catch(() => {});
  },
  'in its Init phase': (model) => model.environment.start(),
  'in its Init phase, with an invocation waiting': async (model) => {
    await model.environment.start();
    model.invoke('waiting');
  },
  'with a reported init error': async (model) => {
    await model.environment.start();
    model.initError();
  },
  'with a failed init nobody was told of': async (model) => {
    await model.environment.start();
    model.runtime.exit({ code: 1 });
  },
  idle: async (model) => {
    await model.becomeReady();
  },
  'with an event in hand': async (model) => {
    await model.becomeReady();
    model.invoke('in hand');
    model.invoke('waiting');
  },
  'with a half-sent response': async (model) => {
    await model.becomeReady();
    model.invoke('in hand');
    model.beginAnswer('response', 'in hand').body.push(new Uint8Array([1]), 0);
  },
  'with a half-sent error': async (model) => {
    await model.becomeReady();
    model.invoke('in hand');
    model.beginAnswer('error', 'in hand');
  },
  'with an answer, but no /next': async (model) => {
    await model.becomeReady();
    model.invoke('in hand');
    model.respond('in hand');
  },
  'with a broken answer': async (model) => {
    await model.becomeReady();
    model.invoke('in hand');
    model.breakAnswer('in hand');
  },
  'after an exit': async (model) => {
    await model.becomeReady();
    model.runtime.exit({ code: 1 });
  },
  'being stopped after a timeout, with an invocation waiting': async (model) => {
    await model.becomeReady();
    const slow = model.invoke('slow');
    model.invoke('waiting');
    const release = model.runtime.holdStop();
    model.environment.expire(slow);
    queueMicrotask(release);
  },
};
const kinds = [
  ['child process', true],
  ['attached', false],
] as const;
const everySituation = kinds.flatMap(([kind, isOwned]) =>
  Object.entries(situations)
    // A process that is not ours cannot be seen to exit.
    .filter(([title]) => isOwned || !/exit|failed init/.test(title))
    .map(([title, arrive]) => ({ kind, isOwned, title, arrive })),
);

describe.each(everySituation)('$kind: an environment $title', ({ isOwned, arrive }) => {
  test('close() discards everything in flight, and nothing moves afterwards', async () => {
    const model = new Model({ isOwned });
    await arrive(model);
    const queued = model.entriesOf('invocation.queued').length;
    await model.close();

    const ended = [...model.entriesOf('invocation.discarded'), ...model.entriesOf('platform.runtimeDone')];
    expect(ended).toHaveLength(queued);
    expect(model.pendingTimers).toBe(0);
    expect(() => model.invoke('late')).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
    expect(await codeOf(model.environment.ready())).toBe('ERR_CLOSED');
    expect(await codeOf(model.reset())).toBe('ERR_CLOSED');
    expect(refusalOf(() => model.next()).message).toContain('State transition from Stopped to Ready');

    const { starts } = model.runtime;
    const entries = model.transcript.entries().length;
    model.clock.advance(1_000_000);
    model.runtime.exit({ code: 1 });
    await drained();
    expect(model.runtime.starts).toBe(starts);
    expect(model.transcript.entries()).toHaveLength(entries);
  });

  test('close() may be called twice, at once and again', async () => {
    const model = new Model({ isOwned });
    await arrive(model);
    await Promise.all([model.close(), model.close()]);
    await model.close();

    expect(model.runtime.stops).toBeLessThanOrEqual(1 + model.entriesOf('platform.runtimeDone').length);
  });

  test('reset() discards everything in flight; the next invocation is a cold start', async () => {
    const model = new Model({ isOwned });
    await arrive(model);
    await model.reset();
    const discarded = model.entriesOf('invocation.discarded');
    expect(discarded.map(({ reason }) => reason)).toEqual(discarded.map(() => 'ERR_RESET'));
    const { starts } = model.runtime;

    const invocation = model.invoke('after');
    await drained();
    if (isOwned) expect(model.runtime.starts).toBe(starts + 1);
    // A poll of an attached runtime that was parked has been served already.
    if (model.environment.currentRequestId === undefined) model.next();
    model.respond('after');
    model.next();
    expect((await completed(invocation)).outcome.status).toBe('success');
  });

  test('ready() settles, whatever comes', async () => {
    const model = new Model({ isOwned });
    await arrive(model);
    const ready = model.environment.ready();
    model.clock.advance(1_000_000);
    await drained();
    model.clock.advance(1_000_000);

    expect(await isPending(ready)).toBe(false);
  });

  test('a ready() that waits is rejected by close()', async () => {
    const model = new Model({ isOwned });
    await arrive(model);
    const ready = model.environment.ready().then(
      () => 'settled before',
      (error: { code: string }) => error.code,
    );
    await model.close();

    expect(['settled before', 'ERR_CLOSED']).toContain(await ready);
  });
});

describe('ready()', () => {
  test('starts a runtime if there is none', async () => {
    const model = await new Model().becomeReady();
    model.runtime.exit({ code: 0 });
    const ready = model.environment.ready();
    expect(model.runtime.starts).toBe(2);
    model.next();

    expect(await ready).toMatchObject({ status: 'ready' });
  });

  test('starts a runtime though none was ever started', async () => {
    const model = new Model();
    const ready = model.environment.ready();
    await drained();
    model.next();

    expect(await ready).toMatchObject({ status: 'ready' });
  });

  test.each(['idle', 'with an event in hand', 'with a half-sent response', 'with an answer, but no /next'])(
    'resolves at once when the runtime is %s',
    async (situation) => {
      const model = new Model();
      await situations[situation]?.(model);

      expect(await model.environment.ready()).toMatchObject({ status: 'ready' });
      expect(model.runtime.starts).toBe(1);
    },
  );

  test('waits for a runtime that is being stopped, and then for a fresh one', async () => {
    const model = await new Model().becomeReady();
    const release = model.runtime.holdStop();
    model.environment.expire(model.invoke('slow'));
    const ready = model.environment.ready();
    expect(await isPending(ready)).toBe(true);
    expect(model.runtime.starts).toBe(1);

    release();
    await drained();
    expect(model.runtime.starts).toBe(2);
    model.next();
    expect(await ready).toMatchObject({ status: 'ready' });
  });

  test('tells a failed init without consuming it: the next invocation still gets it', async () => {
    const model = new Model();
    await model.environment.start();
    model.runtime.exit({ code: 1 });

    expect(await model.environment.ready()).toMatchObject({ status: 'init-error' });
    expect(await model.environment.ready()).toMatchObject({ status: 'init-error' });
    expect((await completed(model.invoke('a'))).outcome.status).toBe('init-error');
    expect(model.runtime.starts).toBe(1);
  });

  test('tries again once the failed init has been reported', async () => {
    const model = new Model();
    await model.environment.start();
    model.runtime.exit({ code: 1 });
    await completed(model.invoke('a'));
    const ready = model.environment.ready();
    model.next();

    expect(await ready).toMatchObject({ status: 'ready' });
    expect(model.runtime.starts).toBe(2);
  });

  test('that waits for the Init phase is rejected by reset()', async () => {
    const model = new Model();
    await model.environment.start();
    const ready = model.environment.ready();
    await model.reset();

    expect(await codeOf(ready)).toBe('ERR_RESET');
  });
});

describe('reset()', () => {
  test('resolves when the runtime is gone', async () => {
    const model = await new Model().becomeReady();
    const release = model.runtime.holdStop();
    const resetting = model.reset();
    expect(await isPending(resetting)).toBe(true);
    release();
    await resetting;

    expect(model.entriesOf('runtime.stopping').map(({ reason }) => reason)).toEqual(['the test called reset()']);
    expect(model.entriesOf('runtime.stopped')).toHaveLength(1);
  });

  test('keeps an invocation that was sent while it was under way', async () => {
    const model = await new Model().becomeReady();
    const discarded = model.invoke('discarded');
    const release = model.runtime.holdStop();
    const resetting = model.reset();
    const kept = model.invoke('kept');
    release();
    await resetting;
    model.next();
    model.respond('kept');
    model.next();

    expect(await discardedWith(discarded)).toBe('ERR_RESET');
    expect((await completed(kept)).outcome.status).toBe('success');
  });

  test('forgets a failed init', async () => {
    const model = new Model();
    await model.environment.start();
    model.runtime.exit({ code: 1 });
    await model.reset();
    const invocation = model.invoke('a');
    model.next();
    model.respond('a');
    model.next();

    expect((await completed(invocation)).outcome.status).toBe('success');
  });

  test('forgets which request IDs timed out: the runtime that had them is gone', async () => {
    const model = await new Model({ isOwned: true }).becomeReady();
    model.environment.expire(model.invoke('late'));
    await drained();
    await model.reset();

    expect(refusalOf(() => model.respond('late')).errorType).toBe('InvalidRequestID');
  });

  test('remembers what an attached runtime was given, which may still answer it', async () => {
    const model = await new Model({ isOwned: false }).becomeReady();
    model.environment.expire(model.invoke('late'));
    await model.reset();

    expect(refusalOf(() => model.respond('late')).errorType).toBe('InvokeTimeout');
  });

  test('may be called twice at once', async () => {
    const model = await new Model().becomeReady();
    await Promise.all([model.reset(), model.reset()]);

    expect(model.runtime.stops).toBe(1);
  });

  test('gives way to close()', async () => {
    const model = await new Model().becomeReady();
    const invocation = model.invoke('a');
    const release = model.runtime.holdStop();
    const resetting = model.reset();
    const closing = model.close();
    release();
    await Promise.all([resetting, closing]);

    expect(await discardedWith(invocation)).toBe('ERR_RESET');
    expect(await codeOf(model.environment.ready())).toBe('ERR_CLOSED');
    expect(model.runtime.starts).toBe(1);
  });
});

describe('close()', () => {
  test('rejects every promise of an invocation in flight, none of them unhandled', async () => {
    const model = await new Model().becomeReady();
    const invocation = model.invoke('a');
    await model.close();
    await drained();

    expect(await codeOf(invocation.completed.promise)).toBe('ERR_CLOSED');
    expect(await codeOf(invocation.delivered.promise)).toBe('ERR_CLOSED');
    expect(await codeOf(invocation.responded.promise)).toBe('ERR_CLOSED');
  });

  test('waits for a stop that is under way', async () => {
    const model = await new Model().becomeReady();
    const release = model.runtime.holdStop();
    model.environment.expire(model.invoke('slow'));
    const closing = model.close();
    expect(await isPending(closing)).toBe(true);
    release();
    await closing;

    expect(model.runtime.stops).toBe(1);
  });

  test('hears an init error that comes while the runtime is being stopped, and ignores it', async () => {
    const model = await new Model().becomeReady();
    const release = model.runtime.holdStop();
    const closing = model.close();
    expect(model.environment.beginInitError(call('POST', '/init/error'))).toEqual({ isIgnored: true });
    release();
    await closing;
  });
});
