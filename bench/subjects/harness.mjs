import { createRuntimeApi } from '../../dist/index.mjs';

/** This library. `until: 'responded'` does not wait for the runtime to ask for its next event. */
export async function start({ until, ...options }) {
  const api = await createRuntimeApi({ timeoutMs: 60_000, ...options });
  return {
    invoke: (event) => (until === 'responded' ? api.invoke(event).responded : api.invoke(event)),
    stop: () => api.close(),
  };
}
