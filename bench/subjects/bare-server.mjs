import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { TwoRoutes } from './two-routes.mjs';

/** The two routes over node:http, and nothing else: no states, no deadlines, no logs, no errors. */
export async function start({ command } = {}) {
  const routes = new TwoRoutes();
  const server = createServer((request, response) => {
    if (request.method === 'GET') {
      routes.next(({ headers, body }) => {
        response.writeHead(200, { ...headers, 'Content-Length': body.length });
        response.end(body);
      });
      return;
    }
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      response.writeHead(202, { 'Content-Type': 'application/json', 'Content-Length': 16 });
      response.end('{"status":"OK"}\n');
      routes.respond(Buffer.concat(chunks));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `127.0.0.1:${server.address().port}`;
  const runtime = command && startRuntime(command, address);
  return {
    address,
    invoke: (event) => routes.invoke(event),
    async stop() {
      runtime?.kill('SIGKILL');
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** In a session of its own, as ours is: schedulers treat a session as a group, and wake-ups between groups take longer. */
export function startRuntime([file, ...args], address) {
  return spawn(file, args, {
    detached: true,
    env: { ...process.env, AWS_LAMBDA_RUNTIME_API: address },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}
