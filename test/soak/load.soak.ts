import { expect, test } from 'vitest';
import { formatBytes, inSeconds } from '../load/figures.ts';
import { serveQueue, serveSequence } from '../load/invocations.ts';

test('10 000 queued invocations are served in order, each with its own payload', async () => {
  const { queuedMs, servedMs } = await serveQueue(10_000);

  console.log(`10 000 queued invocations: queued in ${inSeconds(queuedMs)}, served in ${inSeconds(servedMs)}`);
});

test('100 000 invocations one after the other leave the heap as it was', async () => {
  const { heapAtHalf, heapAtEnd, servedMs } = await serveSequence(100_000, 1000);

  console.log(
    `100 000 sequential invocations: ${inSeconds(servedMs)}; heap after 50 000 ${formatBytes(heapAtHalf)}, after 100 000 ${formatBytes(heapAtEnd)} (${formatBytes(heapAtEnd - heapAtHalf)} more)`,
  );
  // 20 bytes for each invocation would be 1 MB.
  expect(heapAtEnd - heapAtHalf).toBeLessThan(1_000_000);
});
