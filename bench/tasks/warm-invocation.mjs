import { onCores } from '../cores.mjs';
import { runtimes } from '../runtimes.mjs';

/** One invocation after the other, by a runtime that has been started. */
export async function prepare({ subject, runtime, runtimeCores }) {
  const { start } = await import(`../subjects/${subject}.mjs`);
  const { invoke, stop } = await start(runtime ? bound(runtimes[runtime], runtimeCores) : {});
  return {
    async run(count) {
      for (let serial = 0; serial < count; serial++) await invoke({ serial });
    },
    close: stop,
  };
}

function bound({ command, ...rest }, cores) {
  return { command: onCores(cores, command), ...rest };
}
