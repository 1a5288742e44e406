import FakeTimers, { type FakeMethod } from '@sinonjs/fake-timers';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { awslambda } from '../../src/client/index.ts';
import { serve } from './attached.ts';

afterEach(() => {
  vi.useRealTimers();
});

describe('over node:http, an event loop under fake timers', () => {
  test.each(['before', 'after'])('of vitest, from %s its start on, serves', async (moment) => {
    if (moment === 'before') vi.useFakeTimers();
    await using loop = await serve(async (event, context) => [event, context.getRemainingTimeInMillis() > 0]);
    await loop.api.ready();
    if (moment === 'after') vi.useFakeTimers();

    for (const n of [1, 2, 3]) expect(await loop.api.invoke(n)).toMatchObject({ payload: [n, true] });
  });

  const everything: FakeMethod[] = [
    'setTimeout',
    'setInterval',
    'setImmediate',
    'clearTimeout',
    'clearInterval',
    'clearImmediate',
    'Date',
    'performance',
    'hrtime',
    'nextTick',
    'queueMicrotask',
  ];

  test.each(['before', 'after'])('of sinon, all of them, from %s its start on, serves', async (moment) => {
    const install = (): ReturnType<typeof FakeTimers.install> => FakeTimers.install({ toFake: everything });
    let clock = moment === 'before' ? install() : undefined;
    try {
      await using loop = await serve(async (event) => event);
      await loop.api.ready();
      clock ??= install();

      for (const n of [1, 2, 3]) expect(await loop.api.invoke(n)).toMatchObject({ payload: n });
    } finally {
      clock?.uninstall();
    }
  });

  test.each<[string, Parameters<typeof serve>[0], unknown]>([
    ['that answers', async () => 'faked', 'faked'],
    [
      'that streams',
      awslambda.streamifyResponse(async (_event, stream) => {
        stream.write('fa');
        stream.end('ked');
      }),
      'faked',
    ],
  ])('of a handler %s serves', async (_name, handler, payload) => {
    let clock: ReturnType<typeof FakeTimers.install> | undefined;
    const faking = Object.assign(
      (...parts: Parameters<typeof handler>) => {
        clock ??= FakeTimers.install({ toFake: everything });
        return handler(...parts);
      },
      Object.fromEntries(Object.getOwnPropertySymbols(handler).map((name) => [name, 'response'])),
    );
    try {
      await using loop = await serve(faking);

      for (const n of [1, 2]) expect(await loop.api.invoke(n)).toMatchObject({ payload });
    } finally {
      clock?.uninstall();
    }
  });
});
