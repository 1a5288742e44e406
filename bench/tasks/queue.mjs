import { createRuntimeApi } from '../../dist/index.mjs';
import { serve } from '../raw-client.mjs';

/** Invocations of which so many at a time are asked for at once and wait their turn. */
export async function prepare({ length }) {
  const api = await createRuntimeApi({ timeoutMs: 60_000 });
  const socket = serve(api.address);
  return {
    async run(count) {
      for (let left = count; left > 0; left -= length) {
        await Promise.all(Array.from({ length }, (_, serial) => api.invoke({ serial })));
      }
    },
    async close() {
      await api.close();
      socket.destroy();
    },
  };
}
