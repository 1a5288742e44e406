// Streams as many MiB as the event says.
import http from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { next } from '../fixtures/runtimes/lib/runtime-client.mjs';

const agent = new http.Agent({ keepAlive: true });
const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const piece = Buffer.alloc(64 * 1024, 'x');

for (;;) {
  const { requestId, event } = await next();
  const path = `/2018-06-01/runtime/invocation/${requestId}/response`;
  const headers = {
    'Lambda-Runtime-Function-Response-Mode': 'streaming',
    'Content-Type': 'application/octet-stream',
    'Transfer-Encoding': 'chunked',
  };
  const request = http.request({ agent, hostname, port, method: 'POST', path, headers });
  const replied = new Promise((resolve, reject) => {
    request.on('response', (response) => response.resume().on('end', resolve));
    request.on('error', reject);
  });
  await pipeline(Readable.from(pieces(event.mebibytes)), request);
  await replied;
}

function* pieces(mebibytes) {
  for (let count = 0; count < mebibytes * 16; count++) yield piece;
}
