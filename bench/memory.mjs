import { memoryUsage } from 'node:process';

/** What is reachable, after whatever waits to be finished off. */
export async function heapBytes() {
  for (let pass = 0; pass < 4; pass++) {
    await new Promise((resolve) => setImmediate(resolve));
    globalThis.gc();
  }
  return memoryUsage().heapUsed;
}
