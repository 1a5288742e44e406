import { describe, expect, test } from 'vitest';
import { createRuntimeApi } from '../../src/index.ts';
import {
  announced,
  connect,
  head,
  paths,
  type Reply,
  replyOf,
  rulesBroken,
  type WireResponse,
} from '../helpers/wire-client.ts';

function requestIdOf({ headers }: WireResponse): string | undefined {
  return headers['lambda-runtime-aws-request-id'];
}

const event: Reply = { status: 200, contentType: 'application/json', contentLength: 7, body: '{"n":1}' };

describe('a poller that vanishes before it is served is forgotten', () => {
  test.for(['close', 'reset', 'halfClose'] as const)('(%s): the event goes to the next poll', async (end) => {
    await using api = await createRuntimeApi();
    await using gone = await connect(api.address);
    await using runtime = await connect(api.address);
    await gone.park();
    const aborted = announced(api, 'exchange');
    await gone[end]();
    expect(await aborted).toMatchObject({ method: 'GET', aborted: true });
    expect(await aborted).not.toHaveProperty('response');

    const invocation = api.invoke({ n: 1 });
    const received = await runtime.next();
    await runtime.respond(received.requestId, '"served"');
    await runtime.poll();

    expect(replyOf(received)).toEqual(event);
    expect(await invocation).toMatchObject({ status: 'success', payload: 'served' });
    expect(api.violations).toEqual([]);
  });

  test('with an event queued all the while, none of many events is lost', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const payloads: unknown[] = [];
    for (let turn = 0; turn < 20; turn++) {
      await using gone = await connect(api.address);
      await gone.park();
      const aborted = announced(api, 'exchange', (exchange) => exchange.aborted === true);
      await gone.close();
      await aborted;
      const invocation = api.invoke({ turn });
      const { requestId, body } = await runtime.next();
      await runtime.respond(requestId, body);
      const asked = announced(api, 'platform.runtimeDone');
      await using last = await connect(api.address);
      await last.park();
      await asked;
      const idle = announced(api, 'exchange', (exchange) => exchange.aborted === true);
      await last.close();
      await idle;
      const result = await invocation;
      payloads.push(result.status === 'success' && result.payload);
    }

    expect(payloads).toEqual(Array.from({ length: 20 }, (_, turn) => ({ turn })));
    expect(api.violations).toEqual([]);
  });

  test('and the poll that waited behind it is served', async () => {
    await using api = await createRuntimeApi();
    await using gone = await connect(api.address);
    await using runtime = await connect(api.address);
    await gone.park();
    await runtime.park();
    const aborted = announced(api, 'exchange');
    await gone.close();
    await aborted;
    void api.invoke({ n: 1 });

    expect(replyOf(await runtime.read())).toEqual(event);
    expect(api.violations).toEqual([]);
  });

  test('also when it had sent two polls at once', async () => {
    await using api = await createRuntimeApi();
    await using gone = await connect(api.address);
    await using runtime = await connect(api.address);
    const poll = head('GET', paths.next, { Host: 'localhost', Expect: '100-continue' });
    await gone.send(`${poll}${poll}`);
    expect((await gone.read()).status).toBe(100);
    const aborted = announced(api, 'exchange');
    await gone.close();
    await aborted;
    // Whatever the server still does about the second poll is done by the time another connection is served.
    expect((await runtime.request('GET', paths.ping)).status).toBe(200);
    void api.invoke({ n: 1 });

    expect(replyOf(await runtime.next())).toEqual(event);
    expect(api.violations).toEqual([]);
  });

  test('also when it sent garbage behind its poll', { timeout: 5_000 }, async () => {
    await using api = await createRuntimeApi();
    await using broken = await connect(api.address);
    await using runtime = await connect(api.address);
    await broken.park();
    const aborted = announced(api, 'exchange');
    await broken.send('\0 garbage\r\n\r\n');
    expect((await broken.read()).status).toBe(400);
    expect(await aborted).toMatchObject({ method: 'GET', aborted: true });
    void api.invoke({ n: 1 });

    expect(replyOf(await runtime.next())).toEqual(event);
    expect(api.violations).toEqual([]);
  });
});

test('a poller that vanishes after it was served may ask again for its event', async () => {
  await using api = await createRuntimeApi();
  const invocation = api.invoke({ n: 1 });
  {
    await using gone = await connect(api.address);
    expect(replyOf(await gone.next())).toEqual(event);
  }
  await using runtime = await connect(api.address);
  const received = await runtime.next();
  await runtime.respond(received.requestId, '"served"');
  await runtime.poll();

  expect(replyOf(received)).toEqual(event);
  expect(await invocation).toMatchObject({ status: 'success', payload: 'served' });
});

test('of two polls that wait, exactly one is served with an event, first come, first served', async () => {
  await using api = await createRuntimeApi();
  await using one = await connect(api.address);
  await using other = await connect(api.address);
  await one.park();
  await other.park();

  const first = api.invoke(1);
  expect(requestIdOf(await one.read())).toBe(first.requestId);
  await one.respond(first.requestId, '"one"');
  await one.park();
  expect(await first).toMatchObject({ status: 'success', payload: 'one' });

  const second = api.invoke(2);
  expect(requestIdOf(await other.read())).toBe(second.requestId);
  await other.respond(second.requestId, '"other"');
  await other.park();
  expect(await second).toMatchObject({ status: 'success', payload: 'other' });
  expect(rulesBroken(api)).toEqual([]);
});
