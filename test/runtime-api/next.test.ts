import { describe, expect, test } from 'vitest';
import { createRuntimeApi } from '../../src/index.ts';
import { connect, forbidden, head, paths, replyOf, rulesBroken, type WireEvent } from '../helpers/wire-client.ts';

const maxEventBytes = 6_291_556;

/** Headers as sent, without those that HTTP itself adds. */
function eventHeaders({ rawHeaders }: WireEvent): (readonly [string, string])[] {
  return rawHeaders.filter(([name]) => !['Date', 'Connection', 'Content-Length'].includes(name));
}

describe('headers of an event', () => {
  test('carry request ID, deadline, invocation ID, ARN and trace ID, and nothing that was not set', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    void api.invoke({ name: 'abc' });

    const event = await runtime.next();

    expect(event.statusLine).toBe('HTTP/1.1 200 OK');
    expect(eventHeaders(event)).toEqual([
      ['Content-Type', 'application/json'],
      ['Lambda-Runtime-Aws-Request-Id', '00000000-0000-4000-8000-000000000001'],
      ['Lambda-Runtime-Deadline-Ms', expect.stringMatching(/^[1-9]\d{12}$/)],
      ['Lambda-Runtime-Invocation-Id', expect.stringMatching(/^[\x21-\x7e]+$/)],
      ['Lambda-Runtime-Invoked-Function-Arn', 'arn:aws:lambda:us-east-1:123456789012:function:test-function'],
      ['Lambda-Runtime-Trace-Id', 'Root=1-00000000-000000000000000000000001;Parent=0000000000000001;Sampled=0'],
    ]);
    expect(replyOf(event)).toEqual({
      status: 200,
      contentType: 'application/json',
      contentLength: 14,
      body: '{"name":"abc"}',
    });
  });

  test('carry every option of invoke()', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    void api.invoke(null, {
      requestId: 'my-request',
      deadline: new Date(1_900_000_000_000),
      traceId: 'Root=1-2-3;Parent=4;Sampled=1;Lineage=a:1|b:2',
      clientContext: { client: { app_title: 'shop' } },
      cognitoIdentity: { cognitoIdentityId: 'id', cognitoIdentityPoolId: 'pool' },
      tenantId: 'tenant-A',
      invokedFunctionArn: 'arn:aws:lambda:eu-west-1:111111111111:function:other:live',
      contentType: 'application/cloudevents+json',
    });

    const event = await runtime.next();

    expect(Object.fromEntries(eventHeaders(event))).toEqual({
      'Content-Type': 'application/cloudevents+json',
      'Lambda-Runtime-Aws-Request-Id': 'my-request',
      'Lambda-Runtime-Deadline-Ms': '1900000000000',
      'Lambda-Runtime-Invocation-Id': expect.any(String),
      'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:eu-west-1:111111111111:function:other:live',
      'Lambda-Runtime-Trace-Id': 'Root=1-2-3;Parent=4;Sampled=1;Lineage=a:1|b:2',
      'Lambda-Runtime-Client-Context': '{"client":{"app_title":"shop"}}',
      'Lambda-Runtime-Cognito-Identity': '{"cognitoIdentityId":"id","cognitoIdentityPoolId":"pool"}',
      'Lambda-Runtime-Aws-Tenant-Id': 'tenant-A',
    });
    expect(event.body.toString()).toBe('null');
  });

  test('hold client context and Cognito identity in ASCII only', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const clientContext = { custom: { city: 'Zürich', sign: '€', smile: '😀', control: '\u007f' } };
    void api.invoke({}, { clientContext, cognitoIdentity: { cognitoIdentityId: 'ü', cognitoIdentityPoolId: '漢' } });

    const { headers } = await runtime.next();

    const sent = headers['lambda-runtime-client-context'] ?? '';
    expect(sent).toBe(
      '{"custom":{"city":"Z\\u00fcrich","sign":"\\u20ac","smile":"\\ud83d\\ude00","control":"\\u007f"}}',
    );
    expect(JSON.parse(sent)).toEqual(clientContext);
    expect(headers['lambda-runtime-cognito-identity']).toBe(
      '{"cognitoIdentityId":"\\u00fc","cognitoIdentityPoolId":"\\u6f22"}',
    );
  });

  test('hold a raw client context and a raw Cognito identity as they are given', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    void api.invoke({}, { clientContext: { raw: '{broken' }, cognitoIdentity: { raw: 'no JSON' } });

    const { headers } = await runtime.next();

    expect(headers['lambda-runtime-client-context']).toBe('{broken');
    expect(headers['lambda-runtime-cognito-identity']).toBe('no JSON');
  });

  test('name the function that the API was created for', async () => {
    await using api = await createRuntimeApi({
      functionName: 'shop',
      region: 'eu-central-1',
      accountId: '000000000042',
    });
    await using runtime = await connect(api.address);
    void api.invoke({});

    const { headers } = await runtime.next();

    expect(headers['lambda-runtime-invoked-function-arn']).toBe(
      'arn:aws:lambda:eu-central-1:000000000042:function:shop',
    );
  });

  test('are the same from run to run and count up within one', async () => {
    const runs: string[][] = [];
    for (let run = 0; run < 2; run++) {
      await using api = await createRuntimeApi();
      await using runtime = await connect(api.address);
      const identities: string[] = [];
      for (let turn = 0; turn < 3; turn++) {
        void api.invoke({});
        const { headers, requestId } = await runtime.next();
        identities.push(requestId, headers['lambda-runtime-trace-id'] ?? '');
        await runtime.respond(requestId, '{}');
      }
      runs.push(identities);
    }

    expect(runs[0]).toEqual(runs[1]);
    expect(new Set(runs[0]).size).toBe(6);
  });

  test('hold another invocation ID for each delivery, even if the request ID is the same', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const ids: (string | undefined)[] = [];
    await runtime.poll();
    for (let turn = 0; turn < 3; turn++) {
      const invocation = api.invoke({}, { requestId: 'again' });
      ids.push((await runtime.read()).headers['lambda-runtime-invocation-id']);
      await runtime.respond('again', '{}');
      await runtime.poll();
      expect((await invocation).status).toBe('success');
    }

    expect(new Set(ids).size).toBe(3);
  });
});

describe('the deadline', () => {
  test('is the real time of delivery plus the timeout', async () => {
    await using api = await createRuntimeApi({ timeoutMs: 600_000 });
    await using runtime = await connect(api.address);
    const before = Date.now();
    void api.invoke({});

    const { headers } = await runtime.next();

    const deadline = Number(headers['lambda-runtime-deadline-ms']);
    expect(deadline).toBeGreaterThanOrEqual(before + 600_000 - 1_000);
    expect(deadline).toBeLessThanOrEqual(Date.now() + 600_000 + 1_000);
  });

  test('is told as given, whatever is enforced', async () => {
    await using api = await createRuntimeApi({ timeoutMs: 600_000 });
    await using runtime = await connect(api.address);
    const before = Date.now();
    void api.invoke({}, { deadline: 60_000 });

    const { headers } = await runtime.next();

    const deadline = Number(headers['lambda-runtime-deadline-ms']);
    expect(deadline).toBeGreaterThanOrEqual(before + 59_000);
    expect(deadline).toBeLessThanOrEqual(Date.now() + 61_000);
  });

  test('may lie in the past, but is always a positive whole number', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    void api.invoke({}, { deadline: new Date(-5) });
    const first = await runtime.next();
    await runtime.respond(first.requestId, '{}');
    void api.invoke({}, { deadline: -60_000.5 });
    const second = await runtime.next();

    expect(first.headers['lambda-runtime-deadline-ms']).toBe('1');
    expect(second.headers['lambda-runtime-deadline-ms']).toMatch(/^[1-9]\d{12}$/);
    expect(Number(second.headers['lambda-runtime-deadline-ms'])).toBeLessThan(Date.now() - 58_000);
  });

  test('is less than 2^31 ms away if there is no timeout', async () => {
    await using api = await createRuntimeApi({ timeoutMs: Number.POSITIVE_INFINITY });
    await using runtime = await connect(api.address);
    void api.invoke({});

    const { headers } = await runtime.next();

    const leftMs = Number(headers['lambda-runtime-deadline-ms']) - Date.now();
    expect(leftMs).toBeGreaterThan(24 * 24 * 3600 * 1000);
    expect(leftMs).toBeLessThan(2 ** 31);
  });
});

describe('the event', () => {
  test('is sent byte for byte if it is given as bytes', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    void api.invoke(bytes);
    const first = await runtime.next();
    await runtime.respond(first.requestId, '{}');
    void api.invoke({ raw: '{"cut off": ' });
    const second = await runtime.next();

    expect(first.body.equals(bytes)).toBe(true);
    expect(second.body.toString()).toBe('{"cut off": ');
  });

  test.for([1, 2047, 2048, 2049, 65_536, maxEventBytes])(
    'of %d bytes has a Content-Length and is not chunked',
    async (size) => {
      await using api = await createRuntimeApi();
      await using runtime = await connect(api.address);
      const bytes = Buffer.alloc(size, 'x');
      void api.invoke(bytes);

      const { headers, body } = await runtime.next();

      expect(headers['content-length']).toBe(String(size));
      expect(headers).not.toHaveProperty('transfer-encoding');
      expect(body.equals(bytes)).toBe(true);
    },
  );

  test('of one byte more is refused by invoke(), and never cut off', async () => {
    await using api = await createRuntimeApi();

    await expect(api.invoke(Buffer.alloc(maxEventBytes + 1))).rejects.toMatchObject({ code: 'ERR_EVENT_TOO_LARGE' });
    expect(api.transcript.filter(({ type }) => type === 'invocation.queued')).toEqual([]);
  });

  test('keeps characters outside ASCII as UTF-8', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    void api.invoke({ smile: '😀' });

    const { body, headers } = await runtime.next();

    expect(body.toString()).toBe('{"smile":"😀"}');
    expect(headers['content-length']).toBe('16');
  });
});

describe('asking', () => {
  test('before there is an event waits for it, and later events come in the order of invoke()', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    await runtime.park();
    expect(await api.ready()).toMatchObject({ status: 'ready' });
    const invocations = [api.invoke(1), api.invoke(2), api.invoke(3)];

    for (const [index] of invocations.entries()) {
      const { body, headers } = index === 0 ? await runtime.read() : await runtime.next();
      expect(body.toString()).toBe(String(index + 1));
      await runtime.respond(headers['lambda-runtime-aws-request-id'] ?? '', `${index + 1}0`);
    }
    await runtime.poll();

    expect((await Promise.all(invocations)).map((result) => result.status === 'success' && result.payload)).toEqual([
      10, 20, 30,
    ]);
    expect(api.violations).toEqual([]);
  });

  test('again while the event is unanswered gives the same event with the same headers', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({ n: 1 });
    void api.invoke({ n: 2 });

    const first = await runtime.next();
    const second = await runtime.next();
    expect(eventHeaders(second)).toEqual(eventHeaders(first));
    expect(second.body).toEqual(first.body);
    expect(rulesBroken(api)).toEqual(['next-before-answer']);

    await runtime.respond(first.requestId, '"once"');
    await runtime.poll();
    expect(await invocation).toMatchObject({ status: 'success', payload: 'once' });
  });

  test('again over another connection gives the same event, and either connection may answer', async () => {
    await using api = await createRuntimeApi();
    await using one = await connect(api.address);
    await using other = await connect(api.address);
    const invocation = api.invoke({});

    const first = await one.next();
    const second = await other.next();
    expect(second.requestId).toBe(first.requestId);

    expect((await one.respond(first.requestId, '"one"')).status).toBe(202);
    expect(replyOf(await other.respond(second.requestId, '"other"'))).toEqual(
      forbidden('RuntimeResponseSentState', 'InvocationResponse'),
    );
    await one.poll();
    expect(await invocation).toMatchObject({ status: 'success', payload: 'one' });
    expect(rulesBroken(api)).toEqual(['next-before-answer', 'second-answer']);
  });

  test.for([
    ['response', 'InvocationResponse'],
    ['error', 'InvocationErrorResponse'],
  ] as const)('while the %s is half uploaded is refused with the state %s', async ([call, state]) => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    await using other = await connect(api.address);
    const invocation = api.invoke({});
    const { requestId } = await runtime.next();
    const start = { Host: 'localhost', 'Content-Length': '4', Expect: '100-continue' };
    await runtime.send(head('POST', paths[call](requestId), start));
    expect((await runtime.read()).status).toBe(100);

    expect(replyOf(await other.next())).toEqual(forbidden(state, 'Ready'));
    expect(rulesBroken(api)).toEqual(['next-before-answer']);

    await runtime.send('null');
    expect((await runtime.read()).status).toBe(202);
    await runtime.poll();
    expect((await invocation).status).toBe(call === 'response' ? 'success' : 'function-error');
  });

  test('with a body is answered, and the connection stays usable', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    void api.invoke({ n: 1 });

    const event = await runtime.request('GET', paths.next, { body: 'x'.repeat(100_000) });
    const requestId = event.headers['lambda-runtime-aws-request-id'] ?? '';

    expect(event.body.toString()).toBe('{"n":1}');
    expect((await runtime.respond(requestId, '{}')).status).toBe(202);
  });
});
