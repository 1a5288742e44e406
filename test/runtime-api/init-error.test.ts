import { describe, expect, test } from 'vitest';
import { createRuntimeApi } from '../../src/index.ts';
import { accepted, announced, connect, forbidden, head, paths, replyOf, rulesBroken } from '../helpers/wire-client.ts';

const report = '{"errorType":"Config.Missing","errorMessage":"TABLE is not set","stackTrace":["a","b"]}';
const error = { errorType: 'Config.Missing', errorMessage: 'TABLE is not set', stackTrace: ['a', 'b'] };

describe('an init error before the first poll', () => {
  test('is accepted, and is the result of the invocation that waits', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});

    const response = await runtime.initError(report, {
      'Content-Type': 'application/vnd.aws.lambda.error+json',
      'Lambda-Runtime-Function-Error-Type': 'Config.Missing',
    });

    expect(replyOf(response)).toEqual(accepted);
    expect(await invocation).toMatchObject({ status: 'init-error', functionError: 'Unhandled', error });
    await expect(invocation.delivered).rejects.toMatchObject({ code: 'ERR_NOT_DELIVERED' });
    expect(api.violations).toEqual([]);
  });

  test('is what ready() resolves to', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const failed = announced(api, 'platform.initReport');
    const ready = api.ready();

    await runtime.initError(report);

    expect(await ready).toMatchObject({ status: 'init-error', error });
    expect(await failed).toMatchObject({ status: 'error', errorType: 'Config.Missing' });
  });

  test('is told once: the runtime may come back at once, and the next invocation is served', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const first = api.invoke(1);
    const second = api.invoke(2);

    await runtime.initError(report);
    const event = await runtime.next();
    await runtime.respond(event.requestId, '"served"');
    await runtime.poll();

    expect((await first).status).toBe('init-error');
    expect(event.requestId).toBe(second.requestId);
    expect(await second).toMatchObject({ status: 'success', payload: 'served' });
    expect(api.violations).toEqual([]);
  });

  test('of each attempt is the result of one invocation', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const first = api.invoke(1);
    const second = api.invoke(2);

    await runtime.initError('{"errorType":"A.One","errorMessage":""}');
    await runtime.initError('{"errorType":"A.Two","errorMessage":""}');

    expect(await first).toMatchObject({ status: 'init-error', error: { errorType: 'A.One' } });
    expect(await second).toMatchObject({ status: 'init-error', error: { errorType: 'A.Two' } });
    expect(api.violations).toEqual([]);
  });

  test.for([
    ['no errorType, but a header', '{"errorMessage":"m"}', 'Runtime.Bad', 'Runtime.Bad', ['error-type-missing']],
    ['text', 'no config', undefined, 'Unhandled', ['error-not-json']],
    ['nothing, but a malformed header', '', 'Bad', 'Bad', ['error-not-json', 'error-type-header-malformed']],
  ] as const)('may be incomplete (%s)', async ([, body, header, errorType, rules]) => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});

    const response = await runtime.initError(body, header ? { 'Lambda-Runtime-Function-Error-Type': header } : {});

    expect(replyOf(response)).toEqual(accepted);
    expect(await invocation).toMatchObject({ status: 'init-error', error: { errorType } });
    expect(rulesBroken(api)).toEqual(rules);
  });

  test('may be chunked, with trailers', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});

    const response = await runtime.requestChunked('POST', paths.initError, {
      chunks: [report.slice(0, 10), report.slice(10)],
      trailers: { 'X-Checksum': 'abc' },
    });

    expect(replyOf(response)).toEqual(accepted);
    expect(await invocation).toMatchObject({ status: 'init-error', error });
  });

  test('that is cut off fails the init all the same', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    await runtime.send(head('POST', paths.initError, { Host: 'localhost', 'Content-Length': '100' }));
    await runtime.send('{"errorType":');
    await runtime.close();

    expect(await invocation).toMatchObject({ status: 'init-error', error: { errorMessage: '{"errorType":' } });
    expect(rulesBroken(api)).toContain('body-truncated');
  });
});

describe('an init error after the first poll is refused, and changes nothing:', () => {
  test('while the poll waits', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    await using other = await connect(api.address);
    await runtime.park();

    expect(replyOf(await other.initError(report))).toEqual(forbidden('Ready', 'InitError'));
    expect(rulesBroken(api)).toEqual(['init-error-after-next']);
    expect(await api.ready()).toMatchObject({ status: 'ready' });
  });

  test('while an event is in hand, and after it is answered', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    const invocation = api.invoke({});
    const { requestId } = await runtime.next();

    expect(replyOf(await runtime.initError(report))).toEqual(forbidden('Running', 'InitError'));
    await runtime.respond(requestId, '"fine"');
    expect(replyOf(await runtime.initError(report))).toEqual(forbidden('RuntimeResponseSentState', 'InitError'));
    await runtime.poll();

    expect(await invocation).toMatchObject({ status: 'success', payload: 'fine' });
    expect(rulesBroken(api)).toEqual(['init-error-after-next', 'init-error-after-next']);
  });
});

describe('a started runtime that reported an init error', () => {
  // The process stands by while the test speaks in its name.
  const command = [process.execPath, '-e', 'setInterval(() => {}, 2 ** 30)'];

  test('may do nothing more than exit', async () => {
    await using api = await createRuntimeApi({ command });
    const invocation = api.invoke({});
    await using runtime = await connect(api.address);
    const calls = [
      ['POST', paths.initError],
      ['POST', paths.initError],
      ['GET', paths.next],
      ['POST', paths.response(invocation.requestId)],
      ['POST', paths.error(invocation.requestId)],
    ] as const;
    // All at once, to be faster than the grace in which it may exit.
    const requests = calls.map(
      ([method, path]) => `${head(method, path, { Host: 'localhost', 'Content-Length': '2' })}{}`,
    );
    await runtime.send(requests.join(''));

    expect(replyOf(await runtime.read())).toEqual(accepted);
    for (const wanted of ['InitError', 'Ready', 'InvocationResponse', 'InvocationErrorResponse']) {
      expect(replyOf(await runtime.read())).toEqual(forbidden('InitError', wanted));
    }
    expect(await invocation).toMatchObject({ status: 'init-error', error: { errorType: 'Unhandled' } });
    expect(rulesBroken(api).filter((rule) => !rule.startsWith('error-'))).toEqual([
      'second-init-error',
      'call-after-init-error',
      'call-after-init-error',
      'call-after-init-error',
    ]);
  });
});
