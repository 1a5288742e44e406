import { createRuntimeApi } from '../../dist/index.mjs';
import { runtimes } from '../runtimes.mjs';

/** Invocations that are all asked for at once and wait their turn. */
export async function prepare() {
  const api = await createRuntimeApi({ ...runtimes.raw, timeoutMs: 60_000 });
  return {
    async run(count) {
      await Promise.all(Array.from({ length: count }, (_, serial) => api.invoke({ serial })));
    },
    close: () => api.close(),
  };
}
