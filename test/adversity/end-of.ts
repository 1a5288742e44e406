import type { HarnessError, Invocation } from '../../src/index.ts';

/** What becomes of an invocation, in a word: its status, or the code of its rejection. */
export async function endOf(invocation: Invocation): Promise<string> {
  try {
    return (await invocation).status;
  } catch (error) {
    return (error as HarnessError).code;
  }
}
