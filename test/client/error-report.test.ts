import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { errorReportOf, errorTypeHeader } from '../../src/client/error-report.ts';
import { xrayCauseHeader } from '../../src/client/xray-cause.ts';
import type { FunctionErrorResult, XRayCause } from '../../src/index.ts';
import { serve } from './attached.ts';

/** What becomes of something that is thrown, on the other side of the Runtime API. */
async function reported(thrown: unknown): Promise<FunctionErrorResult> {
  await using loop = await serve(async () => {
    throw thrown;
  });
  const result = await loop.api.invoke({});
  expect(loop.api.violations).toEqual([]);
  if (result.status !== 'function-error') throw new Error(`The status is ${result.status}.`);
  expect(await loop.api.invoke({})).toMatchObject({ status: 'function-error' });
  return result;
}

class OrderError extends Error {
  override name = 'OrderError';
}

test('an error has its name, its message, its frames and an X-Ray cause', async () => {
  const { error, errorTypeHeader, xrayCause } = await reported(new OrderError('no such order: ü\n"7"'));

  expect(error).toMatchObject({ errorType: 'OrderError', errorMessage: 'no such order: ü\n"7"' });
  expect(error).not.toHaveProperty('cause');
  expect(error.stackTrace?.[0]).toMatch(/^at .*error-report\.test\.ts:\d+:\d+\)?$/);
  expect(errorTypeHeader).toBe('Function.OrderError');
  expect(xrayCause).toMatchObject({
    working_directory: process.cwd(),
    exceptions: [{ type: 'OrderError', message: 'no such order: ü\n"7"' }],
    paths: expect.arrayContaining([expect.stringContaining('error-report.test.ts')]),
  });
  expect(xrayCause?.exceptions[0]?.stack[0]).toMatchObject({ line: expect.any(Number), label: expect.any(String) });
});

test('causes are reported as far as they go', async () => {
  const root = new RangeError('root');
  const { error, xrayCause } = await reported(new Error('top', { cause: new TypeError('middle', { cause: root }) }));

  expect(error).toMatchObject({
    errorMessage: 'top',
    cause: { errorType: 'TypeError', errorMessage: 'middle', cause: { errorType: 'RangeError', errorMessage: 'root' } },
  });
  expect(xrayCause?.exceptions.map(({ message }) => message)).toEqual(['top', 'middle', 'root']);
});

test('a cause may be anything, but no circle', async () => {
  const circle = new Error('round');
  circle.cause = new Error('and round', { cause: circle });

  expect((await reported(new Error('top', { cause: 'a string' }))).error.cause).toMatchObject({
    errorType: 'string',
    errorMessage: 'a string',
  });
  expect((await reported(circle)).error.cause).toMatchObject({ errorMessage: 'and round' });
});

describe('what is thrown may be', () => {
  const hostile = new Error('unread');
  for (const name of ['stack', 'name', 'message', 'cause']) {
    Object.defineProperty(hostile, name, {
      get() {
        throw new Error(`no ${name}`);
      },
    });
  }
  const untouchable = new Proxy(
    {},
    {
      get() {
        throw new Error('do not touch');
      },
      getPrototypeOf() {
        throw new Error('do not touch');
      },
      has() {
        throw new Error('do not touch');
      },
    },
  );
  const nameless = Object.assign(new Error('nameless'), { name: undefined });

  test.each<[string, () => unknown, string, string]>([
    ['a string', () => 'just text', 'string', 'just text'],
    ['a number', () => 42, 'number', '42'],
    ['null', () => null, 'object', 'null'],
    ['undefined', () => undefined, 'undefined', 'undefined'],
    ['a symbol', () => Symbol('s'), 'symbol', 'Symbol(s)'],
    ['an object', () => ({ code: 1 }), 'object', '[object Object]'],
    ['an object like a report', () => ({ errorType: 'A.B', errorMessage: 'c' }), 'object', '[object Object]'],
    ['an object without a prototype', () => Object.create(null), 'object', '(reading this failed)'],
    ['a frozen error', () => Object.freeze(new TypeError('frozen')), 'TypeError', 'frozen'],
    ['an error of another realm', () => runInNewContext('new RangeError("elsewhere")'), 'RangeError', 'elsewhere'],
    ['an error that cannot be read', () => hostile, '(reading this failed)', '(reading this failed)'],
    ['a proxy that cannot be touched', () => untouchable, 'object', '(reading this failed)'],
    ['an error without a name', () => nameless, 'Error', 'nameless'],
    ['an error with an odd name', () => Object.assign(new Error('odd'), { name: 'Ö d' }), 'Ö d', 'odd'],
    ['a huge error', () => new Error('x'.repeat(2_000_000)), 'Error', 'x'.repeat(2_000_000)],
  ])('%s', async (_name, thrown, errorType, errorMessage) => {
    expect((await reported(thrown())).error).toMatchObject({ errorType, errorMessage });
  });
});

test.each([
  ['Error', 'Function.Error'],
  ['Runtime.ImportModuleError', 'Runtime.ImportModuleError'],
  ['Function.Some1', 'Function.Some1'],
  ['string', 'Function.Unknown'],
  ['Ö', 'Function.Unknown'],
  ['Two Words', 'Function.Unknown'],
  ['', 'Function.Unknown'],
])('the error type %j makes the header %s', (errorType, header) => {
  expect(errorTypeHeader({ errorType, errorMessage: '' })).toBe(header);
});

describe('the header of an X-Ray cause', () => {
  test('is ASCII, whatever the error says', () => {
    const header = xrayCauseHeader(errorReportOf(new Error('ü ☃ 😀 \u007f \n')));

    expect(header).toMatch(/^[\x20-\x7e]+$/);
    expect((JSON.parse(header) as XRayCause).exceptions[0]?.message).toBe('ü ☃ 😀 \u007f \n');
  });

  test.each([
    ['message', new Error('ü'.repeat(1_000_000))],
    ['stack', Object.assign(new Error('deep'), { stack: 'at x (y:1:1)\n'.repeat(100_000) })],
    ['name', Object.assign(new Error('named'), { name: '\n'.repeat(1_000_000) })],
    ['frame', Object.assign(new Error('wide'), { stack: `at ${'('.repeat(2_000_000)}` })],
  ])('stays below 1 MiB with a huge %s', (_name, error) => {
    const header = xrayCauseHeader(errorReportOf(error));

    expect(header.length).toBeLessThan(1024 * 1024);
    expect(JSON.parse(header)).toMatchObject({ exceptions: [{ type: expect.any(String) }] });
  });

  test.each([
    ['at handler (/var/task/app.js:3:9)', { path: '/var/task/app.js', line: 3, label: 'handler' }],
    [
      'at async Object.run [as go] (file:///app.mjs:30:1)',
      { path: 'file:///app.mjs', line: 30, label: 'async Object.run [as go]' },
    ],
    ['at /var/task/app.js:7:1', { path: '/var/task/app.js', line: 7, label: 'anonymous' }],
    ['at Array.map (<anonymous>)', { path: '', line: 0, label: 'anonymous' }],
  ])('reads the frame %s', (frame, expected) => {
    const header = xrayCauseHeader({ errorType: 'E', errorMessage: 'm', stackTrace: [frame] });

    expect((JSON.parse(header) as XRayCause).exceptions[0]?.stack).toEqual([expected]);
  });
});
