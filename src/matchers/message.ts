import type { MatcherContext } from './matcher-context.ts';
import type { Result } from './subjects.ts';

/** Whether an expectation holds, and how to say what was expected and what was received. */
export interface Judgement {
  readonly pass: boolean;
  /** Follows "Expected: " or "Expected: not ". */
  readonly expected: () => string;
  /** Follows "Received: ". */
  readonly received: () => string;
  /** Instead of both: what is the same and what is not, if that says more. */
  readonly difference?: () => string | undefined;
}

interface Circumstances {
  readonly hint: string;
  readonly context: MatcherContext;
  readonly story: string;
}

/** Expected and received, or how they differ, and what happened: the one form of all failure messages. */
export function messageOf(
  { expected, received, difference }: Judgement,
  { hint, context, story }: Circumstances,
): string {
  const different = context.isNot ? undefined : difference?.();
  const comparison = `Expected: ${context.isNot ? 'not ' : ''}${expected()}\nReceived: ${received()}`.replaceAll(
    ' \n',
    '\n',
  );
  const parts = [hint, different ?? comparison, story];
  return parts.filter((part) => part !== undefined && part !== '').join('\n\n');
}

export function hintAt({ utils, isNot, promise }: MatcherContext, name: string, isGivenExpected: boolean): string {
  const options = { ...(isNot !== undefined && { isNot }), ...(promise !== undefined && { promise }) };
  return utils.matcherHint(name, 'result', isGivenExpected ? 'expected' : '', options);
}

/** A result in a line: its kind, and what it came to. */
export function describeResult(result: Result, { utils }: MatcherContext): string {
  if (result.status === 'ready') return 'ready (the Init phase succeeded)';
  if (result.status === 'success') return `success with payload ${utils.printReceived(result.payload)}`;
  const { errorType, errorMessage } = result.error;
  return `${result.status}: ${errorType}: ${errorMessage}`;
}
