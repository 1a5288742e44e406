import { checkFields, type ExpectedError, judgeFields } from './expected-fields.ts';
import { type Matcher, matcher } from './matcher.ts';
import { describeResult } from './message.ts';
import type { Result } from './subjects.ts';

/** The function failed: the runtime posted this error, or an answer that Lambda does not accept. */
export const toFailWith: Matcher<[error?: ExpectedError]> = matcher({
  name: 'toFailWith',
  judge(subject, context, [expected]) {
    checkFields('toFailWith', expected, "{ errorType: 'TypeError', errorMessage: /no such/ }");
    const result = subject as Result;
    const received = result.status === 'function-error' ? result.error : {};
    const judgement = judgeFields('function-error', { received, expected: expected ?? {} }, context);
    if (result.status === 'function-error') return judgement;
    return { pass: false, expected: judgement.expected, received: () => describeResult(result, context) };
  },
});
