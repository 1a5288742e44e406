/**
 * The matchers by themselves, for `expect.extend(matchers)`.
 *
 * @module lambda-runtime-harness/matchers
 */

export type { AsymmetricMatcher, ExpectedError, ExpectedExit, TextPattern } from './expected-fields.ts';
export type { Matcher } from './matcher.ts';
export type { MatcherContext, MatcherHint, MatcherResult } from './matcher-context.ts';
export { matchers, type RuntimeMatcherFunctions } from './matchers.ts';
export type { RuntimeMatchers } from './runtime-matchers.ts';
export { runtimeResultSerializer, type SnapshotSerializer } from './serializer.ts';
export type { LoggedOptions } from './to-have-logged.ts';
