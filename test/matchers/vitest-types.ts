// Nothing here runs: the compiler is the test.
import { expect, expectTypeOf } from 'vitest';
import type { Invocation, InvocationResult, RuntimeApi } from '../../src/index.ts';
import { matchers, runtimeResultSerializer } from '../../src/matchers/index.ts';
import { type RuntimeApiFixtures, withRuntimeApi } from '../../src/matchers/vitest.ts';

declare const result: InvocationResult;
declare const invocation: Invocation;
declare const api: RuntimeApi;

export async function matchersOfVitest(): Promise<void> {
  // By hand.
  expect.extend(matchers);
  expect.addSnapshotSerializer(runtimeResultSerializer);

  // Of a result, a matcher returns nothing; of an invocation, a promise.
  expectTypeOf(expect(result).toSucceedWith({ ok: true })).toEqualTypeOf<void>();
  expectTypeOf(expect(invocation).toSucceedWith({ ok: true })).toEqualTypeOf<Promise<void>>();
  expectTypeOf(expect(invocation).not.toTimeOut()).toEqualTypeOf<Promise<void>>();
  expectTypeOf(expect(Promise.resolve(result)).toFailWith()).toEqualTypeOf<Promise<void>>();
  await expect(invocation).resolves.toSucceedWith();
  expect(api).toHaveNoViolations();

  expect(result).toSucceedWith();
  expect(result).toFailWith({ errorType: 'A', errorMessage: /b/, stackTrace: [expect.any(String), 'c'], cause: 1 });
  expect(result).toFailInit({ errorType: expect.stringContaining('A'), exit: { code: 1, signal: null } });
  expect(result).toExitWith({ code: expect.any(Number), signal: null, errorType: /x/ });
  expect(result).toHaveLogged(/x/, { stream: 'stderr' });
  expect([result]).toEqual([expect.toSucceedWith(1), expect.not.toHaveLogged('x')]);

  // @ts-expect-error: an error type is text.
  expect(result).toFailWith({ errorType: 1 });
  // @ts-expect-error: there is no such field.
  expect(result).toExitWith({ exitCode: 1 });
  // @ts-expect-error: there is no such stream.
  expect(result).toHaveLogged('x', { stream: 'out' });
  // @ts-expect-error: what has to be logged must be said.
  expect(result).toHaveLogged();
  // @ts-expect-error: it takes nothing.
  expect(result).toTimeOut(3000);
}

const test = withRuntimeApi({ command: ['./bootstrap'] });

export function fixturesOfVitest(): void {
  test('has an api', ({ api, runtimeApiOptions }) => {
    expectTypeOf(api).toEqualTypeOf<RuntimeApi>();
    expectTypeOf(runtimeApiOptions).toEqualTypeOf<RuntimeApiFixtures['runtimeApiOptions']>();
  });
  test.override({ runtimeApiOptions: { command: ['./other'] } });
  // @ts-expect-error: there is no such option.
  withRuntimeApi({ timeout: 1 });
}
