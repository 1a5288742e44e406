import { createRuntimeApi } from '../../dist/index.mjs';

/** This library. */
export async function start(options) {
  const api = await createRuntimeApi({ timeoutMs: 60_000, ...options });
  return {
    invoke: (event) => api.invoke(event),
    stop: () => api.close(),
  };
}
