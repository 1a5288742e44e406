import { runtimes } from '../runtimes.mjs';

/** One invocation after the other, by a runtime that has been started. */
export async function prepare({ subject, runtime, options }) {
  const { start } = await import(`../subjects/${subject}.mjs`);
  const { invoke, stop } = await start({ ...(runtime && runtimes[runtime]), ...options });
  return {
    async run(count) {
      for (let serial = 0; serial < count; serial++) await invoke({ serial });
    },
    close: stop,
  };
}
