#!/usr/bin/env node
// A custom runtime: load the handler; then ask for an event, run the handler, post its answer, for ever.
import http from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT, _HANDLER } = process.env;

const handler = await loadHandler().catch(async (error) => {
  await call('POST', 'init/error', describe(error));
  process.exit(1);
});

for (;;) {
  const { headers, body } = await call('GET', 'invocation/next');
  const requestId = headers['lambda-runtime-aws-request-id'];
  const [kind, answer] = await run(body, headers);
  await call('POST', `invocation/${requestId}/${kind}`, answer);
}

async function loadHandler() {
  const [file, name] = _HANDLER.split('.');
  const { [name]: found } = await import(pathToFileURL(join(LAMBDA_TASK_ROOT, `${file}.mjs`)).href);
  if (typeof found !== 'function') throw new TypeError(`${file}.mjs exports no function "${name}"`);
  return found;
}

async function run(body, headers) {
  try {
    const remainingMs = () => Number(headers['lambda-runtime-deadline-ms']) - Date.now();
    return ['response', JSON.stringify((await handler(JSON.parse(body), { remainingMs })) ?? null)];
  } catch (error) {
    return ['error', describe(error)];
  }
}

function describe(thrown) {
  const { name, message, stack = '' } = thrown instanceof Error ? thrown : new Error(String(thrown));
  return JSON.stringify({ errorType: name, errorMessage: message, stackTrace: stack.split('\n').slice(1) });
}

// Not fetch: it gives up after five minutes, and an event may be longer in coming.
function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const url = `http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/${path}`;
    const headers = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const request = http.request(url, { method, headers }, async (response) => {
      const chunks = await response.toArray();
      if (method === 'GET' && response.statusCode !== 200) reject(new Error(`${url}: ${response.statusCode}`));
      else resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() });
    });
    request.on('error', reject).end(body);
  });
}
