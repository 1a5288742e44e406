import { spawn } from 'node:child_process';
import { createRuntimeApi } from '../../dist/index.mjs';
import { InvokeClient, untilAnswered } from './invoke-client.mjs';

/** AWS's emulator, whose binary the variable RIE names, with its HTTP front. It starts the bootstrap itself. */
export async function start({ command, cwd }) {
  const [front, runtimeApi] = [await freePort(), await freePort()];
  const emulator = spawn(
    process.env.RIE,
    [
      '--runtime-interface-emulator-address',
      `127.0.0.1:${front}`,
      '--runtime-api-address',
      `127.0.0.1:${runtimeApi}`,
      '--log-level',
      'error',
      ...command,
    ],
    { cwd, stdio: 'ignore', detached: true },
  );
  const client = new InvokeClient({ port: front, functionName: 'function' });
  const invoke = untilAnswered((event) => client.invoke(event));
  return {
    invoke,
    async stop() {
      client.close();
      process.kill(-emulator.pid, 'SIGKILL');
    },
  };
}

/** A port that was free a moment ago. */
async function freePort() {
  const api = await createRuntimeApi();
  await api.close();
  return Number(api.address.split(':')[1]);
}
