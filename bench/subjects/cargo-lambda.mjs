import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { startRuntime } from './bare-server.mjs';
import { InvokeClient, untilAnswered } from './invoke-client.mjs';

const port = 9123;

/** `cargo lambda watch`, whose binary the variable CARGO_LAMBDA names, without a build: it does not start the runtime. */
export async function start({ command }) {
  const emulator = spawn(
    process.env.CARGO_LAMBDA,
    ['lambda', 'watch', '--only-lambda-apis', '--invoke-address', '127.0.0.1', '--invoke-port', String(port)],
    { cwd: fileURLToPath(new URL('../cargo', import.meta.url)), stdio: 'ignore', detached: true },
  );
  await untilAnswered(connection)();
  const runtime = startRuntime(command, `127.0.0.1:${port}/.rt/bench`);
  const client = new InvokeClient({ port, functionName: 'bench' });
  // An event that comes before the runtime asks for one is never answered.
  await untilAnswered(() => client.invoke({}, AbortSignal.timeout(500)))();
  return {
    invoke: (event) => client.invoke(event),
    async stop() {
      client.close();
      runtime.kill('SIGKILL');
      process.kill(-emulator.pid, 'SIGKILL');
    },
  };
}

async function connection() {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
}
