import { expect, test } from 'vitest';
import { createRuntimeClient } from '../../src/client/index.ts';
import { createRuntimeApi } from '../../src/index.ts';
import { endOf } from './end-of.ts';

async function* nothing(): AsyncGenerator<string, void, void> {
  await new Promise(() => {});
  yield 'never';
}

async function* halfOnly(): AsyncGenerator<string, void, void> {
  yield 'half';
  yield* nothing();
}

test.each([
  ['that has not begun', nothing, false],
  ['that has stopped half-way', halfOnly, true],
])('close() of a client ends a response by a stream %s', async (_what, source, hasBegun) => {
  await using api = await createRuntimeApi();
  const client = createRuntimeClient({ address: api.address });
  const invocation = api.invoke({});
  const end = endOf(invocation);
  const posting = client.postResponse(await client.next(), source());
  const posted = expect(posting).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  if (hasBegun) await invocation.chunks[Symbol.asyncIterator]().next();

  await client.close();

  await posted;
  await api.close();
  expect(await end).toBe('ERR_CLOSED');
});

test('the signal of a client ends a response by a stream that has not begun', async () => {
  await using api = await createRuntimeApi();
  const ending = new AbortController();
  const client = createRuntimeClient({ address: api.address, signal: ending.signal });
  const end = endOf(api.invoke({}));
  const stream = client.streamResponse(await client.next());
  stream.on('error', () => {});

  ending.abort();
  await stream.settled;

  expect(stream.transportError).toMatchObject({ code: 'ERR_ABORTED' });
  await api.close();
  expect(await end).toBe('ERR_CLOSED');
});
