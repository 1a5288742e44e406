import { type FailedResult, onFailedResult } from '../index.ts';

/** How a test ended. */
export interface FailedTest {
  readonly title: string;
  /** What its errors say. */
  readonly errors: readonly string[];
}

/** APIs of which somebody else tells what happened. */
const explained = new WeakSet<object>();

export function explainElsewhere(api: object): void {
  explained.add(api);
}

/**
 * What did not succeed while a test ran: of each API the last such result. Whoever compares a `status` or a `payload`
 * by the means of the test runner sees that it differs, not why.
 */
export class FailedResults {
  readonly #last = new Map<object, FailedResult>();
  readonly #stopListening: () => void = onFailedResult((failed) => void this.#last.set(failed.api, failed));

  end(): void {
    this.#stopListening();
  }

  /** Says what the errors of the test do not. */
  describe({ title, errors }: FailedTest): string {
    return [...this.#last.values()]
      .filter(({ api, message }) => !explained.has(api) && !errors.some((error) => error.includes(message)))
      .map(
        ({ invokedAt, message }) =>
          `lambda-runtime-harness: in the failed test "${title}", this did not succeed${invokedAt === undefined ? '' : ` (invoked ${invokedAt})`}:\n${message}\n`,
      )
      .join('\n');
  }
}
