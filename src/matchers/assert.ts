/**
 * The matchers as functions that throw an `AssertionError`, for `node:test`.
 *
 * @module lambda-runtime-harness/assert
 */

import { AssertionError } from 'node:assert';
import { inspect, isDeepStrictEqual } from 'node:util';
import type {
  FailedInitResult,
  FunctionErrorResult,
  InitErrorResult,
  InitResult,
  InvocationResult,
  RuntimeApi,
  RuntimeApiOptions,
  RuntimeExitResult,
  SuccessResult,
  TimeoutResult,
} from '../index.ts';
import { type ExpectedError, type ExpectedExit, isAsymmetric, type TextPattern } from './expected-fields.ts';
import type { Matcher } from './matcher.ts';
import type { MatcherContext, MatcherResult } from './matcher-context.ts';
import { isThenable } from './subjects.ts';
import { TestRuntimeApi } from './test-runtime-api.ts';
import { toExitWith } from './to-exit-with.ts';
import { toFailInit } from './to-fail-init.ts';
import { toFailWith } from './to-fail-with.ts';
import { type LoggedOptions, toHaveLogged } from './to-have-logged.ts';
import { toHaveNoViolations } from './to-have-no-violations.ts';
import { toSucceedWith } from './to-succeed-with.ts';
import { toTimeOut } from './to-time-out.ts';

export type { AsymmetricMatcher, ExpectedError, ExpectedExit, TextPattern } from './expected-fields.ts';
export type { LoggedOptions } from './to-have-logged.ts';

/**
 * The invocation succeeded, with this payload; without one: with any. Throws an `AssertionError`, as all functions of
 * this module do; given an invocation or another promise, they return a promise to await.
 */
export function assertSucceedsWith<T>(
  result: InvocationResult<T>,
  payload?: unknown,
): asserts result is SuccessResult<T>;
export function assertSucceedsWith(result: PromiseLike<InvocationResult>, payload?: unknown): Promise<void>;
export function assertSucceedsWith(result: unknown, ...expected: [payload?: unknown]): void | Promise<void> {
  return enforce(assertSucceedsWith, toSucceedWith, { result, expected });
}

/** The function failed: the runtime posted this error. What is left out may be anything. */
export function assertFailsWith(result: InvocationResult, error?: ExpectedError): asserts result is FunctionErrorResult;
export function assertFailsWith(result: PromiseLike<InvocationResult>, error?: ExpectedError): Promise<void>;
export function assertFailsWith(result: unknown, ...expected: [error?: ExpectedError]): void | Promise<void> {
  return enforce(assertFailsWith, toFailWith, { result, expected });
}

/** The runtime never asked for work. Takes what `api.ready()` resolves to, as well. `exit` may be expected, too. */
export function assertFailsInit(
  result: InvocationResult | InitResult,
  error?: ExpectedError,
): asserts result is InitErrorResult | FailedInitResult;
export function assertFailsInit(
  result: PromiseLike<InvocationResult | InitResult>,
  error?: ExpectedError,
): Promise<void>;
export function assertFailsInit(result: unknown, ...expected: [error?: ExpectedError]): void | Promise<void> {
  return enforce(assertFailsInit, toFailInit, { result, expected });
}

/** The invocation ran into its deadline. */
export function assertTimesOut(result: InvocationResult): asserts result is TimeoutResult;
export function assertTimesOut(result: PromiseLike<InvocationResult>): Promise<void>;
export function assertTimesOut(result: unknown): void | Promise<void> {
  return enforce(assertTimesOut, toTimeOut, { result, expected: [] });
}

/** The runtime process ended during the Invoke phase, like this. */
export function assertExitsWith(result: InvocationResult, exit?: ExpectedExit): asserts result is RuntimeExitResult;
export function assertExitsWith(result: PromiseLike<InvocationResult>, exit?: ExpectedExit): Promise<void>;
export function assertExitsWith(result: unknown, ...expected: [exit?: ExpectedExit]): void | Promise<void> {
  return enforce(assertExitsWith, toExitWith, { result, expected });
}

/** The runtime printed a text that contains this string, or a line that matches this pattern. */
export function assertHasLogged(
  result: InvocationResult | InitResult,
  pattern: TextPattern,
  options?: LoggedOptions,
): void;
export function assertHasLogged(
  result: PromiseLike<InvocationResult | InitResult>,
  pattern: TextPattern,
  options?: LoggedOptions,
): Promise<void>;
export function assertHasLogged(
  result: unknown,
  ...expected: [pattern: TextPattern, options?: LoggedOptions]
): void | Promise<void> {
  return enforce(assertHasLogged, toHaveLogged, { result, expected });
}

/** The runtime broke no rule of the Runtime API: during the invocation, or, of an API, at any time. */
export function assertHasNoViolations(subject: InvocationResult | RuntimeApi): void;
export function assertHasNoViolations(subject: PromiseLike<InvocationResult>): Promise<void>;
export function assertHasNoViolations(result: unknown): void | Promise<void> {
  return enforce(assertHasNoViolations, toHaveNoViolations, { result, expected: [] });
}

/** What is used of the context that `node:test` gives a test. */
export interface NodeTestContext {
  readonly name: string;
  /** Calls back when the test has ended. */
  after(hook: () => Promise<void>): void;
}

/**
 * Creates an API for this test, and closes it when the test ends. If the test failed, timeline, output and the state of
 * the process are printed before.
 */
export async function useRuntimeApi(test: NodeTestContext, options: RuntimeApiOptions = {}): Promise<RuntimeApi> {
  const own = new TestRuntimeApi(options);
  test.after(() => own.end({ title: test.name, hasFailed: hasFailed(test) }));
  return own.open();
}

/** `error` is set when the test has failed: from Node 20.16 and 22.2 on; the types of Node 20 do not know it. */
function hasFailed(test: NodeTestContext & { readonly error?: unknown }): boolean {
  return test.error !== undefined && test.error !== null;
}

type Assertion = (...parameters: never[]) => unknown;

function enforce<Expected extends unknown[]>(
  assertion: Assertion,
  matcher: Matcher<Expected>,
  { result, expected }: { readonly result: unknown; readonly expected: Expected },
): void | Promise<void> {
  const context = contextOf(assertion.name);
  const check = (verdict: MatcherResult): void => {
    if (verdict.pass) return;
    throw new AssertionError({ message: verdict.message(), operator: assertion.name, stackStartFn: assertion });
  };
  const verdict = matcher.call(context, result, ...expected);
  return isThenable(verdict) ? verdict.then(check) : check(verdict);
}

function contextOf(name: string): MatcherContext {
  const print = (value: unknown): string => inspect(value, { depth: 10, breakLength: 100 });
  return {
    assertedBy: name,
    equals: (received, expected) =>
      isAsymmetric(expected) ? expected.asymmetricMatch(received) : isDeepStrictEqual(received, expected),
    utils: {
      matcherHint: (_matcher, received, expected) => `${name}(${[received, expected].filter(Boolean).join(', ')})`,
      printExpected: print,
      printReceived: print,
      diff: () => undefined,
      iterableEquality: undefined,
    },
  };
}
