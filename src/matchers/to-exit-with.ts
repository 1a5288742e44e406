import { checkFields, type ExpectedExit, judgeFields } from './expected-fields.ts';
import { type Matcher, matcher } from './matcher.ts';
import { describeResult } from './message.ts';
import type { Result } from './subjects.ts';

const names = ['code', 'signal', 'errorType'];

/** The runtime process ended during the Invoke phase, like this. */
export const toExitWith: Matcher<[exit?: ExpectedExit]> = matcher({
  name: 'toExitWith',
  judge(subject, context, [expected = {}]) {
    checkFields('toExitWith', expected, '{ code: 1 }');
    const unknown = Object.keys(expected).find((name) => !names.includes(name));
    if (unknown !== undefined)
      throw new TypeError(`toExitWith() compares ${names.join(', ')}; it knows no "${unknown}".`);
    const result = subject as Result;
    const received = result.status === 'runtime-exit' ? { ...result.exit, errorType: result.error.errorType } : {};
    const judgement = judgeFields('runtime-exit', { received, expected }, context);
    if (result.status === 'runtime-exit') return judgement;
    const hint =
      result.status === 'init-error' && result.exit
        ? '\nIt exited before it asked for work: toFailInit({ exit: … }) is about that.'
        : '';
    return { pass: false, expected: judgement.expected, received: () => describeResult(result, context) + hint };
  },
});
