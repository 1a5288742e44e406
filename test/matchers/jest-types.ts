// Nothing here runs: the compiler is the test.
import { expect } from '@jest/globals';
import { expectTypeOf } from 'vitest';
import type { Invocation, InvocationResult, RuntimeApi } from '../../src/index.ts';
import { matchers, runtimeResultSerializer } from '../../src/matchers/index.ts';
import { useRuntimeApi } from '../../src/matchers/jest.ts';

declare const result: InvocationResult;
declare const invocation: Invocation;
declare const api: RuntimeApi;
// As @types/jest declares the globals.
declare const globalMatchers: jest.Matchers<void, InvocationResult>;

export async function matchersOfJest(): Promise<void> {
  // By hand.
  expect.extend(matchers);
  expect.addSnapshotSerializer(runtimeResultSerializer);

  expectTypeOf(expect(result).toSucceedWith({ ok: true })).toEqualTypeOf<void>();
  expectTypeOf(expect(invocation).toSucceedWith({ ok: true })).toEqualTypeOf<Promise<void>>();
  expectTypeOf(expect(invocation).not.toTimeOut()).toEqualTypeOf<Promise<void>>();
  expectTypeOf(expect(invocation).resolves.toSucceedWith()).toEqualTypeOf<Promise<void>>();
  expectTypeOf(expect(Promise.resolve(result)).toFailWith()).toEqualTypeOf<Promise<void>>();
  expect(api).toHaveNoViolations();

  expect(result).toSucceedWith();
  expect(result).toFailWith({ errorType: 'A', errorMessage: /b/, stackTrace: [expect.stringContaining('c'), 'd'] });
  expect(result).toFailInit({ errorType: expect.stringMatching('A'), exit: { code: 1, signal: null } });
  expect(result).toExitWith({ code: expect.any(Number), signal: null, errorType: /x/ });
  expect(result).toHaveLogged(/x/, { stream: 'stderr' });
  expect([result]).toEqual([expect.toSucceedWith(1), expect.not.toHaveLogged('x')]);
  globalMatchers.toSucceedWith(1);

  // @ts-expect-error: an error type is text.
  expect(result).toFailWith({ errorType: 1 });
  // @ts-expect-error: there is no such field.
  expect(result).toExitWith({ exitCode: 1 });
  // @ts-expect-error: what has to be logged must be said.
  expect(result).toHaveLogged();
  // @ts-expect-error: it takes nothing.
  expect(result).toTimeOut(3000);
}

export function fixturesOfJest(): void {
  expectTypeOf(useRuntimeApi({ command: ['./bootstrap'] })).toEqualTypeOf<() => Promise<RuntimeApi>>();
  // @ts-expect-error: there is no such option.
  useRuntimeApi({ timeout: 1 });
}
