/**
 * Importing it adds the matchers to the `expect` of vitest, with their types.
 *
 * @module lambda-runtime-harness/vitest
 */

import { afterAll, beforeEach, expect, type TestAPI, test } from 'vitest';
import { type RuntimeApi, type RuntimeApiOptions, reportOpenRuntimeApis } from '../index.ts';
import { FailedResults } from './failed-results.ts';
import { matchers } from './matchers.ts';
import type { RuntimeMatchers } from './runtime-matchers.ts';
import { TestRuntimeApi } from './test-runtime-api.ts';

export type { AsymmetricMatcher, ExpectedError, ExpectedExit, TextPattern } from './expected-fields.ts';
export type { RuntimeMatchers } from './runtime-matchers.ts';
export { runtimeResultSerializer } from './serializer.ts';
export type { LoggedOptions } from './to-have-logged.ts';

declare module 'vitest' {
  // The name of the parameter is vitest's.
  // biome-ignore lint/suspicious/noExplicitAny: declarations of one interface must agree in it.
  interface Matchers<T = any> extends RuntimeMatchers<void, T> {}
  // biome-ignore lint/suspicious/noExplicitAny: as above; these are for expect.not.toSucceedWith().
  interface AsymmetricMatchersContaining extends RuntimeMatchers<void, any> {}
}

expect.extend(matchers);

beforeEach(({ task }) => {
  // Of tests that run at the same time, nobody can tell which invoked.
  if (task.concurrent) return undefined;
  const failures = new FailedResults();
  return () => {
    failures.end();
    if (task.result?.state !== 'fail' || task.fails) return;
    const errors = task.result.errors?.map(({ message }) => message) ?? [];
    process.stderr.write(failures.describe({ title: task.name, errors }));
  };
});

// In the reverse order of their registration, so after those of the test file: what is open now was forgotten.
afterAll(() => {
  const report = reportOpenRuntimeApis();
  if (report !== undefined) process.stderr.write(report);
});

/** What a test made by `withRuntimeApi()` may ask for. */
export interface RuntimeApiFixtures {
  /** An API for this test alone: made when the test asks for it, closed when it ends. */
  api: RuntimeApi;
  /** What the API is made with; another fixture or `test.override()` may replace it. */
  runtimeApiOptions: RuntimeApiOptions;
}

/**
 * A `test` that has an `api` for those who ask for it: `test('greets', async ({ api }) => …)`. If the test fails,
 * timeline, output and the state of the process are printed.
 */
export function withRuntimeApi(options: RuntimeApiOptions = {}): TestAPI<RuntimeApiFixtures> {
  return test.extend<RuntimeApiFixtures>({
    runtimeApiOptions: options,
    api: async ({ runtimeApiOptions, task }, use) => {
      const own = new TestRuntimeApi(runtimeApiOptions);
      await use(await own.open());
      await own.end({ title: task.name, hasFailed: task.result?.state === 'fail' });
    },
  });
}
