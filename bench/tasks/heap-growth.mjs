import { createRuntimeApi } from '../../dist/index.mjs';
import { heapBytes } from '../memory.mjs';
import { serve } from '../raw-client.mjs';

/** Measures by how many bytes the heap grows over so many invocations, once transcript and compiler have come to rest. */
export async function prepare() {
  const api = await createRuntimeApi({ timeoutMs: 60_000 });
  // In this process: a hundred thousand invocations by a child would take the greater part of the run.
  const socket = serve(api.address);
  await invokeInTurn(api, 30_000);
  return {
    async run(count) {
      const before = await heapBytes();
      await invokeInTurn(api, count);
      return (await heapBytes()) - before;
    },
    async close() {
      await api.close();
      socket.destroy();
    },
  };
}

async function invokeInTurn(api, count) {
  for (let serial = 0; serial < count; serial++) await api.invoke({ serial });
}
