import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { Exchange, RuntimeApi } from '../../../src/index.ts';
import { temporaryDirectory } from '../../helpers/fixtures.ts';
import type { BuiltRuntime } from '../behaviours.ts';

/** What the client makes of the handlers in `odd.mjs` and `broken-*`. */
export function testOddHandlers({ start }: BuiltRuntime): void {
  const startHandler = (handlerName: string): Promise<RuntimeApi> => start({ handlerName, onViolation: 'record' });

  test('names what was thrown after its name or its type', async () => {
    await using api = await startHandler('odd.throws');

    for (const { kind, ...error } of thrown) {
      expect(await api.invoke({ kind })).toMatchObject({ status: 'function-error', error });
    }
    expect(api.violations).toEqual([]);
  });

  test('reports what a handler throws that is not async', async () => {
    await using api = await startHandler('odd.throwsAtOnce');

    expect(await api.invoke(1)).toMatchObject({ status: 'function-error', error: { errorType: 'RangeError' } });
  });

  test('posts the stack as trace, and as frames for X-Ray, but no header with the error type', async () => {
    await using api = await startHandler('odd.throws');

    const result = await api.invoke({ kind: 'a TypeError' });

    if (result.status !== 'function-error') throw new Error(`It ended as ${result.status}.`);
    expect(Object.keys(JSON.parse(result.body.toString()))).toEqual(['errorType', 'errorMessage', 'trace']);
    expect(result.error.stackTrace?.slice(0, 2)).toEqual([
      'TypeError: not a function',
      expect.stringMatching(/^ {4}at a TypeError \(file:.*odd\.mjs:\d+:\d+\)$/),
    ]);
    expect(result.xrayCause?.exceptions).toMatchObject([{ type: 'TypeError', message: 'not a function' }]);
    expect(result.errorTypeHeader).toBeUndefined();
  });

  test('answers with what JSON can say of a result', async () => {
    await using api = await startHandler('odd.returns');

    for (const [kind, text] of results) {
      expect(await api.invoke({ kind })).toMatchObject({ status: 'success', body: Buffer.from(text) });
    }
  });

  test('reports a result that it cannot serialise', async () => {
    await using api = await startHandler('odd.returns');
    const unserialisable = {
      errorType: 'Runtime.JSONStringifyError',
      errorMessage: 'Unable to stringify response body',
    };

    expect(await api.invoke({ kind: 'a circle' })).toMatchObject({ status: 'function-error', error: unserialisable });
    expect(await api.invoke({ kind: 'a BigInt' })).toMatchObject({ status: 'function-error', error: unserialisable });
    // JSON.stringify() does not throw for it, but returns no text.
    expect(await api.invoke({ kind: 'a function' })).toMatchObject({
      status: 'function-error',
      error: { errorType: 'TypeError', errorMessage: 'Wrong arguments' },
    });
  });

  for (const [kind, exit] of [
    ['an uncaught exception', { code: 1, signal: null }],
    ['an unhandled rejection', { code: 1, signal: null }],
    ['process.exit()', { code: 0, signal: null }],
    ['process.abort()', { code: null, signal: 'SIGABRT' }],
    ['a promise that nothing will settle', { code: 0, signal: null }],
  ] as const) {
    test(`posts nothing before it ends by ${kind}`, async () => {
      await using api = await startHandler('odd.ends');

      const result = await api.invoke({ kind });

      expect(result).toMatchObject({ status: 'runtime-exit', exit });
      expect(result).not.toHaveProperty('response');
    });
  }

  test('exits at an event that is not JSON', async () => {
    await using api = await start();

    for (const raw of ['{', '']) {
      const result = await api.invoke({ raw });

      expect(result).toMatchObject({ status: 'runtime-exit', exit: { code: 1, signal: null } });
      expect(result.logs.stderr).toContain('SyntaxError: ');
    }
  });

  test('finds a handler in nested objects', async () => {
    await using api = await startHandler('odd.nested.deeper.handler');

    expect(await api.invoke(1)).toMatchObject({ status: 'success', payload: 'found' });
  });

  for (const [handler, errorType, errorMessage] of [
    ['odd.missing', 'Runtime.HandlerNotFound', 'odd.missing is undefined or not exported'],
    ['odd.notAFunction', 'Runtime.HandlerNotFound', 'odd.notAFunction is not a function'],
    ['odd', 'Runtime.MalformedHandlerName', 'Bad handler'],
    ['../odd.returns', 'Runtime.MalformedHandlerName', expect.stringMatching(/^'\.\.\/odd\.returns' is not a valid/)],
    ['no-such.handler', 'Runtime.ImportModuleError', expect.stringMatching(/^Error: Cannot find module 'no-such'\n/)],
    ['broken-require.handler', 'Runtime.ImportModuleError', expect.stringContaining("'a-package-that-is-not-there'\n")],
    ['odd.callback', 'Runtime.CallbackHandlerDeprecated', expect.stringContaining('callback-based function handlers')],
  ] as const) {
    test(`posts an init error for the handler ${handler}: ${errorType}`, async () => {
      await using api = await startHandler(handler);

      const init = await api.ready();

      expect(init).toMatchObject({
        status: 'init-error',
        error: { errorType, errorMessage },
        exit: { code: 1, signal: null },
      });
      expect(initErrorsOf(api)).toMatchObject([
        { requestHeaders: { 'lambda-runtime-function-error-type': errorType } },
      ]);
      expect(api.violations).toEqual([]);
    });
  }

  for (const [mistake, code] of [
    ['is not complete', 'export const handler = async (event) => {'],
    ['imports what is not exported', "import { missing } from 'node:fs';"],
    // Any SyntaxError while loading counts.
    ['parses a file that is not JSON', "JSON.parse('{');"],
  ] as const) {
    test(`posts Runtime.UserCodeSyntaxError for a module that ${mistake}`, async () => {
      await using folder = await temporaryDirectory();
      await writeFile(`${folder.path}/function.mjs`, code);
      await using api = await start({ cwd: folder.path });

      const init = await api.ready();

      const error = { errorType: 'Runtime.UserCodeSyntaxError', errorMessage: expect.stringMatching(/^SyntaxError: /) };
      expect(init).toMatchObject({ status: 'init-error', error, exit: { code: 1, signal: null } });
    });
  }

  for (const [handler, errorType, errorMessage] of [
    // Only a failed require() becomes Runtime.ImportModuleError.
    ['broken-import.handler', 'Error', expect.stringMatching(/^Cannot find package 'a-package-that-is-not-there'/)],
    ['broken-start.handler', 'TypeError', 'no configuration: naïve'],
  ] as const) {
    test(`posts an init error for the handler ${handler} under a type that Lambda does not know: ${errorType}`, async () => {
      await using api = await startHandler(handler);

      const init = await api.ready();

      expect(init).toMatchObject({ status: 'init-error', error: { errorType, errorMessage } });
      expect(api.violations).toMatchObject([{ rule: 'error-type-header-malformed' }]);
    });
  }

  test('writes all of the console to stdout, one line for each call', async () => {
    await using api = await startHandler('odd.logs');

    const result = await api.invoke(1);

    const line = (level: string, text: string): unknown => ({
      stream: 'stdout',
      text: expect.stringMatching(new RegExp(`^\\S+Z\t${result.requestId}\t${level}\t${text}`)),
    });
    expect(result.logs.lines).toEqual([
      line('INFO', 'several\rlines of text$'),
      line('ERROR', 'Error: only logged\r +at '),
      line('DEBUG', 'a detail$'),
    ]);
  });

  test('does not echo the invocation ID', async () => {
    await using api = await start();

    await api.invoke(1);

    const posts = exchangesOf(api).filter(({ method }) => method === 'POST');
    expect(posts).toHaveLength(1);
    expect(posts[0]?.requestHeaders).not.toHaveProperty('lambda-runtime-invocation-id');
  });
}

const thrown = [
  { kind: 'a TypeError', errorType: 'TypeError', errorMessage: 'not a function' },
  // Neither the cause nor the errors of an AggregateError are reported.
  { kind: 'an error with a cause', errorType: 'Error', errorMessage: 'outer' },
  { kind: 'an AggregateError', errorType: 'AggregateError', errorMessage: 'several' },
  // DEL is written as %7F, the rest is kept.
  { kind: 'unicode and control characters', errorMessage: 'añb 漢字 🦊\n"quoted" \\ \u0000 %7F' },
  { kind: 'an empty message', errorType: 'Error', errorMessage: '' },
  { kind: 'a string', errorType: 'string', errorMessage: 'a string', stackTrace: [] },
  { kind: 'an object', errorType: 'object', errorMessage: '[object Object]', stackTrace: [] },
  { kind: 'null', errorType: 'object', errorMessage: 'null' },
  { kind: 'undefined', errorType: 'undefined', errorMessage: 'undefined' },
];

const results = [
  ['undefined', 'null'],
  ['NaN', 'null'],
  ['a plain value', '42'],
  ['a promise', '"in time"'],
  ['a Buffer', '{"type":"Buffer","data":[104,105]}'],
] as const;

function initErrorsOf(api: RuntimeApi): Exchange[] {
  return exchangesOf(api).filter(({ path }) => path.endsWith('/init/error'));
}

function exchangesOf(api: RuntimeApi): Exchange[] {
  return api.transcript.filter((entry) => entry.type === 'exchange');
}
