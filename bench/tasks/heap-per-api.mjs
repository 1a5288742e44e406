import { createRuntimeApi } from '../../dist/index.mjs';
import { heapBytes } from '../memory.mjs';

/** Measures what an open, idle API without a runtime holds, in bytes. */
export async function prepare() {
  const warmUp = await createRuntimeApi();
  await warmUp.close();
  return {
    async run(count) {
      const before = await heapBytes();
      const apis = [];
      for (let serial = 0; serial < count; serial++) apis.push(await createRuntimeApi());
      const held = (await heapBytes()) - before;
      for (const api of apis) await api.close();
      return held;
    },
  };
}
