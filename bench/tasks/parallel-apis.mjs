import { spawn } from 'node:child_process';
import { createRuntimeApi } from '../../dist/index.mjs';
import { onCores } from '../cores.mjs';
import { runtimes } from '../runtimes.mjs';

/** Invocations shared out among a number of APIs, each with a runtime of its own; all runtimes live in one process. */
export async function prepare({ apis: size, runtimeCores }) {
  const apis = await Promise.all(Array.from({ length: size }, () => createRuntimeApi({ timeoutMs: 60_000 })));
  const [file, ...args] = onCores(runtimeCores, runtimes.raw.command);
  const runtime = spawn(file, [...args, ...apis.map(({ address }) => address)], { stdio: 'inherit' });
  await Promise.all(apis.map((api) => api.ready()));
  return {
    async run(count) {
      await Promise.all(apis.map((api) => invokeInTurn(api, count / size)));
    },
    async close() {
      await Promise.all(apis.map((api) => api.close()));
      runtime.kill('SIGKILL');
    },
  };
}

async function invokeInTurn(api, count) {
  for (let serial = 0; serial < count; serial++) await api.invoke({ serial });
}
