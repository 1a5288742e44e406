import { type Matcher, matcher } from './matcher.ts';
import { describeResult } from './message.ts';
import type { Result } from './subjects.ts';

/** The invocation ran into its deadline. */
export const toTimeOut: Matcher<[]> = matcher({
  name: 'toTimeOut',
  judge(subject, context) {
    const result = subject as Result;
    return {
      pass: result.status === 'timeout',
      expected: () => 'timeout',
      received: () => describeResult(result, context),
    };
  },
});
