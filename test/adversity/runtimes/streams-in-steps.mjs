// Streams as the event says: { head, chunks, chunkBytes, end, exitCode }; prints "sent" and waits, or exits. { behave: true } is answered.

import { once } from 'node:events';
import { connect } from 'node:net';
import { forever, serveOr } from '../../fixtures/runtimes/lib/runtime-client.mjs';

await serveOr(async ({ requestId, event }) => {
  const { head, chunks = 0, chunkBytes = 64 * 1024, end = false, exitCode } = event;
  const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
  const socket = connect(Number(port), host);
  await once(socket, 'connect');
  socket.on('error', () => {});
  // Resolves when the operating system has taken the bytes: they outlive this process.
  const send = (bytes) => new Promise((resolve) => socket.write(bytes, resolve));
  const sendChunk = (bytes) =>
    send(Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]));

  if (head !== undefined) {
    const path = `/2018-06-01/runtime/invocation/${requestId}/response`;
    const type = head === '' ? 'application/octet-stream' : 'application/vnd.awslambda.http-integration-response';
    await send(
      `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: ${type}\r\nLambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    if (head !== '') await sendChunk(Buffer.from(head));
  }
  for (let count = 0; count < chunks; count++) await sendChunk(Buffer.alloc(chunkBytes, 'x'));
  if (end) await send('0\r\n\r\n');
  console.log('sent');
  if (exitCode !== undefined) process.exit(exitCode);
  await forever();
});
