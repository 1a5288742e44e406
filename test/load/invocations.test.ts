import { expect, test } from 'vitest';
import { serveQueue, serveSequence } from './invocations.ts';

test('2000 queued invocations are served in order, each with its own payload', { timeout: 120_000 }, async () => {
  await serveQueue(2000);
});

test('5000 invocations one after the other leave the heap as it was, and the transcript within its limit', {
  timeout: 240_000,
}, async () => {
  const { heapAtHalf, heapAtEnd } = await serveSequence(5000, 100);

  // 100 bytes for each invocation would be 250 KB.
  expect(heapAtEnd - heapAtHalf).toBeLessThan(250_000);
});
