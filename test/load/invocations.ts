import { expect } from 'vitest';
import { createRuntimeApi, type RuntimeApi } from '../../src/index.ts';
import { runtimes } from '../helpers/fixtures.ts';
import { heapBytes } from './memory.ts';

export interface QueueFigures {
  /** From the first `invoke()` to the last. */
  readonly queuedMs: number;
  /** From the first `invoke()` to the last result. */
  readonly servedMs: number;
}

/** Queues so many invocations at once; each must be served in its turn, and with its own payload. */
export async function serveQueue(count: number): Promise<QueueFigures> {
  await using api = await createRuntimeApi({ command: runtimes.echo, timeoutMs: 60_000 });
  await api.ready();
  const served: string[] = [];
  api.on('platform.start', ({ requestId }) => served.push(requestId));

  const beganAt = performance.now();
  const invocations = Array.from({ length: count }, (_, index) => api.invoke({ index, text: `event ${index}` }));
  const queuedMs = performance.now() - beganAt;
  const results = await Promise.all(invocations);
  const servedMs = performance.now() - beganAt;

  expect(results.map((result) => (result.status === 'success' ? result.payload : result.message))).toEqual(
    results.map((_, index) => ({ index, text: `event ${index}` })),
  );
  expect(served).toEqual(invocations.map(({ requestId }) => requestId));
  expect(api.violations).toEqual([]);
  return { queuedMs, servedMs };
}

export interface SequenceFigures {
  /** What the heap held after the first half, everything collected that could be. */
  readonly heapAtHalf: number;
  readonly heapAtEnd: number;
  readonly servedMs: number;
}

/** One invocation after the other on one API; the transcript must say what it gave up to stay within its limit. */
export async function serveSequence(count: number, transcriptLimit: number): Promise<SequenceFigures> {
  await using api = await createRuntimeApi({ command: runtimes.echo, timeoutMs: 60_000, transcriptLimit });
  await api.ready();
  // A result is thrown away, a timeline is not built: what stays is what the API keeps.
  const entriesOfStart = api.transcript.length;
  const beganAt = performance.now();
  await serve(api, 0, count / 2);
  const heapAtHalf = heapBytes();
  await serve(api, count / 2, count);
  const heapAtEnd = heapBytes();
  const servedMs = performance.now() - beganAt;

  // Queued, delivered, answered, ended; the answer and the next poll.
  const entries = entriesOfStart + count * 6;
  expect(api.transcript).toHaveLength(transcriptLimit);
  expect(api.timeline().split('\n')[0]?.trim()).toBe(`(${entries - transcriptLimit} earlier entries were dropped)`);
  expect(api.violations).toEqual([]);
  return { heapAtHalf, heapAtEnd, servedMs };
}

async function serve(api: RuntimeApi, from: number, to: number): Promise<void> {
  for (let index = from; index < to; index++) {
    const result = await api.invoke({ index });
    // An `expect` for each would be most of the work.
    if (result.status !== 'success' || (result.payload as { index?: number }).index !== index) {
      expect(result).toMatchObject({ status: 'success', payload: { index } });
    }
  }
}
