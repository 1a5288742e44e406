import { request } from 'node:http';

/** A runtime as one writes it first: the two calls over node:http, every event sent back. */
const base = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;

for (;;) {
  const { headers, body } = await call('GET', 'next');
  await call('POST', `${headers['lambda-runtime-aws-request-id']}/response`, body);
}

function call(method, path, body) {
  return new Promise((resolve) => {
    const sent = request(`${base}/${path}`, { method }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
    });
    sent.on('error', () => process.exit(1));
    sent.end(body);
  });
}
