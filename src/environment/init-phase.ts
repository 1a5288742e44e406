import type { CancelTimer } from '../clock/clock.ts';
import { Deferred } from './deferred.ts';
import { exitError, type FunctionError, platformError, timeoutError } from './function-error.ts';
import type { CapturedLogs, RuntimeExit } from './runtime.ts';

/** How an Init phase ended. */
export type InitReport =
  | { readonly status: 'ready'; readonly initDurationMs: number; readonly logs: CapturedLogs }
  | { readonly status: 'init-error'; readonly failure: InitFailure };

/** Why a runtime never asked for work. */
export interface InitFailure {
  readonly cause: InitFailureCause;
  /** How the process ended, if it ended by itself. */
  readonly exit?: RuntimeExit;
  readonly initDurationMs: number;
  readonly logs: CapturedLogs;
}

export type InitFailureCause =
  | { readonly kind: 'reported'; readonly error: FunctionError }
  | { readonly kind: 'exit'; readonly exit: RuntimeExit }
  | { readonly kind: 'timeout'; readonly timeoutMs: number; readonly attached: boolean; readonly activity?: string }
  | { readonly kind: 'unavailable'; readonly message: string };

/** The payload that the caller of the function gets. */
export function initFailureError({ cause }: InitFailure, requestId: string): FunctionError {
  switch (cause.kind) {
    case 'reported':
      return cause.error;
    case 'exit':
      return exitError(requestId, cause.exit);
    case 'timeout':
      return timeoutError(requestId, cause.timeoutMs);
    case 'unavailable':
      return platformError('Runtime.InvalidEntrypoint', requestId, cause.message);
  }
}

/** One try at starting a runtime. */
export interface InitAttempt {
  readonly startedAt: number;
  readonly report: Deferred<InitReport>;
  hasBudget: boolean;
  cancelBudget: CancelTimer;
  /** What the runtime posted to `/init/error`. */
  reported: FunctionError | undefined;
}

export function newInitAttempt(startedAt: number): InitAttempt {
  return { startedAt, report: new Deferred(), hasBudget: false, cancelBudget: () => {}, reported: undefined };
}
