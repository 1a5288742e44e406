import { describe, expect, test } from 'vitest';
import { createRuntimeApi, type FunctionErrorResult, type RuntimeApi } from '../../src/index.ts';
import { accepted, announced, connect, replyOf, rulesBroken, type WireHeaders } from '../helpers/wire-client.ts';

const wellFormed = '{"errorType":"Shop.NotFound","errorMessage":"no such item"}';

/** Lets one invocation fail with this report; resolves to how it ended. */
async function failWith(
  api: RuntimeApi,
  body: string | Uint8Array,
  headers: WireHeaders = {},
): Promise<FunctionErrorResult> {
  await using runtime = await connect(api.address);
  const invocation = api.invoke({});
  const { requestId } = await runtime.next();
  expect(replyOf(await runtime.fail(requestId, body, headers))).toEqual(accepted);
  await runtime.poll();
  const result = await invocation;
  if (result.status !== 'function-error') throw new Error(`The invocation ended as '${result.status}'.`);
  return result;
}

test('an error report is accepted with 202, and is the result once the next event is asked for', async () => {
  await using api = await createRuntimeApi();

  const result = await failWith(api, wellFormed, {
    'Content-Type': 'application/vnd.aws.lambda.error+json',
    'Lambda-Runtime-Function-Error-Type': 'Shop.NotFound',
  });

  expect(result).toMatchObject({
    status: 'function-error',
    functionError: 'Unhandled',
    error: { errorType: 'Shop.NotFound', errorMessage: 'no such item' },
    body: Buffer.from(wellFormed),
    errorTypeHeader: 'Shop.NotFound',
  });
  expect(Object.keys(result.error)).toEqual(['errorType', 'errorMessage']);
  expect(result).not.toHaveProperty('xrayCause');
  expect(result).not.toHaveProperty('partialBody');
  expect(api.violations).toEqual([]);
});

test('a runtime that reported an error goes on with the next event', async () => {
  await using api = await createRuntimeApi();
  await using runtime = await connect(api.address);
  const first = api.invoke(1);
  const second = api.invoke(2);

  await runtime.fail((await runtime.next()).requestId, wellFormed);
  await runtime.respond((await runtime.next()).requestId, '"fine"');
  await runtime.poll();

  expect((await first).status).toBe('function-error');
  expect(await second).toMatchObject({ status: 'success', payload: 'fine' });
});

describe('the stack is read from', () => {
  const frames = [{ path: 'a.js', line: 1, label: 'main' }, { path: 'b.js' }];

  test.for([
    ['"stackTrace", lines of text', { stackTrace: ['at a', 'at b'] }, ['at a', 'at b']],
    ['"stackTrace", frames', { stackTrace: frames }, frames],
    ['"stackTrace", one text', { stackTrace: 'at a\nat b' }, ['at a', 'at b']],
    ['"stackTrace", empty', { stackTrace: [] }, []],
    ['"trace"', { trace: ['at a', 'at b'] }, ['at a', 'at b']],
    ['"stack"', { stack: 'Error: x\n    at a' }, ['Error: x', '    at a']],
    ['nowhere', {}, undefined],
    ['nowhere, if it is empty text', { stack: '' }, undefined],
    ['nowhere, if it is neither lines nor text', { stackTrace: { odd: true } }, undefined],
  ] as const)('%s', async ([, part, stackTrace]) => {
    await using api = await createRuntimeApi();

    const { error } = await failWith(api, JSON.stringify({ errorType: 'E', errorMessage: 'm', ...part }));

    expect(error.stackTrace).toEqual(stackTrace);
    expect(Object.keys(error)).not.toContain('trace');
    expect(Object.keys(error)).not.toContain('stack');
    expect(api.violations).toEqual([]);
  });
});

test('cause and further keys of an error report are kept', async () => {
  await using api = await createRuntimeApi();
  const cause = { errorType: 'Inner', errorMessage: 'why', cause: null };

  const { error } = await failWith(
    api,
    JSON.stringify({ errorType: 'E', errorMessage: 'm', cause, requestId: 'r', code: 7 }),
  );

  expect(error).toEqual({ errorType: 'E', errorMessage: 'm', cause, requestId: 'r', code: 7 });
});

describe('an incomplete error report is accepted, and each flaw is a violation:', () => {
  const header = { 'Lambda-Runtime-Function-Error-Type': 'Runtime.FromHeader' };

  test.for([
    ['no errorType', '{"errorMessage":"m"}', {}, 'Unhandled', 'm', ['error-type-missing']],
    ['no errorType, but a header', '{"errorMessage":"m"}', header, 'Runtime.FromHeader', 'm', ['error-type-missing']],
    ['empty errorType', '{"errorType":"","errorMessage":"m"}', {}, 'Unhandled', 'm', ['error-type-missing']],
    ['errorType a number', '{"errorType":5,"errorMessage":"m"}', {}, 'Unhandled', 'm', ['error-type-missing']],
    ['no errorMessage', '{"errorType":"E"}', {}, 'E', '', ['error-message-missing']],
    ['errorMessage null', '{"errorType":"E","errorMessage":null}', {}, 'E', '', ['error-message-missing']],
    [
      'errorMessage an object',
      '{"errorType":"E","errorMessage":{"a":1}}',
      {},
      'E',
      '{"a":1}',
      ['error-message-missing'],
    ],
    ['empty object', '{}', {}, 'Unhandled', '', ['error-type-missing', 'error-message-missing']],
    ['text', 'it broke', {}, 'Unhandled', 'it broke', ['error-not-json']],
    ['text, but a header', 'it broke', header, 'Runtime.FromHeader', 'it broke', ['error-not-json']],
    ['broken JSON', '{"errorType":', {}, 'Unhandled', '{"errorType":', ['error-not-json']],
    ['an array', '["E"]', {}, 'Unhandled', '["E"]', ['error-not-json']],
    ['null', 'null', {}, 'Unhandled', 'null', ['error-not-json']],
    ['a string', '"it broke"', {}, 'Unhandled', '"it broke"', ['error-not-json']],
    ['nothing', '', {}, 'Unhandled', '', ['error-not-json']],
    ['nothing, but a header', '', header, 'Runtime.FromHeader', '', ['error-not-json']],
  ] as const)('%s', async ([, body, headers, errorType, errorMessage, rules]) => {
    await using api = await createRuntimeApi();

    const result = await failWith(api, body, headers);

    expect(result.error).toEqual({ errorType, errorMessage });
    expect(result.body.toString()).toBe(body);
    expect(rulesBroken(api)).toEqual(rules);
    for (const { message, advice, exchange, requestId } of api.violations) {
      expect(message).toMatch(/^The runtime .+\.$/);
      expect(advice).not.toBe('');
      expect(exchange).toMatchObject({ method: 'POST', requestBody: body, response: { status: 202 } });
      expect(requestId).toBe(result.requestId);
    }
  });
});

describe('the header Lambda-Runtime-Function-Error-Type', () => {
  test.for([
    ['Runtime.UnknownReason', 'Runtime.UnknownReason', []],
    ['Function.MyError', 'Function.MyError', []],
    ['Shop.NotFound', 'Runtime.Unknown', []],
    ['MyCustomError', 'Runtime.Unknown', ['error-type-header-malformed']],
    ['MyCustomError.Error', 'Runtime.Unknown', []],
    ['Unhandled', 'Runtime.Unknown', []],
    ['Runtime.', 'Runtime.Unknown', ['error-type-header-malformed']],
    ['Function.foo', 'Function.Unknown', []],
    ['Function.A', 'Function.Unknown', []],
    ['xxRuntime.FooBar!!', 'xxRuntime.FooBar!!', ['error-type-header-malformed']],
    ['my error', 'Runtime.Unknown', ['error-type-header-malformed']],
    ['', 'Runtime.Unknown', ['error-type-header-malformed']],
  ] as const)('"%s" is recorded as %s', async ([sent, recorded, rules]) => {
    await using api = await createRuntimeApi();
    const done = announced(api, 'platform.runtimeDone');

    const result = await failWith(api, wellFormed, { 'Lambda-Runtime-Function-Error-Type': sent });

    expect((await done).errorType).toBe(recorded);
    expect(result.errorTypeHeader).toBe(sent);
    expect(result.error.errorType).toBe('Shop.NotFound');
    expect(rulesBroken(api)).toEqual(rules);
  });

  test('may be missing: Runtime.Unknown is recorded', async () => {
    await using api = await createRuntimeApi();
    const done = announced(api, 'platform.runtimeDone');

    const result = await failWith(api, wellFormed);

    expect((await done).errorType).toBe('Runtime.Unknown');
    expect(result).not.toHaveProperty('errorTypeHeader');
    expect(api.violations).toEqual([]);
  });

  test('is read as UTF-8', async () => {
    await using api = await createRuntimeApi();

    const result = await failWith(api, '', {
      'Lambda-Runtime-Function-Error-Type': Buffer.from('Größenfehler').toString('latin1'),
    });

    expect(result.error.errorType).toBe('Größenfehler');
    expect(rulesBroken(api)).toEqual(['error-not-json', 'error-type-header-malformed']);
  });
});

describe('the content type application/vnd.aws.lambda.error.cause+json', () => {
  const contentType = { 'Content-Type': 'application/vnd.aws.lambda.error.cause+json' };
  const errorCause = { exceptions: [], working_directory: '/var/task', paths: [], message: 'inner' };

  test('takes errorCause out of the error and into the X-Ray cause', async () => {
    await using api = await createRuntimeApi();
    const report = { errorMessage: 'm', errorType: 'E', stackTrace: ['a'], errorCause };

    const result = await failWith(api, JSON.stringify(report), contentType);

    expect(result.error).toEqual({ errorMessage: 'm', errorType: 'E', stackTrace: ['a'] });
    expect(result.xrayCause).toEqual(errorCause);
    expect(result.body.toString()).toBe(JSON.stringify(report));
    expect(api.violations).toEqual([]);
  });

  test('makes the X-Ray header be ignored', async () => {
    await using api = await createRuntimeApi();
    const report = { errorMessage: 'm', errorType: 'E', errorCause };

    const result = await failWith(api, JSON.stringify(report), {
      ...contentType,
      'Lambda-Runtime-Function-XRay-Error-Cause': '{"message":"from the header"}',
    });

    expect(result.xrayCause?.message).toBe('inner');
  });

  test('needs no errorCause', async () => {
    await using api = await createRuntimeApi();

    const result = await failWith(api, wellFormed, contentType);

    expect(result).not.toHaveProperty('xrayCause');
    expect(api.violations).toEqual([]);
  });

  test('with a body that is no JSON keeps the text', async () => {
    await using api = await createRuntimeApi();

    const result = await failWith(api, 'it broke', contentType);

    expect(result.error).toEqual({ errorType: 'Unhandled', errorMessage: 'it broke' });
    expect(rulesBroken(api)).toEqual(['error-not-json']);
  });

  test('is matched exactly: any other one leaves errorCause where it is', async () => {
    await using api = await createRuntimeApi();
    const report = { errorMessage: 'm', errorType: 'E', errorCause };

    const result = await failWith(api, JSON.stringify(report), { 'Content-Type': 'application/json' });

    expect(result.error).toEqual(report);
    expect(result).not.toHaveProperty('xrayCause');
  });
});

describe('the header Lambda-Runtime-Function-XRay-Error-Cause', () => {
  const name = 'Lambda-Runtime-Function-XRay-Error-Cause';
  const exception = { message: 'm', type: 'T', stack: [{ path: 'a.js', line: 3, label: 'main' }] };
  const asHeader = (cause: unknown): string => Buffer.from(JSON.stringify(cause)).toString('latin1');

  test('is read, without keys that X-Ray does not know', async () => {
    await using api = await createRuntimeApi();
    const cause = { working_directory: '/var/task', exceptions: [exception], paths: ['a.js'], message: '' };

    const { xrayCause } = await failWith(api, wellFormed, { [name]: asHeader({ ...cause, unknown: 1 }) });

    expect(xrayCause).toEqual(cause);
    expect(api.violations).toEqual([]);
  });

  test('is read as UTF-8', async () => {
    await using api = await createRuntimeApi();

    const { xrayCause } = await failWith(api, wellFormed, { [name]: asHeader({ message: 'κόσμε 😀' }) });

    expect(xrayCause?.message).toBe('κόσμε 😀');
  });

  test('may be missing', async () => {
    await using api = await createRuntimeApi();

    expect(await failWith(api, wellFormed)).not.toHaveProperty('xrayCause');
    expect(api.violations).toEqual([]);
  });

  test.for([
    '{broken',
    '""',
    '[]',
    'null',
    '{}',
    '{"unknown":"only"}',
    '{"working_directory":"","exceptions":[],"paths":[],"message":""}',
    '{"exceptions":"none"}',
    '',
  ])('%j cannot be used: it is left out and is a violation', async (text) => {
    await using api = await createRuntimeApi();

    const result = await failWith(api, wellFormed, { [name]: text });

    expect(result).not.toHaveProperty('xrayCause');
    expect(result.error.errorType).toBe('Shop.NotFound');
    expect(rulesBroken(api)).toEqual(['xray-cause-invalid']);
  });

  const exceptions = Array.from({ length: 10 }, (_, index) => ({ ...exception, message: `${index}`.repeat(20_000) }));

  test('over 64 KiB is cut down to the largest share of exceptions and paths that fits', async () => {
    await using api = await createRuntimeApi();
    const paths = Array.from({ length: 10 }, (_, index) => `${index}.js`);

    const { xrayCause } = await failWith(api, wellFormed, { [name]: asHeader({ exceptions, paths }) });

    expect(xrayCause).toEqual({
      working_directory: '',
      exceptions: exceptions.slice(0, 2),
      paths: ['0.js', '1.js'],
      message: '',
    });
    expect(api.violations).toEqual([]);
  });

  test('of 1 MiB that no share fits loses exceptions and paths', async () => {
    await using api = await createRuntimeApi();
    const paths = Array.from({ length: 10 }, () => 'p'.repeat(80_000));

    const { xrayCause } = await failWith(api, wellFormed, { [name]: asHeader({ exceptions, paths, message: 'kept' }) });

    expect(xrayCause).toEqual({ working_directory: '', exceptions: [], paths: [], message: 'kept' });
  });

  test('with texts beyond all measure has them cut to 30 720 bytes', async () => {
    await using api = await createRuntimeApi();
    const cause = { message: 'm'.repeat(200_000), working_directory: 'ä'.repeat(100_000) };

    const { xrayCause } = await failWith(api, wellFormed, { [name]: asHeader(cause) });

    expect(xrayCause?.message).toBe(`${'m'.repeat(30_717)}...`);
    expect(xrayCause?.working_directory).toBe(`${'ä'.repeat(15_358)}...`);
  });
});
