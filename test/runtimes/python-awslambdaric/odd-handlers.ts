import { expect, test } from 'vitest';
import type { Exchange, RuntimeApi } from '../../../src/index.ts';
import type { BuiltRuntime } from '../behaviours.ts';

/** What the client makes of the handlers in `odd.py` and `broken_*.py`. */
export function testOddHandlers({ start, options }: BuiltRuntime): void {
  const startHandler = (handler: string): Promise<RuntimeApi> => {
    const [python = ''] = options().command ?? [];
    return start({ command: [python, '-m', 'awslambdaric', handler], onViolation: 'record' });
  };

  test('names exceptions after their class, whatever they hold', async () => {
    await using api = await startHandler('odd.raises');

    for (const { kind, ...error } of exceptions) {
      const result = await api.invoke({ kind });

      expect(result).toMatchObject({ status: 'function-error', error: { ...error, requestId: result.requestId } });
    }
    expect(api.violations).toEqual([]);
  });

  test('posts the stack trace as lines, and as frames for X-Ray, but no header with the error type', async () => {
    await using api = await startHandler('odd.raises');

    const result = await api.invoke({ kind: 'chained' });

    if (result.status !== 'function-error') throw new Error(`It ended as ${result.status}.`);
    const frames = ['raises', '<lambda>', 'chain'];
    expect(result.error.stackTrace).toEqual(
      frames.map((name) => expect.stringMatching(new RegExp(`^ {2}File ".*odd.py", line \\d+, in ${name}\n`))),
    );
    expect(result.xrayCause).toMatchObject({
      working_directory: options().cwd,
      exceptions: [{ type: 'RuntimeError', message: 'outer', stack: frames.map((label) => ({ label })) }],
    });
    expect(result.errorTypeHeader).toBeUndefined();
  });

  test('leaves out an X-Ray cause of 1 MiB', async () => {
    await using api = await startHandler('odd.raises');

    const almost = await api.invoke({ kind: 'huge', length: 1_000_000 });
    const tooLong = await api.invoke({ kind: 'huge', length: 1024 * 1024 });

    expect(almost).toMatchObject({ status: 'function-error', xrayCause: {} });
    expect(tooLong).toMatchObject({ status: 'function-error', error: { errorType: 'ValueError' } });
    expect(tooLong).not.toHaveProperty('xrayCause');
  });

  test('survives an endless recursion, whose X-Ray cause takes 60 KB of headers', async () => {
    await using api = await startHandler('odd.raises');

    const result = await api.invoke({ kind: 'deep' });

    const cause = postsOf(api, '/error').at(-1)?.requestHeaders['lambda-runtime-function-xray-error-cause'];
    expect(String(cause).length).toBeGreaterThan(32 * 1024);
    expect(result).toMatchObject({ status: 'function-error', error: { errorType: 'RecursionError' } });
  });

  test('answers with what JSON can say of a result, with bytes as they are, and with NaN, which JSON cannot say', async () => {
    await using api = await startHandler('odd.returns');

    for (const { kind, ...answer } of results) {
      expect(await api.invoke({ kind })).toMatchObject({ status: 'success', ...answer });
    }
  });

  test('reports a result that it cannot serialise', async () => {
    await using api = await startHandler('odd.returns');

    for (const [kind, reason] of [
      ['object', 'Object of type object is not JSON serializable'],
      ['set', 'Object of type set is not JSON serializable'],
      ['circle', 'Circular reference detected'],
    ]) {
      expect(await api.invoke({ kind })).toMatchObject({
        status: 'function-error',
        error: { errorType: 'Runtime.MarshalError', errorMessage: `Unable to marshal response: ${reason}` },
      });
    }
  });

  test('reports an event that is not JSON', async () => {
    await using api = await startHandler('odd.returns');

    for (const raw of ['{', '']) {
      expect(await api.invoke({ raw })).toMatchObject({
        status: 'function-error',
        error: {
          errorType: 'Runtime.UnmarshalError',
          errorMessage: expect.stringMatching(/^Unable to unmarshal input: /),
        },
      });
    }
  });

  for (const [kind, exit] of [
    ['sys.exit()', { code: 0, signal: null }],
    ["sys.exit('a message')", { code: 1, signal: null }],
    ['os._exit(7)', { code: 7, signal: null }],
    ['KeyboardInterrupt', { code: null, signal: 'SIGINT' }],
    ['SIGKILL', { code: null, signal: 'SIGKILL' }],
  ] as const) {
    test(`posts nothing before it ends by ${kind}`, async () => {
      await using api = await startHandler('odd.ends');

      const result = await api.invoke({ kind });

      expect(result).toMatchObject({ status: 'runtime-exit', exit });
      expect(result).not.toHaveProperty('response');
    });
  }

  for (const [handler, errorType, errorMessage] of [
    ['odd.missing', 'Runtime.HandlerNotFound', "Handler 'missing' missing on module 'odd'"],
    ['odd', 'Runtime.MalformedHandlerName', expect.stringMatching(/^Bad handler 'odd': /)],
    ['no_such.handler', 'Runtime.ImportModuleError', "Unable to import module 'no_such': No module named 'no_such'"],
    ['broken_import.handler', 'Runtime.ImportModuleError', expect.stringMatching(/'a_module_that_is_not_there'$/)],
    ['broken_syntax.handler', 'Runtime.UserCodeSyntaxError', expect.stringMatching(/\(broken_syntax.py, line 1\)$/)],
    ['sys.exit', 'Runtime.BuiltInModuleConflict', 'Cannot use built-in module sys as a handler module'],
  ] as const) {
    test(`posts an init error for the handler ${handler}: ${errorType}`, async () => {
      await using api = await startHandler(handler);

      const init = await api.ready();

      expect(init).toMatchObject({
        status: 'init-error',
        error: { errorType, errorMessage },
        exit: { code: 1, signal: null },
      });
      expect(postsOf(api, '/init/error')).toMatchObject([
        { requestHeaders: { 'lambda-runtime-function-error-type': errorType } },
      ]);
      expect(api.violations).toEqual([]);
    });
  }

  test('posts an exception while importing under its own name, which is no type that Lambda knows', async () => {
    await using api = await startHandler('broken_start.handler');

    const init = await api.ready();

    expect(init).toMatchObject({
      status: 'init-error',
      error: { errorType: 'ValueError', errorMessage: 'no configuration: naïve' },
    });
    expect(api.violations).toMatchObject([{ rule: 'error-type-header-malformed' }]);
  });

  test('finds out only at the first event that the handler cannot be called', async () => {
    await using api = await startHandler('odd.not_callable');

    const result = await api.invoke(1);

    expect(result).toMatchObject({ error: { errorType: 'TypeError', errorMessage: "'int' object is not callable" } });
  });

  test('writes log records to stdout, with the request ID', async () => {
    await using api = await startHandler('odd.logs');

    const result = await api.invoke(1);

    expect(result.logs.stdout).toMatch(new RegExp(`^\\[WARNING\\]\t\\S+Z\t${result.requestId}\tcareful\n$`));
  });

  test('echoes the invocation ID with responses and errors', async () => {
    await using api = await start();

    await api.invoke(1);
    await api.invoke({ op: 'fail' });

    const given = exchangesOf(api)
      .filter(({ path, response }) => path.endsWith('/next') && response)
      .map(({ response }) => response?.headers['Lambda-Runtime-Invocation-Id']);
    const echoed = [...postsOf(api, '/response'), ...postsOf(api, '/error')].map(
      ({ requestHeaders }) => requestHeaders['lambda-runtime-invocation-id'],
    );
    expect(new Set(given).size).toBe(2);
    expect(echoed).toEqual(given);
  });
}

const exceptions = [
  { kind: 'builtin', errorType: 'ZeroDivisionError', errorMessage: 'integer division or modulo by zero' },
  { kind: 'without a message', errorType: 'ValueError', errorMessage: '' },
  { kind: 'unicode', errorType: 'Überfall', errorMessage: 'añb 漢字 🦊\n"quoted" \\ \u007f' },
  // Only the last of a chain is reported.
  { kind: 'chained', errorType: 'RuntimeError', errorMessage: 'outer' },
];

const results = [
  { kind: 'none', payload: null },
  { kind: 'tuple', payload: [1, 'two'] },
  { kind: 'decimal', body: Buffer.from('0.10') },
  { kind: 'bytes', body: Buffer.from([0, 255]), contentType: 'application/unknown', isJson: false },
  { kind: 'nan', body: Buffer.from('NaN'), contentType: 'application/json', isJson: false },
];

function postsOf(api: RuntimeApi, ending: string): Exchange[] {
  return exchangesOf(api).filter(({ method, path }) => method === 'POST' && path.endsWith(ending));
}

function exchangesOf(api: RuntimeApi): Exchange[] {
  return api.transcript.filter((entry) => entry.type === 'exchange');
}
