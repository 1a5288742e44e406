import { next, respond } from '../../fixtures/runtimes/lib/runtime-client.mjs';
import { connect } from 'node:net';
import { once } from 'node:events';
for (;;) {
  const { requestId, event } = await next();
  if (event.behave) { await respond(requestId, { pid: process.pid }); continue; }
  const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
  const socket = connect(Number(port), host);
  await once(socket, 'connect');
  socket.on('error', () => {});
  const write = (b) => new Promise((resolve) => socket.write(b, resolve));
  const type = event.http ? 'application/vnd.awslambda.http-integration-response' : 'application/octet-stream';
  await write(`POST /2018-06-01/runtime/invocation/${requestId}/response HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nLambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n\r\n`);
  const body = Buffer.alloc(event.bytes, 'x');
  for (let i = 0; i < event.chunks; i++) await write(Buffer.concat([Buffer.from(`${event.bytes.toString(16)}\r\n`), body, Buffer.from('\r\n')]));
  if (event.end) await write('0\r\n\r\n');
  console.log('sent');
  if (event.exit !== undefined) process.exit(event.exit);
  if (event.kill) process.kill(process.pid, 'SIGKILL');
  if (event.hang) await new Promise(() => {});
  if (event.end) { await once(socket, 'data'); socket.destroy(); }
}
