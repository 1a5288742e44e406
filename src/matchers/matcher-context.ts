/** What matchers use of the `this` that a test runner gives them; those of vitest and Jest both have it. */
export interface MatcherContext {
  readonly isNot?: boolean;
  readonly promise?: string;
  /** The function that asserts, where it is no `expect()`. */
  readonly assertedBy?: string;
  readonly customTesters?: readonly unknown[];
  /** Whether the two are equal, as by `toEqual()`. */
  equals(received: unknown, expected: unknown, customTesters?: unknown[]): boolean;
  readonly utils: {
    /** The first line of a message. */
    matcherHint(name: string, received?: string, expected?: string, options?: MatcherHint): string;
    /** A value in the colour of what was expected. */
    printExpected(value: unknown): string;
    /** A value in the colour of what was received. */
    printReceived(value: unknown): string;
    /** Where two values differ, line by line. */
    diff(expected: unknown, received: unknown): string | null | undefined;
    readonly iterableEquality: unknown;
  };
}

/** What the first line of a matcher's message says besides its name. */
export interface MatcherHint {
  readonly isNot?: boolean;
  readonly promise?: string;
}

/** What a matcher hands to its test runner. */
export interface MatcherResult {
  readonly pass: boolean;
  /** What is wrong, for a person. */
  message(): string;
}
