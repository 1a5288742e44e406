import type { Violation } from '../transcript/transcript.ts';

/** One line for each way in which a rule was broken, however often: a runtime that goes wrong in a loop does so thousands of times. */
export function summarizeViolations(violations: readonly Violation[]): string[] {
  return count(violations.map(({ rule, message, advice }) => [rule, `${message} ${advice}`] as const)).map(
    ([rule, text, times]) => `${rule}${times}: ${text}`,
  );
}

/** The rules alone. */
export function nameRules(violations: readonly Violation[]): string {
  return count(violations.map(({ rule }) => [rule, ''] as const))
    .map(([rule, , times]) => `${rule}${times}`)
    .join(', ');
}

function count(
  items: readonly (readonly [rule: string, text: string])[],
): [rule: string, text: string, times: string][] {
  const groups = new Map<string, { readonly item: readonly [string, string]; times: number }>();
  for (const item of items) {
    const group = groups.get(item.join()) ?? { item, times: 0 };
    group.times++;
    groups.set(item.join(), group);
  }
  return [...groups.values()].map(({ item: [rule, text], times }) => [
    rule,
    text,
    times > 1 ? ` (${times} times)` : '',
  ]);
}
