import { checkFields, type ExpectedError, judgeFields } from './expected-fields.ts';
import { type Matcher, matcher } from './matcher.ts';
import { describeResult } from './message.ts';
import type { Result } from './subjects.ts';

/** The runtime never asked for work: it reported this error, exited or took too long. */
export const toFailInit: Matcher<[error?: ExpectedError]> = matcher({
  name: 'toFailInit',
  judge(subject, context, [expected]) {
    checkFields('toFailInit', expected, "{ errorType: 'Runtime.ExitError' }");
    const result = subject as Result;
    const received = result.status === 'init-error' ? { ...result.error, exit: result.exit } : {};
    const judgement = judgeFields('init-error', { received, expected: expected ?? {} }, context);
    if (result.status === 'init-error') return judgement;
    return { pass: false, expected: judgement.expected, received: () => describeResult(result, context) };
  },
});
