import { describe, expect, test } from 'vitest';
import {
  describeExitStatus,
  exitError,
  isWellFormedErrorType,
  normalizeErrorType,
  parseErrorReport,
  timeoutError,
} from '../../src/environment/function-error.ts';

const requestId = '00000000-0000-4000-8000-000000000001';

describe('the error type as Lambda records it', () => {
  test.each([
    ['Runtime.ExitError', 'Runtime.ExitError'],
    ['Function.ResponseSizeTooLarge', 'Function.ResponseSizeTooLarge'],
    ['Runtime.Ab', 'Runtime.Ab'],
    ['xxRuntime.FooBar!!', 'xxRuntime.FooBar!!'],
    ['Function.foo Runtime.Foo', 'Function.foo Runtime.Foo'],
    ['Function.foo', 'Function.Unknown'],
    ['Function.A', 'Function.Unknown'],
    ['Function.', 'Function.Unknown'],
    ['Function', 'Runtime.Unknown'],
    ['Runtime.', 'Runtime.Unknown'],
    ['Runtime.A', 'Runtime.Unknown'],
    ['Runtime.unknown', 'Runtime.Unknown'],
    ['xFunction.foo', 'Runtime.Unknown'],
    ['Extension.Foo', 'Runtime.Unknown'],
    ['Unhandled', 'Runtime.Unknown'],
    ['', 'Runtime.Unknown'],
    [undefined, 'Runtime.Unknown'],
  ])('%o becomes %o', (errorType, recorded) => {
    expect(normalizeErrorType(errorType)).toBe(recorded);
  });

  test.each([
    ['Runtime.UnknownReason', true],
    ['Function.Error2', true],
    ['Unhandled', true],
    ['unhandled', true],
    ['Runtime.', false],
    ['.Reason', false],
    ['Runtime.Some Reason', false],
    ['Runtime.A.B', false],
    ['', false],
  ])('%o is well-formed: %o', (errorType, isWellFormed) => {
    expect(isWellFormedErrorType(errorType)).toBe(isWellFormed);
  });
});

describe('payloads that the platform makes', () => {
  test.each([
    [3000, '3.00'],
    [900_000, '900.00'],
    [1, '0.00'],
    [10, '0.01'],
    [1234, '1.23'],
    [0, '0.00'],
  ])('a timeout of %d ms is told in seconds with two decimals', (timeoutMs, seconds) => {
    expect(timeoutError(requestId, timeoutMs)).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`,
    });
  });

  test.each([
    [{ code: 0, signal: null }, 'Runtime exited without providing a reason'],
    [{ code: 1, signal: null }, 'Runtime exited with error: exit status 1'],
    [{ code: 255, signal: null }, 'Runtime exited with error: exit status 255'],
    [{ code: null, signal: 'SIGKILL' }, 'Runtime exited with error: signal: killed'],
    [{ code: null, signal: 'SIGSEGV' }, 'Runtime exited with error: signal: segmentation fault'],
  ])('the exit %o is told in Lambda’s words', (exit, reason) => {
    expect(exitError(requestId, exit)).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${requestId} Error: ${reason}`,
    });
  });

  test.each([
    ['SIGHUP', 'hangup'],
    ['SIGINT', 'interrupt'],
    ['SIGQUIT', 'quit'],
    ['SIGILL', 'illegal instruction'],
    ['SIGTRAP', 'trace/breakpoint trap'],
    ['SIGABRT', 'aborted'],
    ['SIGBUS', 'bus error'],
    ['SIGFPE', 'floating point exception'],
    ['SIGKILL', 'killed'],
    ['SIGUSR1', 'user defined signal 1'],
    ['SIGSEGV', 'segmentation fault'],
    ['SIGUSR2', 'user defined signal 2'],
    ['SIGPIPE', 'broken pipe'],
    ['SIGALRM', 'alarm clock'],
    ['SIGTERM', 'terminated'],
    ['SIGXYZ', 'SIGXYZ'],
  ])('%s is called "%s"', (signal, words) => {
    expect(describeExitStatus({ code: null, signal })).toBe(`signal: ${words}`);
  });
});

describe('an error report', () => {
  test.each([
    [
      'lines as stackTrace (Node, Python, Java)',
      '{"errorType":"E","errorMessage":"m","stackTrace":["a","b"]}',
      { errorType: 'E', errorMessage: 'm', stackTrace: ['a', 'b'] },
    ],
    ['lines as trace', '{"errorType":"E","errorMessage":"m","trace":["a"]}', { stackTrace: ['a'] }],
    ['a text as stack', '{"errorType":"E","errorMessage":"m","stack":"a\\nb"}', { stackTrace: ['a', 'b'] }],
    [
      'frames (Go)',
      '{"errorType":"E","errorMessage":"m","stackTrace":[{"path":"main.go","line":7,"label":"main"}]}',
      { stackTrace: [{ path: 'main.go', line: 7, label: 'main' }] },
    ],
    [
      'a cause and further keys, which are kept',
      '{"errorType":"E","errorMessage":"m","cause":{"errorType":"C"},"code":42}',
      { cause: { errorType: 'C' }, code: 42 },
    ],
    ['an empty message, which is one', '{"errorType":"E","errorMessage":""}', { errorMessage: '' }],
  ])('has %s', (_title, body, error) => {
    const report = parseErrorReport(body, undefined);

    expect(report.error).toMatchObject(error);
    expect(report.flaws).toEqual([]);
  });

  test.each([
    ['without a type', '{"errorMessage":"m"}', { errorType: 'Unhandled', errorMessage: 'm' }, ['error-type-missing']],
    [
      'with an empty type',
      '{"errorType":"","errorMessage":"m"}',
      { errorType: 'Unhandled', errorMessage: 'm' },
      ['error-type-missing'],
    ],
    [
      'with a type that is no string',
      '{"errorType":5,"errorMessage":"m"}',
      { errorType: 'Unhandled', errorMessage: 'm' },
      ['error-type-missing'],
    ],
    ['without a message', '{"errorType":"E"}', { errorType: 'E', errorMessage: '' }, ['error-message-missing']],
    [
      'with a message that is no string',
      '{"errorType":"E","errorMessage":{"a":1}}',
      { errorType: 'E', errorMessage: '{"a":1}' },
      ['error-message-missing'],
    ],
    [
      'that is an empty object',
      '{}',
      { errorType: 'Unhandled', errorMessage: '' },
      ['error-type-missing', 'error-message-missing'],
    ],
    ['that is a text', 'it broke', { errorType: 'Unhandled', errorMessage: 'it broke' }, ['error-not-json']],
    ['that is a JSON string', '"it broke"', { errorType: 'Unhandled', errorMessage: '"it broke"' }, ['error-not-json']],
    ['that is a list', '[]', { errorType: 'Unhandled', errorMessage: '[]' }, ['error-not-json']],
    ['that is null', 'null', { errorType: 'Unhandled', errorMessage: 'null' }, ['error-not-json']],
    ['that is empty', '', { errorType: 'Unhandled', errorMessage: '' }, ['error-not-json']],
  ])('%s is read all the same, and its flaws are named', (_title, body, error, flaws) => {
    expect(parseErrorReport(body, undefined)).toEqual({ error, flaws });
  });

  test('takes its type from the header if it has none of its own', () => {
    expect(parseErrorReport('{"errorMessage":"m"}', 'Runtime.Header').error.errorType).toBe('Runtime.Header');
    expect(parseErrorReport('it broke', 'Runtime.Header').error.errorType).toBe('Runtime.Header');
    expect(parseErrorReport('{"errorType":"Own"}', 'Runtime.Header').error.errorType).toBe('Own');
    expect(parseErrorReport('{}', '').error.errorType).toBe('Unhandled');
  });

  test('has no stack trace where none was sent', () => {
    const { error } = parseErrorReport('{"errorType":"E","errorMessage":"m","stackTrace":null,"trace":""}', undefined);

    expect('stackTrace' in error).toBe(false);
  });

  test('cannot change the prototype of the error', () => {
    const { error } = parseErrorReport('{"__proto__":{"polluted":true},"errorType":"E","errorMessage":"m"}', undefined);

    expect(Object.getPrototypeOf(error)).toBe(Object.prototype);
    expect(error.polluted).toBeUndefined();
  });
});
