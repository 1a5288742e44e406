import { isAsymmetric, matchesText, type TextPattern } from './expected-fields.ts';
import { type Matcher, matcher } from './matcher.ts';
import type { MatcherContext } from './matcher-context.ts';
import type { Result } from './subjects.ts';

/** Options of `toHaveLogged()`. */
export interface LoggedOptions {
  /** Which of the two to look at. @default both */
  readonly stream?: 'stdout' | 'stderr';
}

/** The runtime printed a text that contains this string, or a line that matches this pattern. */
export const toHaveLogged: Matcher<[pattern: TextPattern, options?: LoggedOptions]> = matcher({
  name: 'toHaveLogged',
  judge(subject, context, [pattern, options]) {
    checkArguments(pattern, options);
    const stream = options?.stream;
    const lines = (subject as Result).logs.lines.filter((line) => stream === undefined || line.stream === stream);
    const texts = lines.map(({ text }) => text);
    const verb = typeof pattern === 'string' ? 'output with' : 'a line like';
    return {
      pass: hasLogged(texts, pattern, context),
      expected: () => `${verb} ${context.utils.printExpected(pattern)}${stream ? ` on ${stream}` : ''}`,
      received: () =>
        lines.length === 0
          ? `no output${stream ? ` on ${stream}` : ''}`
          : lines.map((line) => `\n  ${line.stream} | ${line.text}`).join(''),
    };
  },
});

function hasLogged(texts: readonly string[], pattern: TextPattern, context: MatcherContext): boolean {
  if (typeof pattern === 'string') return texts.join('\n').includes(pattern);
  if (pattern instanceof RegExp) return texts.some((text) => matchesText(text, pattern));
  return texts.some((text) => context.equals(text, pattern));
}

function checkArguments(pattern: unknown, options: LoggedOptions | undefined): void {
  if (typeof pattern !== 'string' && !(pattern instanceof RegExp) && !isAsymmetric(pattern)) {
    throw new TypeError(
      'toHaveLogged() takes a string, a regular expression, or a matcher such as expect.stringContaining().',
    );
  }
  const stream: unknown = options?.stream;
  if (stream !== undefined && stream !== 'stdout' && stream !== 'stderr') {
    throw new TypeError("toHaveLogged() takes { stream: 'stdout' } or { stream: 'stderr' } as its options, or none.");
  }
}
