import { once } from 'node:events';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createRuntimeClient, HarnessError } from '../../src/client/index.ts';
import { attach, bodyOf, transportNames } from './attached.ts';

test('a client asks for an event, and answers it', async () => {
  await using attached = await attach('undici');
  await using client = createRuntimeClient({ address: attached.api.address });
  const result = attached.api.invoke({ name: 'Nim' });

  const invocation = await client.next();
  await client.postResponse(invocation, JSON.stringify({ hello: invocation.json() }));
  client.next().catch(() => {});

  expect(await result).toMatchObject({ status: 'success', payload: { hello: { name: 'Nim' } } });
});

describe.each(transportNames)('over %s, a client', (transport) => {
  test('reads everything that comes with an event, each from its own header', async () => {
    await using attached = await attach(transport, { functionName: 'orders' });
    const { api, client } = attached;
    const clientContext = { client: { appTitle: 'Ünïcode ☃' }, custom: { a: '1' }, env: { locale: 'de' } };
    const cognitoIdentity = { cognitoIdentityId: 'id', cognitoIdentityPoolId: 'pool' };
    const deadline = new Date(4_102_444_800_000);
    api.invoke(
      { a: 'ü' },
      { requestId: 'r-1', clientContext, cognitoIdentity, tenantId: 'tenant', traceId: 'Root=1', deadline },
    );

    const invocation = await client.next();

    expect(invocation).toMatchObject({
      requestId: 'r-1',
      deadlineMs: 4_102_444_800_000,
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:orders',
      traceId: 'Root=1',
      clientContext,
      cognitoIdentity,
      tenantId: 'tenant',
      invocationId: expect.stringMatching(/./),
    });
    expect(invocation.json()).toEqual({ a: 'ü' });
    expect(invocation.body.toString()).toBe('{"a":"ü"}');
  });

  test('has nothing to say of what was not sent', async () => {
    await using attached = await attach(transport);
    attached.api.invoke({});

    const { clientContext, cognitoIdentity, tenantId } = await attached.client.next();

    expect({ clientContext, cognitoIdentity, tenantId }).toEqual({});
  });

  test('echoes the invocation ID with answers, and breaks no rule', async () => {
    await using attached = await attach(transport);
    const { api, client } = attached;
    const results = [api.invoke(1), api.invoke(2), api.invoke(3)];

    const first = await client.next();
    await client.postResponse(first, '1');
    const second = await client.next();
    await client.postError(second, new RangeError('two'));
    const third = await client.next();
    await client.postResponse(third, Readable.from(['th', 'ree']), { contentType: 'text/plain' });
    client.next().catch(() => {});

    expect(await Promise.all(results)).toMatchObject([
      { status: 'success', payload: 1 },
      { status: 'function-error', error: { errorType: 'RangeError', errorMessage: 'two' } },
      { status: 'success', payload: 'three', streamed: true, contentType: 'text/plain' },
    ]);
    const echoes = api.transcript
      .filter((entry) => entry.type === 'exchange')
      .filter(({ method }) => method === 'POST')
      .map(({ requestHeaders }) => requestHeaders['lambda-runtime-invocation-id']);
    expect(echoes).toEqual([first, second, third].map(({ invocationId }) => invocationId));
    expect(api.violations).toEqual([]);
  });

  test('answers by request ID alone', async () => {
    await using attached = await attach(transport);
    const result = attached.api.invoke({}, { requestId: 'r/1?a=b%20' });

    await attached.client.next();
    await attached.client.postResponse('r/1?a=b%20', new Uint8Array([1, 0, 255]));
    attached.client.next().catch(() => {});

    expect(await result).toMatchObject({ status: 'success', contentType: 'application/octet-stream' });
    expect([...bodyOf(await result)]).toEqual([1, 0, 255]);
  });

  test('carries 6 MB each way', async () => {
    await using attached = await attach(transport);
    const event = 'x'.repeat(6_291_000);
    const result = attached.api.invoke(event);

    const invocation = await attached.client.next();
    await attached.client.postResponse(invocation, invocation.body);
    attached.client.next().catch(() => {});

    expect((await result).status).toBe('success');
    expect(bodyOf(await result).equals(Buffer.from(JSON.stringify(event)))).toBe(true);
  });

  test('reports that the Init phase failed', async () => {
    await using attached = await attach(transport);
    const ready = attached.api.ready();

    await attached.client.postInitError({ errorType: 'Runtime.ConfigMissing', errorMessage: 'no config' });

    expect(await ready).toMatchObject({
      status: 'init-error',
      error: { errorType: 'Runtime.ConfigMissing', errorMessage: 'no config' },
    });
    expect(attached.api.violations).toEqual([]);
  });

  test('says what the Runtime API had against an answer', async () => {
    await using attached = await attach(transport);
    attached.api.invoke({});
    const { requestId } = await attached.client.next();
    await attached.client.postResponse(requestId, '1');

    const twice = await attached.client.postResponse(requestId, '2').catch((error: unknown) => error);
    const unknown = await attached.client.postError('other', 'x').catch((error: unknown) => error);

    expect(twice).toBeInstanceOf(HarnessError);
    expect(twice).toMatchObject({
      code: 'ERR_RUNTIME_API_REFUSED',
      cause: { status: 403, errorType: 'InvalidStateTransition' },
      message: expect.stringContaining(`/runtime/invocation/${requestId}/response was answered with status 403`),
    });
    expect(unknown).toMatchObject({
      code: 'ERR_RUNTIME_API_REFUSED',
      cause: { status: 400, errorType: 'InvalidRequestID' },
    });
  });

  test('gives up the wait for work when its signal fires, and is as good as new', async () => {
    await using attached = await attach(transport);
    const { api, client } = attached;
    const giveUp = new AbortController();
    const given = client.next({ signal: giveUp.signal }).catch((error: unknown) => error);
    await api.ready();

    giveUp.abort('enough');

    expect(await given).toMatchObject({ code: 'ERR_ABORTED', cause: 'enough' });
    const result = api.invoke('again');
    await client.postResponse(await client.next(), '"yes"');
    client.next().catch(() => {});
    expect(await result).toMatchObject({ status: 'success', payload: 'yes' });
  });

  test('makes no call for a signal that has fired', async () => {
    await using attached = await attach(transport);
    const signal = AbortSignal.abort('before');
    const { client } = attached;

    for (const call of [
      client.next({ signal }),
      client.postResponse('a', '', { signal }),
      client.postResponse('a', Readable.from(['x']), { signal }),
      client.postError('a', 'x', { signal }),
      client.postInitError('x', { signal }),
    ]) {
      await expect(call).rejects.toMatchObject({ code: 'ERR_ABORTED', cause: 'before' });
    }
    expect(attached.api.transcript.filter(({ type }) => type === 'exchange')).toEqual([]);
  });

  test('ends every call that waits when it is closed, and makes no other', async () => {
    await using attached = await attach(transport);
    const { api, client } = attached;
    const waits = [client.next(), client.next()].map((call) => call.catch((error: unknown) => error));
    await api.ready();

    await client.close();
    await client.close();

    expect(await Promise.all(waits)).toMatchObject([{ code: 'ERR_CLOSED' }, { code: 'ERR_CLOSED' }]);
    await expect(client.next()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    await expect(client.postResponse('a', '1')).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });

  test('posts while it waits for work', async () => {
    await using attached = await attach(transport);
    const { api, client } = attached;
    client.next().catch(() => {});
    await api.ready();

    await expect(client.postInitError('too late')).rejects.toMatchObject({ cause: { status: 403 } });
  });

  test('knows a server that has gone', async () => {
    await using attached = await attach(transport);
    const { api, client } = attached;
    const waiting = client.next().catch((error: unknown) => error);
    await api.ready();
    await api.close();

    expect(await waiting).toMatchObject({ code: 'ERR_RUNTIME_API_UNREACHABLE' });
    await expect(client.next()).rejects.toMatchObject({
      code: 'ERR_RUNTIME_API_UNREACHABLE',
      message: expect.stringMatching(/ECONNREFUSED.*Nobody listens on 127\.0\.0\.1:\d+/),
    });
  });
});

describe('a streamed response', () => {
  test('that throws before its first chunk is an error', async () => {
    await using attached = await attach('undici');
    const result = attached.api.invoke({});
    const invocation = await attached.client.next();

    await attached.client.postResponse(
      invocation,
      // biome-ignore lint/correctness/useYield: it never comes to that.
      (async function* () {
        throw new RangeError('no chunk');
      })(),
    );
    attached.client.next().catch(() => {});

    expect(await result).toMatchObject({
      status: 'function-error',
      error: { errorType: 'RangeError', errorMessage: 'no chunk' },
    });
    expect(await result).not.toHaveProperty('partialBody');
  });

  test('that throws half-way ends in error trailers', async () => {
    await using attached = await attach('undici');
    const result = attached.api.invoke({});
    const invocation = await attached.client.next();

    await attached.client.postResponse(
      invocation,
      (async function* () {
        yield 'half';
        throw new RangeError('and no more: ü');
      })(),
    );
    attached.client.next().catch(() => {});

    const failed = await result;
    expect(failed).toMatchObject({
      status: 'function-error',
      error: { errorType: 'RangeError', errorMessage: 'and no more: ü' },
    });
    expect(String('partialBody' in failed && failed.partialBody)).toBe('half');
    expect(attached.api.violations).toEqual([]);
  });

  test('arrives chunk by chunk', async () => {
    await using attached = await attach('undici');
    const invocation = attached.api.invoke({});
    const stream = attached.client.streamResponse(await attached.client.next());
    const chunks = invocation.chunks[Symbol.asyncIterator]();

    stream.write('one');
    expect(String((await chunks.next()).value)).toBe('one');
    stream.write(Buffer.from('two'));
    expect(String((await chunks.next()).value)).toBe('two');
    stream.end();
    await once(stream, 'finish');
    attached.client.next().catch(() => {});

    expect(await invocation).toMatchObject({ status: 'success', payload: 'onetwo', streamed: true });
  });

  test('may be a web stream, and empty', async () => {
    await using attached = await attach('undici');
    const { api, client } = attached;
    const results = [api.invoke(1), api.invoke(2)];

    await client.postResponse(
      await client.next(),
      new Blob(['{"web":', 'true}']).stream() as AsyncIterable<Uint8Array>,
    );
    await client.postResponse(await client.next(), Readable.from([]));
    client.next().catch(() => {});

    expect(await Promise.all(results)).toMatchObject([
      { status: 'success', payload: { web: true } },
      { status: 'success', payload: '', streamed: true },
    ]);
  });

  test('is given up when the signal fires, also while its source is silent', async () => {
    await using attached = await attach('undici');
    const giveUp = new AbortController();
    const invocation = attached.api.invoke({});
    const { signal } = giveUp;
    const source = Readable.from(
      (async function* () {
        yield 'first';
        await new Promise(() => {});
      })(),
    );

    const posted = attached.client
      .postResponse(await attached.client.next(), source, { signal })
      .catch((error: unknown) => error);
    await invocation.chunks[Symbol.asyncIterator]().next();
    giveUp.abort();

    expect(await posted).toMatchObject({ code: 'ERR_ABORTED' });
    await invocation.responded;
    attached.client.next().catch(() => {});
    expect(await invocation).toMatchObject({
      status: 'function-error',
      error: { errorType: 'Runtime.TruncatedResponse' },
    });
  });

  test('to an invocation that nobody knows is refused', async () => {
    await using attached = await attach('undici');

    await expect(attached.client.postResponse('nobody', Readable.from(['a']))).rejects.toMatchObject({
      code: 'ERR_RUNTIME_API_REFUSED',
    });
  });
});

describe('createRuntimeClient()', () => {
  test.each(['', 'localhost', 'http://127.0.0.1:9001', '127.0.0.1:9001/path', '127.0.0.1:99999', 'a b:1', undefined])(
    'refuses the address %j',
    (address) => {
      expect(() => createRuntimeClient({ address: address as string })).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_OPTION', message: expect.stringContaining('127.0.0.1:9001') }),
      );
    },
  );

  test('closes with its signal', async () => {
    await using attached = await attach('undici');
    const end = new AbortController();
    const client = createRuntimeClient({ address: attached.api.address, signal: end.signal });
    const waiting = client.next().catch((error: unknown) => error);
    await attached.api.ready();

    end.abort('over');

    expect(await waiting).toMatchObject({ code: 'ERR_ABORTED', cause: 'over' });
    await expect(client.next()).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  });
});
