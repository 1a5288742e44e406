import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRuntimeApi } from '../../src/index.ts';
import { accepted, connect, paths, replyOf } from '../helpers/wire-client.ts';

// Always the same cases: a failure can be repeated.
const runs = { seed: 20_180_601, numRuns: 100 };

const bytes = fc.uint8Array({ maxLength: 2000 });

/** What a header can hold: no control characters, no space at the ends. */
const headerText = fc
  .array(fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0x80, max: 0xff })), { maxLength: 60 })
  .map((codes) => String.fromCharCode(...codes).trim());

const segment = fc.oneof(
  fc.constantFrom('2018-06-01', 'runtime', 'invocation', 'next', 'init', 'error', 'response', 'restore', '', 'ping'),
  fc.stringMatching(/^[!-~]{0,12}$/),
);

test('any method, path and body gets a status of the Runtime API, and the connection lives on', async () => {
  await using api = await createRuntimeApi();
  await using runtime = await connect(api.address);
  const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND', 'M-SEARCH'];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...methods),
      fc.array(segment, { maxLength: 7 }),
      bytes,
      async (method, segments, body) => {
        const target = `/${segments.join('/')}`;
        fc.pre(!(method === 'GET' && target.startsWith(paths.next)));
        const { status } = await runtime.request(method, target, { body });
        expect([200, 202, 400, 403, 404, 405]).toContain(status);
      },
    ),
    runs,
  );
  expect((await runtime.request('GET', paths.ping)).status).toBe(200);
});

test('any bytes in a response are accepted and kept', async () => {
  await using api = await createRuntimeApi();
  await using runtime = await connect(api.address);
  await runtime.poll();
  await fc.assert(
    fc.asyncProperty(bytes, headerText, async (body, contentType) => {
      const invocation = api.invoke({});
      await runtime.read();
      const reply = await runtime.respond(invocation.requestId, body, { 'Content-Type': contentType });
      await runtime.poll();
      const result = await invocation;
      expect(replyOf(reply)).toEqual(accepted);
      expect(result).toMatchObject({ status: 'success', body: Buffer.from(body) });
    }),
    runs,
  );
  expect(api.violations).toEqual([]);
});

test('any bytes in an error report and its headers are accepted, and the report is kept', async () => {
  await using api = await createRuntimeApi();
  await using runtime = await connect(api.address);
  await runtime.poll();
  await fc.assert(
    fc.asyncProperty(bytes, headerText, headerText, async (body, errorType, cause) => {
      const invocation = api.invoke({});
      await runtime.read();
      const reply = await runtime.fail(invocation.requestId, body, {
        'Lambda-Runtime-Function-Error-Type': errorType,
        'Lambda-Runtime-Function-XRay-Error-Cause': cause,
      });
      await runtime.poll();
      const result = await invocation;
      expect(replyOf(reply)).toEqual(accepted);
      expect(result).toMatchObject({
        status: 'function-error',
        body: Buffer.from(body),
        errorTypeHeader: Buffer.from(errorType, 'latin1').toString(),
      });
    }),
    runs,
  );
});

test('any bytes in an init error are accepted', async () => {
  await using api = await createRuntimeApi();
  await using runtime = await connect(api.address);
  await fc.assert(
    fc.asyncProperty(bytes, headerText, async (body, errorType) => {
      const invocation = api.invoke({});
      const reply = await runtime.initError(body, { 'Lambda-Runtime-Function-Error-Type': errorType });
      expect(replyOf(reply)).toEqual(accepted);
      expect((await invocation).status).toBe('init-error');
    }),
    runs,
  );
});

test('any JSON event arrives as it was given', async () => {
  await using api = await createRuntimeApi();
  await using runtime = await connect(api.address);
  await runtime.poll();
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (event) => {
      const invocation = api.invoke(event);
      const { body } = await runtime.read();
      await runtime.respond(invocation.requestId, body);
      await runtime.poll();
      expect(body.toString()).toBe(Buffer.from(JSON.stringify(event)).toString());
      expect(await invocation).toMatchObject({
        status: 'success',
        isJson: true,
        payload: JSON.parse(JSON.stringify(event)),
      });
    }),
    runs,
  );
});

test('any bytes on the socket leave the server alive', async () => {
  await using api = await createRuntimeApi();
  await fc.assert(
    fc.asyncProperty(
      bytes,
      fc.constantFrom('', `GET ${paths.next} HTTP/1.1\r\n`, `POST ${paths.initError} HTTP/1.1\r\nHost: r\r\n`),
      async (noise, start) => {
        await using client = await connect(api.address);
        await client.send(start);
        await client.send(noise);
        await client.reset();
      },
    ),
    runs,
  );
  await using runtime = await connect(api.address);
  expect((await runtime.request('GET', paths.ping)).body.toString()).toBe('pong');
});
