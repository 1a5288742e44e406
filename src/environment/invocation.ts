import type { CancelTimer } from '../clock/clock.ts';
import type { Violation } from '../transcript/transcript.ts';
import { Deferred } from './deferred.ts';
import { type FunctionError, normalizeErrorType } from './function-error.ts';
import type { HttpPrelude } from './http-prelude.ts';
import { type InitFailure, initFailureError } from './init-phase.ts';
import { BufferedBody, type ResponseBody, StreamedBody } from './response-body.ts';
import type { CapturedLogs, RuntimeExit } from './runtime.ts';
import type { XRayCause } from './xray-cause.ts';

/** An event on its way to the runtime, ready to be put on the wire. */
export interface InvocationRequest {
  readonly requestId: string;
  readonly event: Uint8Array;
  /** Enforced, from delivery. */
  readonly timeoutMs: number;
  /** Told to the runtime: a number of milliseconds from delivery, or a moment. */
  readonly deadline: number | Date;
  /** The response is read while it arrives, and not kept. */
  readonly isStreamed: boolean;
  /** Headers of `/next` besides deadline and invocation ID. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What the runtime posted for an invocation. */
export type RuntimeAnswer = ResponseAnswer | ErrorAnswer | BrokenAnswer;

/** A body posted to `/response`. */
export interface ResponseAnswer {
  readonly kind: 'response';
  readonly body: Uint8Array;
  readonly contentType: string | undefined;
  readonly streamed: boolean;
  /** Of the body as received, which may be more than is kept of it. */
  readonly bodyBytes: number;
  readonly prelude: HttpPrelude | undefined;
}

/** An error posted to `/error`, or in the trailers of a streamed response. */
export interface ErrorAnswer {
  readonly kind: 'error';
  readonly error: FunctionError;
  readonly body: Uint8Array;
  readonly errorTypeHeader: string | undefined;
  readonly xrayCause: XRayCause | undefined;
  /** What had been streamed before the error. */
  readonly partialBody?: Uint8Array;
  readonly prelude?: HttpPrelude | undefined;
}

/** An answer that Lambda does not accept: too large, cut off, of an unknown mode. */
export interface BrokenAnswer {
  readonly kind: 'broken';
  readonly error: FunctionError;
  readonly partialBody: Uint8Array;
  readonly prelude?: HttpPrelude | undefined;
}

/** How an invocation ended. */
export type InvocationOutcome =
  | { readonly status: 'success'; readonly answer: ResponseAnswer }
  | { readonly status: 'function-error'; readonly answer: ErrorAnswer | BrokenAnswer; readonly exit?: RuntimeExit }
  | { readonly status: 'init-error'; readonly failure: InitFailure }
  | {
      readonly status: 'timeout';
      readonly timeoutMs: number;
      readonly answer?: RuntimeAnswer;
      readonly activity?: string;
      /** The runtime was idle, but did not ask for the event. */
      readonly isStalled?: true;
      /** The runtime could not send more, because the test did not read. */
      readonly isBlocked?: true;
      /** The test made the deadline pass. */
      readonly isExpired?: true;
    }
  | { readonly status: 'runtime-exit'; readonly exit: RuntimeExit; readonly answer?: RuntimeAnswer };

/** How an invocation ends whose runtime exits in the middle of it. */
export function outcomeOfExit({ answer }: Invocation, exit: RuntimeExit): InvocationOutcome {
  if (answer?.kind === 'broken') return { status: 'function-error', answer, exit };
  return { status: 'runtime-exit', exit, ...(answer && { answer }) };
}

/** The error type that Lambda records for an outcome. */
export function recordedErrorType(outcome: InvocationOutcome): string | undefined {
  switch (outcome.status) {
    case 'success':
      return undefined;
    case 'function-error':
      return outcome.answer.kind === 'broken'
        ? outcome.answer.error.errorType
        : normalizeErrorType(outcome.answer.errorTypeHeader);
    case 'init-error':
      return initFailureError(outcome.failure, '').errorType;
    case 'timeout':
      return 'Sandbox.Timedout';
    case 'runtime-exit':
      return 'Runtime.ExitError';
  }
}

/** An outcome with what was measured on the way. */
export interface CompletedInvocation {
  readonly requestId: string;
  readonly outcome: InvocationOutcome;
  readonly wasDelivered: boolean;
  /** From delivery to the end; 0 if the event was never delivered. */
  readonly durationMs: number;
  /** Only for the first invocation that a fresh runtime was given. */
  readonly initDurationMs: number | undefined;
  readonly logs: CapturedLogs;
  readonly maxMemoryUsedMb: number | undefined;
  /** Rules the runtime broke since the invocation before this one ended. */
  readonly violations: readonly Violation[];
}

/** One event and what becomes of it. It settles once: the first cause wins. */
export class Invocation {
  readonly request: InvocationRequest;
  readonly delivered: Deferred<void> = new Deferred<void>();
  readonly responded: Deferred<void> = new Deferred<void>();
  readonly completed: Deferred<CompletedInvocation> = new Deferred<CompletedInvocation>();
  readonly body: ResponseBody;
  /** The value of `Lambda-Runtime-Invocation-Id`, once delivered. */
  invocationId: string | undefined;
  deliveredAt: number | undefined;
  /** What `Lambda-Runtime-Deadline-Ms` says, once delivered. */
  deadlineMs = 0;
  initDurationMs: number | undefined;
  answer: RuntimeAnswer | undefined;
  maxMemoryUsedMb: number | undefined;
  cancelDeadline: CancelTimer = () => {};
  isSettled = false;
  /** The test made the deadline pass. */
  isExpired = false;

  constructor(request: InvocationRequest) {
    this.request = request;
    this.body = request.isStreamed ? new StreamedBody() : new BufferedBody();
  }

  get requestId(): string {
    return this.request.requestId;
  }
}
