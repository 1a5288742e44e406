import { expect, test } from 'vitest';
import { formatBytes, inSeconds } from '../load/figures.ts';
import { mebibyte } from '../load/memory.ts';
import { stream } from '../load/streams.ts';

test('a stream of 200 MiB that nobody keeps takes less than 20 MiB of memory', async () => {
  const { rssBefore, rssPeak, servedMs } = await stream(200);

  console.log(
    `200 MiB streamed: ${inSeconds(servedMs)}; RSS before ${formatBytes(rssBefore)}, at most ${formatBytes(rssPeak)} (${formatBytes(rssPeak - rssBefore)} more)`,
  );
  expect(rssPeak - rssBefore).toBeLessThan(20 * mebibyte);
});
