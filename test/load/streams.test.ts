import { expect, test } from 'vitest';
import { mebibyte } from './memory.ts';
import { stream } from './streams.ts';

test('a stream of 64 MiB that nobody keeps takes less than 20 MiB of memory', { timeout: 120_000 }, async () => {
  const { rssBefore, rssPeak } = await stream(64);

  expect(rssPeak - rssBefore).toBeLessThan(20 * mebibyte);
});
