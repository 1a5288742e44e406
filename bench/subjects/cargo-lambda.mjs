import { spawn } from 'node:child_process';
import { startRuntime } from './bare-server.mjs';
import { InvokeClient, untilAnswered } from './invoke-client.mjs';

const port = 9123;

/** `cargo lambda watch`, whose binary the variable CARGO_LAMBDA names, as an emulator without a build. */
export async function start({ command }) {
  const emulator = spawn(
    process.env.CARGO_LAMBDA,
    ['lambda', 'watch', '--only-lambda-apis', '--invoke-address', '127.0.0.1', '--invoke-port', String(port)],
    { stdio: 'ignore', detached: true },
  );
  const client = new InvokeClient({ port, functionName: 'bench' });
  let runtime;
  const invoke = untilAnswered(async (event) => {
    await assertListening();
    runtime ??= startRuntime(command, `127.0.0.1:${port}/.rt/bench`);
    return client.invoke(event);
  });
  return {
    invoke,
    async stop() {
      client.close();
      runtime?.kill('SIGKILL');
      process.kill(-emulator.pid, 'SIGKILL');
    },
  };
}

async function assertListening() {
  await fetch(`http://127.0.0.1:${port}/`);
}
