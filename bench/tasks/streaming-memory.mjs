import { memoryUsage } from 'node:process';
import { createRuntimeApi } from '../../dist/index.mjs';
import { heapBytes } from '../memory.mjs';
import { runtimes } from '../runtimes.mjs';

/** Measures by how many bytes the resident memory rises at most while a response of so many MiB is read as it arrives. */
export async function prepare() {
  const api = await createRuntimeApi({ ...runtimes.streaming, timeoutMs: 60_000 });
  // Until the young generation of the heap has its size.
  await stream(api, 100);
  return {
    async run(mebibytes) {
      await heapBytes();
      const before = memoryUsage.rss();
      return (await stream(api, mebibytes)) - before;
    },
    close: () => api.close(),
  };
}

/** Resolves to the most memory seen on the way. */
async function stream(api, mebibytes) {
  const invocation = api.invoke({ mebibytes }, { invokeMode: 'response-stream' });
  let most = 0;
  let received = 0;
  for await (const chunk of invocation.chunks) {
    received += chunk.byteLength;
    most = Math.max(most, memoryUsage.rss());
  }
  await invocation;
  if (received !== mebibytes * 1024 * 1024) throw new Error(`${received} bytes have arrived.`);
  return most;
}
