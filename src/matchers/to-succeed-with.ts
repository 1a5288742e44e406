import { matchesValue } from './expected-fields.ts';
import { type Matcher, matcher } from './matcher.ts';
import { describeResult } from './message.ts';
import { isObject, type Result } from './subjects.ts';

/** The invocation succeeded, with this payload; without an argument: with any. */
export const toSucceedWith: Matcher<[payload?: unknown]> = matcher({
  name: 'toSucceedWith',
  judge(subject, context, expected) {
    const result = subject as Result;
    const { utils } = context;
    const [payload] = expected;
    const isAny = expected.length === 0;
    const isSuccess = result.status === 'success';
    const isText = isSuccess && !result.isJson && isObject(payload);
    return {
      pass: isSuccess && (isAny || matchesValue(result.payload, payload, context)),
      expected: () => (isAny ? 'success' : `success with payload ${utils.printExpected(payload)}`),
      received: () => describeResult(result, context) + (isText ? ' (text: the body is not JSON)' : ''),
      difference: () => {
        if (!isSuccess || !isObject(payload) || !isObject(result.payload)) return undefined;
        const lines = utils.diff(payload, result.payload);
        return lines ? `The invocation succeeded, with another payload:\n\n${lines}` : undefined;
      },
    };
  },
});
