import { expect, test } from 'vitest';
import { createRuntimeApi } from '../../src/index.ts';
import { connect } from '../helpers/wire-client.ts';
import { heldBytes, mebibyte } from './memory.ts';
import { stream } from './streams.ts';

test('of a stream of 64 MiB that nobody keeps, hardly anything is held', { timeout: 120_000 }, async () => {
  const { bytesBefore, bytesAtMost } = await stream(64, {
    measure: heldBytes,
    everyMebibytes: 8,
    warmUpMebibytes: 1,
  });

  expect(bytesAtMost - bytesBefore).toBeLessThan(2 * mebibyte);
});

test('an invocation that is over holds nothing, though the connection of its response stays open', async () => {
  await using api = await createRuntimeApi();
  await using poller = await connect(api.address);
  await using responder = await connect(api.address);
  await poller.poll();
  const respond = async (body: Buffer): Promise<void> => {
    const invocation = api.invoke({});
    const { headers } = await poller.read();
    await responder.respond(headers['lambda-runtime-aws-request-id'] ?? '', body);
    await poller.poll();
    expect(await invocation).toMatchObject({ status: 'success' });
  };
  await respond(Buffer.alloc(10));
  const bytesBefore = heldBytes();

  await respond(Buffer.alloc(6 * mebibyte, 'x'));

  expect(heldBytes() - bytesBefore).toBeLessThan(mebibyte);
});
