import { Client } from 'undici';
import { start as startServer } from './bare-server.mjs';

/** The bare server, and in the same process the shortest event loop over undici, which sends every event back. */
export async function start() {
  const server = await startServer();
  const client = new Client(`http://${server.address}`, { headersTimeout: 0, bodyTimeout: 0 });
  const loop = serve(client);
  return {
    invoke: server.invoke,
    async stop() {
      await client.destroy();
      await loop;
      await server.stop();
    },
  };
}

async function serve(client) {
  while (!client.destroyed) {
    try {
      const next = await client.request({ method: 'GET', path: '/2018-06-01/runtime/invocation/next' });
      const requestId = next.headers['lambda-runtime-aws-request-id'];
      const event = await next.body.json();
      const accepted = await client.request({
        method: 'POST',
        path: `/2018-06-01/runtime/invocation/${requestId}/response`,
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(event),
      });
      await accepted.body.dump();
    } catch (error) {
      if (!client.destroyed) throw error;
    }
  }
}
