import { describe, expect, test } from 'vitest';
import { createRuntimeApi } from '../../src/index.ts';
import { accepted, connect, head, invokeTimeout, paths, replyOf, rulesBroken } from '../helpers/wire-client.ts';

const body = '{"errorType":"Too.Late","errorMessage":"late"}';

describe.for(['response', 'error'] as const)('a late %s', (call) => {
  test('is answered with 410, each time, and breaks no rule', async () => {
    await using api = await createRuntimeApi({ timeoutMs: 900_000 });
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const { requestId } = await runtime.next();
    await invocation.delivered;
    invocation.expire();

    expect(await invocation).toMatchObject({
      status: 'timeout',
      error: {
        errorType: 'Sandbox.Timedout',
        errorMessage: `RequestId: ${requestId} Error: Task timed out after 900.00 seconds`,
      },
    });
    expect(replyOf(await runtime.request('POST', paths[call](requestId), { body }))).toEqual(invokeTimeout);
    expect(replyOf(await runtime.request('POST', paths[call](requestId), { body }))).toEqual(invokeTimeout);
    expect(api.violations).toEqual([]);
  });

  test('never crosses into the invocation that is in hand by then', async () => {
    await using api = await createRuntimeApi();
    await using late = await connect(api.address);
    await using runtime = await connect(api.address);
    const first = api.invoke(1);
    const { requestId } = await late.next();
    await first.delivered;
    first.expire();
    await first;
    const second = api.invoke(2);
    const event = await runtime.next();

    expect(replyOf(await late.request('POST', paths[call](requestId), { body }))).toEqual(invokeTimeout);
    expect(replyOf(await runtime.respond(event.requestId, '"mine"'))).toEqual(accepted);
    expect(replyOf(await late.request('POST', paths[call](requestId), { body }))).toEqual(invokeTimeout);
    await runtime.poll();

    expect(await second).toMatchObject({ status: 'success', payload: 'mine' });
    expect(api.violations).toEqual([]);
  });

  test('that was half uploaded at the deadline is answered with 410', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const first = api.invoke(1);
    const { requestId } = await runtime.next();
    await runtime.send(
      head('POST', paths[call](requestId), {
        Host: 'localhost',
        'Content-Length': String(body.length),
        Expect: '100-continue',
      }),
    );
    expect((await runtime.read()).status).toBe(100);
    await runtime.send(body.slice(0, 5));
    first.expire();
    expect((await first).status).toBe('timeout');
    const second = api.invoke(2);

    await runtime.send(body.slice(5));
    expect(replyOf(await runtime.read())).toEqual(invokeTimeout);
    const event = await runtime.next();
    expect(event.requestId).toBe(second.requestId);
    await runtime.respond(event.requestId, '"mine"');
    await runtime.poll();

    expect(await second).toMatchObject({ status: 'success', payload: 'mine' });
    expect(api.violations).toEqual([]);
  });

  test('that is too large as well is answered with 410, and breaks no rule', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const { requestId } = await runtime.next();
    const large = Buffer.alloc(7_000_000);
    const headers = { Host: 'localhost', 'Content-Length': String(large.length), Expect: '100-continue' };
    await runtime.send(head('POST', paths[call](requestId), headers));
    expect((await runtime.read()).status).toBe(100);
    invocation.expire();
    expect((await invocation).status).toBe('timeout');

    await runtime.send(large);

    expect(replyOf(await runtime.read())).toEqual(invokeTimeout);
    expect(api.violations).toEqual([]);
  });

  test('that is still being uploaded when the next event is in hand is answered with 410', async () => {
    await using api = await createRuntimeApi();
    await using late = await connect(api.address);
    await using runtime = await connect(api.address);
    const first = api.invoke(1);
    const { requestId } = await late.next();
    await late.send(
      head('POST', paths[call](requestId), { Host: 'localhost', 'Content-Length': '4', Expect: '100-continue' }),
    );
    expect((await late.read()).status).toBe(100);
    first.expire();
    await first;
    const second = api.invoke(2);
    const event = await runtime.next();

    await late.send('"hi"');
    expect(replyOf(await late.read())).toEqual(invokeTimeout);
    await runtime.respond(event.requestId, '"mine"');
    await runtime.poll();

    expect(await second).toMatchObject({ status: 'success', payload: 'mine' });
  });
});

test('an attached runtime whose invocation timed out goes on with the next event', async () => {
  await using api = await createRuntimeApi();
  await using runtime = await connect(api.address);
  for (let turn = 0; turn < 5; turn++) {
    const expired = api.invoke({ turn });
    const { requestId } = await runtime.next();
    await expired.delivered;
    expired.expire();
    expect((await expired).status).toBe('timeout');
    expect(replyOf(await runtime.respond(requestId, '"late"'))).toEqual(invokeTimeout);

    const served = api.invoke({ turn });
    const event = await runtime.next();
    await runtime.respond(event.requestId, '"served"');
    await runtime.poll();
    expect(await served).toMatchObject({ status: 'success', payload: 'served' });

    const inBetween = api.invoke({ turn });
    const parked = await runtime.read();
    await runtime.respond(parked.headers['lambda-runtime-aws-request-id'] ?? '', '"parked"');
    expect(inBetween.requestId).toBe(parked.headers['lambda-runtime-aws-request-id']);
  }
  expect(api.violations).toEqual([]);
});

test('a poll that waits over another connection is served after a timeout', async () => {
  await using api = await createRuntimeApi();
  await using busy = await connect(api.address);
  await using idle = await connect(api.address);
  await busy.park();
  await idle.park();
  const first = api.invoke(1);
  const { headers } = await busy.read();
  expect(headers['lambda-runtime-aws-request-id']).toBe(first.requestId);
  await first.delivered;
  first.expire();
  const second = api.invoke(2);

  const event = await idle.read();

  expect(event.headers['lambda-runtime-aws-request-id']).toBe(second.requestId);
  expect(replyOf(await idle.respond(second.requestId, '"served"'))).toEqual(accepted);
  await idle.poll();
  expect((await first).status).toBe('timeout');
  expect(await second).toMatchObject({ status: 'success', payload: 'served' });
});

test('an answer that was accepted before the deadline is told with the timeout', async () => {
  await using api = await createRuntimeApi();
  await using runtime = await connect(api.address);
  const invocation = api.invoke({});
  const { requestId } = await runtime.next();
  await runtime.respond(requestId, '"almost"');
  await invocation.responded;
  invocation.expire();

  expect(await invocation).toMatchObject({ status: 'timeout', response: { kind: 'response', payload: 'almost' } });
  expect(replyOf(await runtime.respond(requestId, '"again"'))).toEqual(invokeTimeout);
});

test('flaws of a late error report do not count against the next invocation', async () => {
  await using api = await createRuntimeApi({ onViolation: 'fail' });
  await using late = await connect(api.address);
  await using runtime = await connect(api.address);
  const first = api.invoke(1);
  const { requestId } = await late.next();
  await late.send(
    head('POST', paths.error(requestId), { Host: 'localhost', 'Content-Length': '8', Expect: '100-continue' }),
  );
  expect((await late.read()).status).toBe(100);
  first.expire();
  await first;
  const second = api.invoke(2);
  const event = await runtime.next();

  await late.send('it broke');
  expect(replyOf(await late.read())).toEqual(invokeTimeout);
  await runtime.respond(event.requestId, '"mine"');
  await runtime.poll();

  expect(await second).toMatchObject({ status: 'success', payload: 'mine' });
});

describe.for(['response', 'error'] as const)('the header Lambda-Runtime-Invocation-Id of /%s', (call) => {
  const post = (runtime: Awaited<ReturnType<typeof connect>>, requestId: string, echo: string | undefined) =>
    runtime.request('POST', paths[call](requestId), {
      body,
      headers: echo === undefined ? {} : { 'lambda-runtime-invocation-id': echo },
    });

  test('may echo the value that came with the event', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    void api.invoke({});
    const { requestId, headers } = await runtime.next();

    expect(replyOf(await post(runtime, requestId, headers['lambda-runtime-invocation-id']))).toEqual(accepted);
    expect(api.violations).toEqual([]);
  });

  test('may be missing', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    void api.invoke({});
    const { requestId } = await runtime.next();

    expect(replyOf(await post(runtime, requestId, undefined))).toEqual(accepted);
    expect(api.violations).toEqual([]);
  });

  test.for(['another', ''])(
    'with the wrong value "%s" is refused with 410, and the right answer counts',
    async (echo) => {
      await using api = await createRuntimeApi();
      await using runtime = await connect(api.address);
      const invocation = api.invoke({});
      const { requestId } = await runtime.next();

      expect(replyOf(await post(runtime, requestId, echo))).toEqual(invokeTimeout);
      expect(rulesBroken(api)).toEqual(['wrong-invocation-id']);
      expect(replyOf(await runtime.respond(requestId, '"right"'))).toEqual(accepted);
      await runtime.poll();
      expect(await invocation).toMatchObject({ status: 'success', payload: 'right' });
    },
  );

  test('tells a late answer from a timely one when the request ID is used again', async () => {
    await using api = await createRuntimeApi();
    await using late = await connect(api.address);
    await using runtime = await connect(api.address);
    const first = api.invoke(1, { requestId: 'same' });
    const { headers } = await late.next();
    await first.delivered;
    first.expire();
    await first;
    const second = api.invoke(2, { requestId: 'same' });
    await runtime.next();

    expect(replyOf(await post(late, 'same', headers['lambda-runtime-invocation-id']))).toEqual(invokeTimeout);
    await runtime.respond('same', '"mine"');
    await runtime.poll();
    expect(await second).toMatchObject({ status: 'success', payload: 'mine' });
  });
});
