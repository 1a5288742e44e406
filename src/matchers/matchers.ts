import { toExitWith } from './to-exit-with.ts';
import { toFailInit } from './to-fail-init.ts';
import { toFailWith } from './to-fail-with.ts';
import { toHaveLogged } from './to-have-logged.ts';
import { toHaveNoViolations } from './to-have-no-violations.ts';
import { toSucceedWith } from './to-succeed-with.ts';
import { toTimeOut } from './to-time-out.ts';

/** No interface: to a parameter with an index signature, only a type alias can be given. */
export type RuntimeMatcherFunctions = {
  readonly toSucceedWith: typeof toSucceedWith;
  readonly toFailWith: typeof toFailWith;
  readonly toFailInit: typeof toFailInit;
  readonly toTimeOut: typeof toTimeOut;
  readonly toExitWith: typeof toExitWith;
  readonly toHaveLogged: typeof toHaveLogged;
  readonly toHaveNoViolations: typeof toHaveNoViolations;
};

/** All of them, for `expect.extend(matchers)`. */
export const matchers: RuntimeMatcherFunctions = {
  toSucceedWith,
  toFailWith,
  toFailInit,
  toTimeOut,
  toExitWith,
  toHaveLogged,
  toHaveNoViolations,
};
