// Registers an extension, takes an event and never answers. Asked to end, it makes every call there is, and prints what it got.
import http from 'node:http';
import { call, forever, initError, next, respond } from '../../fixtures/runtimes/lib/runtime-client.mjs';

const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');

function extensionCall(method, path, headers) {
  return new Promise((resolve, reject) => {
    const options = { hostname, port, method, path: `/2020-01-01/extension${path}`, headers };
    const request = http.request(options, (response) => {
      response.resume();
      resolve({ status: response.statusCode, identifier: response.headers['lambda-extension-identifier'] });
    });
    request.on('error', reject).end(method === 'POST' ? '{"events":[]}' : undefined);
  });
}

const { identifier } = await extensionCall('POST', '/register', { 'Lambda-Extension-Name': 'fixture' });

process.on('SIGTERM', async () => {
  const calls = {
    next: await call('GET', '/invocation/next'),
    response: await respond(requestId, 'late'),
    initError: await initError({ errorType: 'Late.Error', errorMessage: 'too late' }),
    register: await extensionCall('POST', '/register', { 'Lambda-Extension-Name': 'another' }),
    wait: await extensionCall('GET', '/event/next', { 'Lambda-Extension-Identifier': identifier }),
  };
  console.log(
    Object.entries(calls)
      .map(([name, { status }]) => `${name} ${status}`)
      .join(', '),
  );
  process.exit(0);
});

const { requestId } = await next();
await forever();
