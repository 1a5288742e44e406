import fastify from 'fastify';
import { startRuntime } from './bare-server.mjs';
import { TwoRoutes } from './two-routes.mjs';

/** The server that tutorials show: a fastify application with the two routes. */
export async function start({ command }) {
  const routes = new TwoRoutes();
  const app = fastify({ forceCloseConnections: true });
  app.get('/2018-06-01/runtime/invocation/next', (_request, reply) => {
    routes.next(({ headers, body }) => reply.headers(headers).send(body));
    return reply;
  });
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.post('/2018-06-01/runtime/invocation/:requestId/response', (request, reply) => {
    reply.code(202).send({ status: 'OK' });
    routes.respond(request.body);
    return reply;
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const runtime = startRuntime(command, `127.0.0.1:${app.server.address().port}`);
  return {
    invoke: (event) => routes.invoke(event),
    async stop() {
      runtime.kill('SIGKILL');
      await app.close();
    },
  };
}
