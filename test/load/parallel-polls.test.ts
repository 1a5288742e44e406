import { expect, test } from 'vitest';
import { createRuntimeApi } from '../../src/index.ts';
import { connect, type WireClient } from '../helpers/wire-client.ts';

const pollerCount = 8;
const eventCount = 400;

test('an attached runtime with eight polls at once gets every event once, on each connection in turn', async () => {
  await using api = await createRuntimeApi();
  const pollers = await Promise.all(Array.from({ length: pollerCount }, () => connect(api.address)));
  for (const poller of pollers) await poller.park();

  const invocations = Array.from({ length: eventCount }, (_, index) => api.invoke({ index }));
  const served = await Promise.all(pollers.map(serveShare));
  const results = await Promise.all(invocations);

  expect(results.map((result) => result.status === 'success' && result.payload)).toEqual(
    results.map((_, index) => ({ poller: index % pollerCount, event: { index } })),
  );
  expect(served).toEqual(
    pollers.map((_, poller) => results.map((_, index) => index).filter((index) => index % pollerCount === poller)),
  );
  expect(api.violations).toEqual([]);
  await Promise.all(pollers.map((poller) => poller.close()));
});

/** Its poll has been sent; answers its events and returns their numbers. */
async function serveShare(client: WireClient, poller: number): Promise<number[]> {
  const indices: number[] = [];
  while (indices.length < eventCount / pollerCount) {
    const { headers, body } = await client.read();
    const event = JSON.parse(body.toString()) as { index: number };
    indices.push(event.index);
    const requestId = headers['lambda-runtime-aws-request-id'] ?? '';
    expect((await client.respond(requestId, JSON.stringify({ poller, event }))).status).toBe(202);
    await client.poll();
  }
  return indices;
}
