import { expect, test } from 'vitest';
import { formatBytes, inSeconds } from '../load/figures.ts';
import { mebibyte, residentBytes } from '../load/memory.ts';
import { stream } from '../load/streams.ts';

test('a stream of 200 MiB that nobody keeps takes less than 20 MiB of memory', async () => {
  const { bytesBefore, bytesAtMost, servedMs } = await stream(200, {
    measure: residentBytes,
    everyMebibytes: 1,
    warmUpMebibytes: 64,
  });

  console.log(
    `200 MiB streamed: ${inSeconds(servedMs)}; RSS before ${formatBytes(bytesBefore)}, at most ${formatBytes(bytesAtMost)} (${formatBytes(bytesAtMost - bytesBefore)} more)`,
  );
  expect(bytesAtMost - bytesBefore).toBeLessThan(20 * mebibyte);
});
