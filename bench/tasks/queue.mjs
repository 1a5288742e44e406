import { createRuntimeApi } from '../../dist/index.mjs';
import { serve } from '../raw-client.mjs';

/** Invocations that are all asked for at once and wait their turn. */
export async function prepare() {
  const api = await createRuntimeApi({ timeoutMs: 60_000 });
  const socket = serve(api.address);
  return {
    async run(count) {
      await Promise.all(Array.from({ length: count }, (_, serial) => api.invoke({ serial })));
    },
    async close() {
      await api.close();
      socket.destroy();
    },
  };
}
