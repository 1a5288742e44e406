import type { ExpectedError, ExpectedExit, TextPattern } from './expected-fields.ts';
import type { LoggedOptions } from './to-have-logged.ts';

/**
 * The matchers as a test calls them. `Returned` is what they return for a result; for an invocation or another promise
 * of a result it is a promise to await.
 */
export interface RuntimeMatchers<Returned, Received = unknown> {
  /** The invocation succeeded, with this payload (compared as by `toEqual`); without an argument: with any. */
  toSucceedWith(payload?: unknown): Verdict<Returned, Received>;
  /** The function failed: the runtime posted this error. What is left out may be anything. */
  toFailWith(error?: ExpectedError): Verdict<Returned, Received>;
  /** The runtime never asked for work. `exit` may be expected, too. */
  toFailInit(error?: ExpectedError): Verdict<Returned, Received>;
  /** The invocation ran into its deadline. */
  toTimeOut(): Verdict<Returned, Received>;
  /** The runtime process ended during the Invoke phase, like this. */
  toExitWith(exit?: ExpectedExit): Verdict<Returned, Received>;
  /** The runtime printed a text that contains this string, or a line that matches this pattern. */
  toHaveLogged(pattern: TextPattern, options?: LoggedOptions): Verdict<Returned, Received>;
  /** The runtime broke no rule of the Runtime API: during the invocation, or, of an API, at any time. */
  toHaveNoViolations(): Verdict<Returned, Received>;
}

type Verdict<Returned, Received> = Received extends PromiseLike<unknown> ? Promise<void> : Returned;
