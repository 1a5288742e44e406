/** What matchers use of the `this` that a test runner gives them; those of vitest and Jest both have it. */
export interface MatcherContext {
  readonly isNot?: boolean;
  readonly promise?: string;
  /** The function that asserts, where it is no `expect()`. */
  readonly assertedBy?: string;
  readonly customTesters?: readonly unknown[];
  equals(received: unknown, expected: unknown, customTesters?: unknown[]): boolean;
  readonly utils: {
    matcherHint(name: string, received?: string, expected?: string, options?: MatcherHint): string;
    printExpected(value: unknown): string;
    printReceived(value: unknown): string;
    diff(expected: unknown, received: unknown): string | null | undefined;
    readonly iterableEquality: unknown;
  };
}

export interface MatcherHint {
  readonly isNot?: boolean;
  readonly promise?: string;
}

export interface MatcherResult {
  readonly pass: boolean;
  message(): string;
}
