import { createRuntimeApi } from '../../dist/index.mjs';
import { serve } from '../raw-client.mjs';

/** Invocations with an event of so many bytes, which the runtime sends back. */
export async function prepare({ bytes }) {
  const api = await createRuntimeApi({ timeoutMs: 60_000 });
  const socket = serve(api.address);
  // A string of JSON has two quotation marks.
  const event = 'x'.repeat(bytes - 2);
  return {
    async run(count) {
      for (let serial = 0; serial < count; serial++) await api.invoke(event);
    },
    async close() {
      await api.close();
      socket.destroy();
    },
  };
}
