import { expect, test } from 'vitest';
import { serveQueue, serveSequence } from '../load/invocations.ts';
import { formatBytes, mebibyte } from '../load/memory.ts';
import { stream } from '../load/streams.ts';

/** For the record: `docs/performance.md` has the figures of a run. */
function print(what: string, figures: string): void {
  console.log(`${what}: ${figures}`);
}

const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

test('10 000 queued invocations are served in order, each with its own payload', async () => {
  const { queuedMs, servedMs } = await serveQueue(10_000);

  print('10 000 queued invocations', `queued in ${inSeconds(queuedMs)}, served in ${inSeconds(servedMs)}`);
});

test('100 000 invocations one after the other leave the heap as it was', async () => {
  const { heapAtHalf, heapAtEnd, servedMs } = await serveSequence(100_000, 1000);

  print(
    '100 000 sequential invocations',
    `${inSeconds(servedMs)}; heap after 50 000 ${formatBytes(heapAtHalf)}, after 100 000 ${formatBytes(heapAtEnd)} (${formatBytes(heapAtEnd - heapAtHalf)} more)`,
  );
  // 20 bytes for each invocation would be 1 MB.
  expect(heapAtEnd - heapAtHalf).toBeLessThan(1_000_000);
});

test('a stream of 200 MiB that nobody keeps takes less than 20 MiB of memory', async () => {
  const { rssBefore, rssPeak, servedMs } = await stream(200);

  print(
    '200 MiB streamed',
    `${inSeconds(servedMs)}; RSS before ${formatBytes(rssBefore)}, at most ${formatBytes(rssPeak)} (${formatBytes(rssPeak - rssBefore)} more)`,
  );
  expect(rssPeak - rssBefore).toBeLessThan(20 * mebibyte);
});
