/**
 * Importing it adds the matchers to the `expect` of Jest, with their types.
 *
 * @module lambda-runtime-harness/jest
 */

import { afterEach, expect } from '@jest/globals';
import type { RuntimeApi, RuntimeApiOptions } from '../index.ts';
import { FailedResults } from './failed-results.ts';
import { matchers } from './matchers.ts';
import type { RuntimeMatchers } from './runtime-matchers.ts';
import { TestRuntimeApi } from './test-runtime-api.ts';

export type { AsymmetricMatcher, ExpectedError, ExpectedExit, TextPattern } from './expected-fields.ts';
export type { RuntimeMatchers } from './runtime-matchers.ts';
export { runtimeResultSerializer } from './serializer.ts';
export type { LoggedOptions } from './to-have-logged.ts';

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T = unknown> extends RuntimeMatchers<R, T> {}
  interface AsymmetricMatchers extends RuntimeMatchers<AsymmetricResult> {}
}

declare global {
  // For those who have the types of the globals from @types/jest.
  namespace jest {
    interface Matchers<R, T> extends RuntimeMatchers<R, T> {}
    interface Expect extends RuntimeMatchers<unknown> {}
    interface InverseAsymmetricMatchers extends RuntimeMatchers<unknown> {}
  }
}

/** What `expect.toSucceedWith()` and the like return, for use within `toEqual()`. */
export interface AsymmetricResult {
  /** Whether what was received is as expected. */
  asymmetricMatch(received: unknown): boolean;
}

expect.extend(matchers);

const handlers: unique symbol = Symbol.for('EVENT_HANDLERS') as never;

interface CircusTest {
  readonly name: string;
  readonly concurrent?: boolean;
  readonly failing?: boolean;
  /** Each error alone, or with the one that says where. */
  readonly errors: readonly unknown[];
}

interface CircusEvent {
  readonly name: string;
  readonly test?: CircusTest;
}

type CircusHandler = (event: CircusEvent) => void;

/** Jest does not tell hooks that a test has failed; its runner tells those who listen. Another runner says nothing. */
const circus = globalThis as { [handlers]?: CircusHandler[] };

let hasFailed = false;
let failures: FailedResults | undefined;

circus[handlers]?.push(({ name, test }) => {
  if (name === 'test_start') {
    hasFailed = false;
    // Of tests that run at the same time, nobody can tell which invoked.
    failures = test?.concurrent ? undefined : new FailedResults();
  }
  if (name === 'test_fn_failure' || name === 'hook_failure') hasFailed = true;
  if (name === 'test_done' && test) endTest(test);
});

function endTest({ name, failing, errors }: CircusTest): void {
  failures?.end();
  if (failures && hasFailed && !failing) {
    process.stderr.write(failures.describe({ title: name, errors: errors.flat().map(String) }));
  }
  failures = undefined;
}

/**
 * Gives each test of the file, or of the `describe` block, an API of its own: `const runtime = useRuntimeApi({ … })`,
 * and in the test `const api = await runtime()`. It is closed after the test. If the test failed, timeline, output and
 * the state of the process are printed before.
 */
export function useRuntimeApi(options: RuntimeApiOptions = {}): () => Promise<RuntimeApi> {
  let own: TestRuntimeApi | undefined;
  afterEach(async () => {
    const ended = own;
    own = undefined;
    await ended?.end({ title: expect.getState().currentTestName ?? '', hasFailed });
  });
  return () => {
    own ??= new TestRuntimeApi(options);
    return own.open();
  };
}
