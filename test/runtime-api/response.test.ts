import { describe, expect, test } from 'vitest';
import { createRuntimeApi } from '../../src/index.ts';
import {
  accepted,
  connect,
  forbidden,
  invalidRequestId,
  paths,
  refused,
  replyOf,
  rulesBroken,
} from '../helpers/wire-client.ts';

describe('a response', () => {
  test('is accepted with 202, and is the payload once the next event is asked for', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const { requestId } = await runtime.next();

    const response = await runtime.respond(requestId, '{"greeting":"Hello"}', { 'Content-Type': 'application/json' });
    await invocation.responded;
    await runtime.poll();

    expect(replyOf(response)).toEqual(accepted);
    expect(await invocation).toMatchObject({
      status: 'success',
      requestId,
      functionError: undefined,
      payload: { greeting: 'Hello' },
      isJson: true,
      contentType: 'application/json',
      streamed: false,
    });
    expect(api.violations).toEqual([]);
  });

  test('of any content type is kept verbatim', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const { requestId } = await runtime.next();
    const xml = '<?xml version="1.0"?>\r\n<greeting>Grüße</greeting>\n';

    const response = await runtime.respond(requestId, xml, { 'Content-Type': 'application/xml; odd="yes"' });
    await runtime.poll();

    expect(replyOf(response)).toEqual(accepted);
    expect(await invocation).toMatchObject({
      status: 'success',
      payload: xml,
      isJson: false,
      body: Buffer.from(xml),
      contentType: 'application/xml; odd="yes"',
    });
    expect(api.violations).toEqual([]);
  });

  test('of bytes that are no text is kept verbatim', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const { requestId } = await runtime.next();
    const bytes = Buffer.from(Uint8Array.from({ length: 256 }, (_, index) => index));

    await runtime.respond(requestId, bytes);
    await runtime.poll();
    const result = await invocation;

    expect(result).toMatchObject({ status: 'success', isJson: false, body: bytes });
    expect(result).not.toHaveProperty('contentType');
  });

  test.for(['Content-Length: 0', 'no Content-Length'])('with an empty body (%s) is accepted', async (how) => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const { requestId } = await runtime.next();

    const response =
      how === 'no Content-Length'
        ? await runtime.request('POST', paths.response(requestId))
        : await runtime.respond(requestId, '');
    await runtime.poll();

    expect(replyOf(response)).toEqual(accepted);
    expect(await invocation).toMatchObject({ status: 'success', payload: '', isJson: false, body: Buffer.alloc(0) });
  });

  test.for([
    ['null', null],
    ['0', 0],
    ['""', ''],
    [' [1, 2]\n', [1, 2]],
  ] as const)('%j is read as JSON', async ([body, payload]) => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const { requestId } = await runtime.next();

    await runtime.respond(requestId, body);
    await runtime.poll();

    expect(await invocation).toMatchObject({ status: 'success', payload, isJson: true });
  });

  test('belongs to its own event over many cycles', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    await runtime.poll();
    for (let turn = 0; turn < 50; turn++) {
      const invocation = api.invoke({ turn });
      const event = await runtime.read();
      const requestId = event.headers['lambda-runtime-aws-request-id'] ?? '';
      expect(replyOf(await runtime.respond(requestId, event.body))).toEqual(accepted);
      await runtime.poll();
      expect(await invocation).toMatchObject({ status: 'success', requestId, payload: { turn } });
    }
    expect(api.violations).toEqual([]);
  });
});

describe('a second answer is refused with the state, and the first one counts:', () => {
  const second = {
    response: ['InvocationResponse', 'success'],
    error: ['InvocationErrorResponse', 'function-error'],
  } as const;

  test.for([
    ['response', 'response'],
    ['response', 'error'],
    ['error', 'response'],
    ['error', 'error'],
  ] as const)('%s, then %s', async ([first, then]) => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const { requestId } = await runtime.next();
    const body = '{"errorType":"First","errorMessage":"1"}';

    expect(replyOf(await runtime.request('POST', paths[first](requestId), { body }))).toEqual(accepted);
    const refusal = await runtime.request('POST', paths[then](requestId), { body: '{"errorType":"Second"}' });
    await runtime.poll();

    expect(replyOf(refusal)).toEqual(forbidden('RuntimeResponseSentState', second[then][0]));
    expect(rulesBroken(api)).toEqual(['second-answer']);
    const result = await invocation;
    expect(result.status).toBe(second[first][1]);
    expect('body' in result && result.body.toString()).toBe(body);
  });

  test.for(['response', 'error'] as const)('%s while the first is half uploaded', async (then) => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    await using other = await connect(api.address);
    const invocation = api.invoke({});
    const { requestId } = await runtime.next();
    await runtime.sendRequest('POST', paths.response(requestId), {
      headers: { 'Content-Length': '4', Expect: '100-continue' },
    });
    expect((await runtime.read()).status).toBe(100);

    const refusal = await other.request('POST', paths[then](requestId), { body: '"other"' });

    expect(replyOf(refusal)).toEqual(forbidden('InvocationResponse', second[then][0]));
    await runtime.send('"hi"');
    expect(replyOf(await runtime.read())).toEqual(accepted);
    await runtime.poll();
    expect(await invocation).toMatchObject({ status: 'success', payload: 'hi' });
  });
});

describe.for(['response', 'error'] as const)('the request ID in the path of /%s', (call) => {
  const target = call === 'response' ? 'InvocationResponse' : 'InvocationErrorResponse';
  const body = '{"errorType":"E","errorMessage":"m"}';

  test('may not be that of an event which has not been asked for', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});

    const refusal = await runtime.request('POST', paths[call](invocation.requestId), { body });

    expect(replyOf(refusal)).toEqual(forbidden('Started', target));
    expect(rulesBroken(api)).toEqual(['answer-before-next']);
    const { requestId } = await runtime.next();
    expect(requestId).toBe(invocation.requestId);
    expect(replyOf(await runtime.request('POST', paths[call](requestId), { body }))).toEqual(accepted);
  });

  test('may not be an unknown one, in any state', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const post = async (): Promise<void> => {
      expect(replyOf(await runtime.request('POST', paths[call]('unknown'), { body }))).toEqual(invalidRequestId);
    };

    await post();
    const invocation = api.invoke({});
    await post();
    const { requestId } = await runtime.next();
    await post();
    await runtime.respond(requestId, '"right"');
    await post();
    await runtime.poll();

    expect(await invocation).toMatchObject({ status: 'success', payload: 'right' });
    expect(rulesBroken(api)).toEqual(Array.from({ length: 4 }, () => 'unknown-request-id'));
  });

  test('may not be that of an earlier event', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const first = api.invoke(1);
    const second = api.invoke(2);
    const { requestId: earlier } = await runtime.next();
    await runtime.respond(earlier, '"first"');
    const { requestId } = await runtime.next();

    expect(replyOf(await runtime.request('POST', paths[call](earlier), { body }))).toEqual(invalidRequestId);
    await runtime.respond(requestId, '"second"');
    expect(replyOf(await runtime.request('POST', paths[call](earlier), { body }))).toEqual(invalidRequestId);
    await runtime.poll();

    expect(await first).toMatchObject({ status: 'success', payload: 'first' });
    expect(await second).toMatchObject({ status: 'success', payload: 'second' });
  });

  test('may not be that of an event which is still queued', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const first = api.invoke(1);
    const second = api.invoke(2);
    const { requestId } = await runtime.next();

    expect(replyOf(await runtime.request('POST', paths[call](second.requestId), { body }))).toEqual(invalidRequestId);

    await runtime.respond(requestId, '"first"');
    await runtime.respond((await runtime.next()).requestId, '"second"');
    await runtime.poll();
    expect(await first).toMatchObject({ status: 'success', payload: 'first' });
    expect(await second).toMatchObject({ status: 'success', payload: 'second' });
  });

  test('may be percent-encoded', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    void api.invoke({}, { requestId: 'a/b?c#d%e' });
    await runtime.next();

    const response = await runtime.request('POST', paths[call](encodeURIComponent('a/b?c#d%e')), { body });

    expect(replyOf(response)).toEqual(accepted);
    expect(api.violations).toEqual([]);
  });

  test.for([
    ['a lone percent sign', '%'],
    ['no hexadecimal digits', '%zz'],
    ['no UTF-8', '%e2%28'],
    ['a NUL', '%00'],
    ['dots', '..'],
    ['encoded dots', '%2e%2e%2f'],
    ['very long', 'a'.repeat(100_000)],
  ] as const)('may be nonsense (%s): it is refused, and the server lives on', async ([, nonsense]) => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    void api.invoke({});
    const { requestId } = await runtime.next();

    const refusal = await runtime.request('POST', paths[call](nonsense), { body });

    expect(replyOf(refusal)).toEqual(invalidRequestId);
    expect(rulesBroken(api)).toEqual(['unknown-request-id']);
    expect(replyOf(await runtime.request('POST', paths[call](requestId), { body }))).toEqual(accepted);
  });

  test('may be empty, as from clients that miss the header: 400, not 404', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    void api.invoke({});
    await runtime.next();

    expect(replyOf(await runtime.request('POST', paths[call](''), { body }))).toEqual(invalidRequestId);
    expect(rulesBroken(api)).toEqual(['unknown-request-id']);
  });

  test('is checked before the body is: a large one is thrown away, and the connection stays usable', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const large = Buffer.alloc(7 * 1024 * 1024);

    const refusal = await runtime.request('POST', paths[call]('unknown'), { body: large });

    expect(replyOf(refusal)).toEqual(invalidRequestId);
    expect((await runtime.request('GET', paths.ping)).status).toBe(200);
  });
});

describe('the response mode', () => {
  test.for([
    ['', false],
    ['streaming', true],
  ] as const)('"%s" is accepted', async ([mode, streamed]) => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const { requestId } = await runtime.next();

    const response = await runtime.respond(requestId, '"ok"', { 'Lambda-Runtime-Function-Response-Mode': mode });
    await runtime.poll();

    expect(replyOf(response)).toEqual(accepted);
    expect(await invocation).toMatchObject({ status: 'success', payload: 'ok', streamed });
    expect(api.violations).toEqual([]);
  });

  test.for(['invalid-mode', 'buffered', 'Streaming', 'streaming, streaming'])(
    '"%s" is refused, and ends the invocation without waiting for its timeout',
    async (mode) => {
      await using api = await createRuntimeApi({ timeoutMs: Number.POSITIVE_INFINITY });
      await using runtime = await connect(api.address);
      const invocation = api.invoke({});
      const { requestId } = await runtime.next();

      const refusal = await runtime.respond(requestId, '"ok"', { 'Lambda-Runtime-Function-Response-Mode': mode });
      await runtime.poll();

      expect(replyOf(refusal)).toEqual(refused(400, 'InvalidFunctionResponseMode', 'Invalid function response mode'));
      expect(await invocation).toMatchObject({
        status: 'function-error',
        functionError: 'Unhandled',
        error: { errorType: 'Runtime.InvalidResponseModeHeader', errorMessage: expect.stringContaining(mode) },
        body: Buffer.alloc(0),
      });
      expect(rulesBroken(api)).toEqual(['response-mode-invalid']);
    },
  );

  test('is checked after the request ID and the state', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const headers = { 'Lambda-Runtime-Function-Response-Mode': 'invalid-mode' };

    expect((await runtime.respond('unknown', '{}', headers)).status).toBe(400);
    expect((await runtime.respond(invocation.requestId, '{}', headers)).status).toBe(403);
    expect(rulesBroken(api)).toEqual(['unknown-request-id', 'answer-before-next']);
  });

  test('does not concern /error', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    void api.invoke({});
    const { requestId } = await runtime.next();

    const response = await runtime.fail(requestId, '{"errorType":"E","errorMessage":"m"}', {
      'Lambda-Runtime-Function-Response-Mode': 'invalid-mode',
    });

    expect(replyOf(response)).toEqual(accepted);
    expect(api.violations).toEqual([]);
  });
});
