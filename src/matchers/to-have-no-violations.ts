import type { Violation } from '../index.ts';
import { type Matcher, matcher } from './matcher.ts';

/** The runtime kept the rules of the Runtime API: during one invocation, or, of an API, all the time. */
export const toHaveNoViolations: Matcher<[]> = matcher({
  name: 'toHaveNoViolations',
  acceptsApi: true,
  judge(subject) {
    if (!('violations' in subject)) {
      throw new TypeError('An Init phase has no violations of its own. Give toHaveNoViolations() the api.');
    }
    const { violations } = subject;
    return {
      pass: violations.length === 0,
      expected: () => 'only calls that the Runtime API allows',
      received: () => (violations.length === 0 ? 'only such calls' : `violations:${violations.map(describe).join('')}`),
    };
  },
});

function describe({ rule, message, advice, requestId, exchange }: Violation): string {
  const place = [exchange && `${exchange.method} ${exchange.path}`, requestId && `request ID ${requestId}`];
  const where = place.filter(Boolean).join(', ');
  return `\n  ${rule}: ${message}${where && ` (${where})`}\n    ${advice}`;
}
