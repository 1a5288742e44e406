import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { createRuntimeApi, type LambdaHandler } from '../../src/index.ts';

const echo: LambdaHandler = async (event) => event;

describe('an event', () => {
  test.each([
    ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    ['a frozen object', Object.freeze({ a: Object.freeze([1]) }), { a: [1] }],
    ['an object that says how it is to be sent', { toJSON: () => ({ a: 1 }) }, { a: 1 }],
    ['holes', new Array(2), [null, null]],
    ['bytes', new TextEncoder().encode('{"a":1}'), { a: 1 }],
    ['a Buffer', Buffer.from('{"a":1}'), { a: 1 }],
    ['a part of a larger Buffer', Buffer.from('xx{"a":1}xx').subarray(2, 9), { a: 1 }],
    ['bytes of another realm', runInNewContext('new Uint8Array([123, 125])'), {}],
    ['raw bytes of another realm', { raw: runInNewContext('new Uint8Array([123, 125])') }, {}],
    ['raw text with a byte order of its own', { raw: '  {"a":1}\n' }, { a: 1 }],
    ['a raw field beside others', { raw: '1', a: 1 }, { raw: '1', a: 1 }],
    ['a raw field that is a number', { raw: 1 }, { raw: 1 }],
  ])('may be %s', async (_what, event, payload) => {
    await using api = await createRuntimeApi({ handler: echo });

    expect(await api.invoke(event)).toMatchObject({ status: 'success', payload });
  });

  test.each([
    ['a big integer', 1n],
    ['one deep inside', { a: [{ b: 1n }] }],
    ['a symbol', Symbol('event')],
    ['a function', echo],
    ['nothing', undefined],
    ['what says that it is nothing', { toJSON: () => undefined }],
    [
      'what does not want to be sent',
      {
        toJSON: () => {
          throw new Error('no');
        },
      },
    ],
  ])('may not be %s, and nothing is sent', async (_what, event) => {
    await using api = await createRuntimeApi({ handler: echo });

    await expect(api.invoke(event)).rejects.toMatchObject({ code: 'ERR_INVALID_EVENT' });

    expect(api.transcript.filter(({ type }) => type === 'invocation.queued')).toEqual([]);
    expect(await api.invoke('after')).toMatchObject({ payload: 'after' });
  });

  test('may be changed by the test while it waits: what was invoked is sent', async () => {
    await using api = await createRuntimeApi({ handler: echo });
    const event = { a: 1 };

    const invocation = api.invoke(event);
    event.a = 2;

    expect(await invocation).toMatchObject({ payload: { a: 1 } });
  });

  test('of bytes may be changed by the test while it waits: what was invoked is sent', async () => {
    await using api = await createRuntimeApi({ handler: echo });
    const event = Buffer.from('"old"');

    const invocation = api.invoke(event);
    event.write('"new"');

    expect(await invocation).toMatchObject({ payload: 'old' });
  });
});

test('a client context of half a megabyte reaches the handler', async () => {
  const custom = { text: 'é'.repeat(80_000) };
  await using api = await createRuntimeApi({ handler: async (_event, { clientContext }) => clientContext });

  expect(await api.invoke({}, { clientContext: { custom } })).toMatchObject({ payload: { custom } });
});
