import type { MatcherContext, MatcherResult } from './matcher-context.ts';
import { hintAt, type Judgement, messageOf } from './message.ts';
import { isResult, isRuntimeApi, isThenable, type Subject, tellOf } from './subjects.ts';

/** What `expect.extend()` takes. */
export type Matcher<Expected extends unknown[]> = (
  this: MatcherContext,
  received: unknown,
  ...expected: Expected
) => MatcherResult | Promise<MatcherResult>;

export interface MatcherRule<Expected extends unknown[]> {
  readonly name: string;
  /** Whether a `RuntimeApi` may be judged, too. */
  readonly acceptsApi?: boolean;
  /** Throws a `TypeError` if what is expected makes no sense. */
  judge(subject: Subject, context: MatcherContext, expected: Expected): Judgement;
}

/** A matcher that judges a result, and waits for it first if it is given an invocation or another promise. */
export function matcher<Expected extends unknown[]>(rule: MatcherRule<Expected>): Matcher<Expected> {
  return function (received, ...expected) {
    const judge = (subject: unknown): MatcherResult => judgeSubject(rule, subject, this, expected);
    if (!isThenable(received)) return judge(received);
    const judged = Promise.resolve(received).then(judge);
    // Within toEqual() nobody waits; elsewhere the runner hands its own promise on, which complains.
    judged.catch(() => {});
    return judged;
  };
}

function judgeSubject<Expected extends unknown[]>(
  rule: MatcherRule<Expected>,
  subject: unknown,
  context: MatcherContext,
  expected: Expected,
): MatcherResult {
  const { name, acceptsApi = false } = rule;
  const hint = hintAt(context, name, expected.length > 0);
  if (isResult(subject) || (acceptsApi && isRuntimeApi(subject))) {
    const judgement = rule.judge(subject, context, expected);
    return { pass: judgement.pass, message: () => messageOf(judgement, { hint, context, story: tellOf(subject) }) };
  }
  // Neither the matcher nor its opposite holds of something that it cannot judge.
  return { pass: context.isNot === true, message: () => `${hint}\n\n${wrongUse(subject, rule, context)}` };
}

function wrongUse(
  subject: unknown,
  { name, acceptsApi }: { readonly name: string; readonly acceptsApi?: boolean },
  { isNot, utils, assertedBy }: MatcherContext,
): string {
  const given = isRuntimeApi(subject)
    ? 'the RuntimeApi itself'
    : typeof subject === 'function'
      ? 'a function'
      : utils.printReceived(subject);
  const what = acceptsApi ? 'an invocation, its result, or the api' : 'an invocation or its result';
  const example = assertedBy
    ? `await ${assertedBy}(api.invoke(event), …)`
    : `await expect(api.invoke(event))${isNot ? '.not' : ''}.${name}(…)`;
  return `${assertedBy ?? name} cannot judge ${given}.\nGive it ${what}: ${example}`;
}
