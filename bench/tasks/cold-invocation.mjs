import { performance } from 'node:perf_hooks';
import { runtimes } from '../runtimes.mjs';

/** From nothing to the first result; the end is not timed. */
export async function prepare({ subject, runtime, until }) {
  const { start } = await import(`../subjects/${subject}.mjs`);
  return {
    async run(count) {
      let elapsedMs = 0;
      for (let serial = 0; serial < count; serial++) {
        const startedAt = performance.now();
        const { invoke, stop } = await start({ ...runtimes[runtime], until });
        await invoke({ serial });
        elapsedMs += performance.now() - startedAt;
        await stop();
      }
      return elapsedMs;
    },
  };
}
