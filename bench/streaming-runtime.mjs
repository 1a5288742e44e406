import { createRuntimeClient } from '../dist/client.mjs';

/** Streams as many MiB as the event says. */
const client = createRuntimeClient({ address: process.env.AWS_LAMBDA_RUNTIME_API });
const piece = Buffer.alloc(64 * 1024, 'x');

for (;;) {
  const invocation = await client.next();
  await client.postResponse(invocation, pieces(invocation.json().mebibytes), { contentType: 'text/plain' });
}

async function* pieces(mebibytes) {
  for (let count = mebibytes * 16; count > 0; count--) yield piece;
}
