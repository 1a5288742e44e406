import type { FunctionError } from './environment/function-error.ts';
import { exitError, timeoutError } from './environment/function-error.ts';
import type { HttpPrelude } from './environment/http-prelude.ts';
import { type InitFailure, initFailureError } from './environment/init-phase.ts';
import type { CompletedInvocation, RuntimeAnswer } from './environment/invocation.ts';
import type { CapturedLogs, RuntimeExit } from './environment/runtime.ts';
import type { XRayCause } from './environment/xray-cause.ts';
import { readable } from './explanation/result-rendering.ts';
import { type InvocationReport, makeReport, type ReportFacts } from './invocation-report.ts';
import type { Violation } from './transcript/transcript.ts';

/** How an invocation ended: a union on `status`. A function that fails is a result, never an exception. */
export type InvocationResult<T = unknown> =
  | SuccessResult<T>
  | FunctionErrorResult
  | InitErrorResult
  | TimeoutResult
  | RuntimeExitResult;

/** How an invocation can end: the values of `status`. */
export type InvocationStatus = InvocationResult['status'];

interface CommonResult {
  readonly requestId: string;
  /** From the delivery of the event to the end, in milliseconds; 0 if it was never delivered. */
  readonly durationMs: number;
  /** How long the Init phase took, in milliseconds; only on a cold start. */
  readonly initDurationMs?: number;
  /** What the runtime printed from the end of the invocation before to the end of this one. */
  readonly logs: CapturedLogs;
  readonly report: InvocationReport;
  /** The rules of the Runtime API that the runtime broke since the invocation before this one ended. */
  readonly violations: readonly Violation[];
}

interface FailedResult extends CommonResult {
  /** The value of `X-Amz-Function-Error`: `'Unhandled'` for every failure. */
  readonly functionError: 'Unhandled';
  /** What the caller of the function is sent. */
  readonly error: FunctionError;
  /** The whole story, for a person: what happened in which phase, exit, last output, the last calls, what to try. */
  readonly message: string;
}

/** The runtime posted to `/response` and asked for the next event. */
export interface SuccessResult<T = unknown> extends CommonResult, ResponsePayload<T> {
  readonly status: 'success';
  readonly functionError: undefined;
}

/** A response as the test reads it. */
export interface ResponsePayload<T = unknown> {
  /** The body, parsed as JSON; its text if it is not JSON. */
  readonly payload: T;
  /** False if the body is not JSON and `payload` therefore its text. */
  readonly isJson: boolean;
  readonly body: Buffer;
  readonly contentType?: string;
  /** Whether the runtime asked for response streaming. */
  readonly streamed: boolean;
  /** Of the body, in bytes. With `invokeMode: 'response-stream'`, `body` is empty, and this is not. */
  readonly bodyBytes: number;
  /** Status code, headers and cookies that a streaming function has sent before the body of an HTTP response. */
  readonly prelude?: HttpPrelude;
}

/** The runtime posted to `/error`, or sent an answer that Lambda does not accept. */
export interface FunctionErrorResult extends FailedResult, PostedError {
  readonly status: 'function-error';
  /** How the process ended, if it ended by itself in the middle of its answer. */
  readonly exit?: RuntimeExit;
}

/** An error as the runtime reported it. */
export interface PostedError {
  readonly error: FunctionError;
  /** The error report as it was posted; empty if Lambda itself found the error. */
  readonly body: Buffer;
  /** `Lambda-Runtime-Function-Error-Type`, as sent. */
  readonly errorTypeHeader?: string;
  /** `Lambda-Runtime-Function-XRay-Error-Cause`, if it could be used. */
  readonly xrayCause?: XRayCause;
  /** What had been sent of a response before it failed. */
  readonly partialBody?: Buffer;
  /** What a streaming function had sent before the body of an HTTP response. */
  readonly prelude?: HttpPrelude;
}

/** The runtime never asked for work: it reported an error, exited or took too long. */
export interface InitErrorResult extends FailedResult {
  readonly status: 'init-error';
  /** How the process ended, if it ended by itself. */
  readonly exit?: RuntimeExit;
}

/** The enforced deadline passed. The runtime was killed; the next invocation gets a fresh one. */
export interface TimeoutResult extends FailedResult {
  readonly status: 'timeout';
  /** What the runtime posted, if it posted something and then did not ask for the next event. */
  readonly response?: PostedAnswer;
}

/** The process ended without asking for the next event. */
export interface RuntimeExitResult extends FailedResult {
  readonly status: 'runtime-exit';
  readonly exit: RuntimeExit;
  /** What the runtime posted before it exited. */
  readonly response?: PostedAnswer;
}

/** An answer that was posted, but not followed by a request for the next event. */
export type PostedAnswer =
  | ({ readonly kind: 'response' } & ResponsePayload)
  | ({ readonly kind: 'error' } & PostedError);

/** How the Init phase ended. */
export type InitResult = ReadyResult | FailedInitResult;

/** The Init phase succeeded: the runtime asked for work. */
export interface ReadyResult {
  readonly status: 'ready';
  readonly initDurationMs: number;
  /** What the runtime printed before it first asked for work. */
  readonly logs: CapturedLogs;
}

/** The Init phase failed: the runtime never asked for work. */
export interface FailedInitResult {
  readonly status: 'init-error';
  readonly error: FunctionError;
  readonly exit?: RuntimeExit;
  readonly initDurationMs: number;
  readonly logs: CapturedLogs;
  /** The whole story, for a person. */
  readonly message: string;
}

export interface ResultContext {
  readonly memorySizeMb: number;
  readonly functionVersion: string;
  /** Takes note of how things stand; the text itself is written when it is asked for. */
  explain(completed: CompletedInvocation): () => string;
}

/** Turns what the environment decided into what a test reads. */
export function toResult<T>(completed: CompletedInvocation, context: ResultContext): InvocationResult<T> {
  const story = context.explain(completed);
  return readable(toPlainResult<T>(completed, context, story), story);
}

/** The same of an Init phase that failed while nobody had invoked. */
export function toFailedInitResult(failure: InitFailure, message: string): FailedInitResult {
  return {
    status: 'init-error',
    error: initFailureError(failure, ''),
    ...(failure.exit && { exit: failure.exit }),
    initDurationMs: failure.initDurationMs,
    logs: failure.logs,
    message,
  };
}

function toPlainResult<T>(
  completed: CompletedInvocation,
  context: ResultContext,
  story: () => string,
): InvocationResult<T> {
  const { outcome, requestId, durationMs, logs, violations } = completed;
  const initDurationMs = outcome.status === 'init-error' ? outcome.failure.initDurationMs : completed.initDurationMs;
  const common = { requestId, durationMs, ...(initDurationMs !== undefined && { initDurationMs }), logs, violations };
  const report = (failure?: ReportFacts['failure']): InvocationReport =>
    makeReport({
      requestId,
      functionVersion: context.functionVersion,
      memorySizeMb: context.memorySizeMb,
      durationMs,
      initDurationMs,
      maxMemoryUsedMb: completed.maxMemoryUsedMb,
      failure,
    });
  const failed = (error: FunctionError, status: 'timeout' | 'error' = 'error') => ({
    ...common,
    functionError: 'Unhandled' as const,
    error,
    report: report({ status, errorType: error.errorType }),
    message: story(),
  });

  switch (outcome.status) {
    case 'success':
      return {
        status: 'success',
        functionError: undefined,
        requestId,
        durationMs,
        ...(initDurationMs !== undefined && { initDurationMs }),
        logs,
        violations,
        report: report(),
        ...responsePayload<T>(outcome.answer),
      };
    case 'function-error': {
      const posted = postedError(outcome.answer);
      return {
        status: 'function-error',
        ...failed(posted.error),
        ...posted,
        ...(outcome.exit && { exit: outcome.exit }),
      };
    }
    case 'init-error': {
      const { failure } = outcome;
      const error = initFailureError(failure, requestId);
      const status = failure.cause.kind === 'timeout' ? 'timeout' : 'error';
      return { status: 'init-error', ...failed(error, status), ...(failure.exit && { exit: failure.exit }) };
    }
    case 'timeout':
      return {
        status: 'timeout',
        // Where there is no timeout, the moment at which the test brought the end about is the limit.
        ...failed(
          timeoutError(requestId, Number.isFinite(outcome.timeoutMs) ? outcome.timeoutMs : durationMs),
          'timeout',
        ),
        ...(outcome.answer && { response: postedAnswer(outcome.answer) }),
      };
    case 'runtime-exit':
      return {
        status: 'runtime-exit',
        ...failed(exitError(requestId, outcome.exit)),
        exit: outcome.exit,
        ...(outcome.answer && { response: postedAnswer(outcome.answer) }),
      };
  }
}

function postedAnswer(answer: RuntimeAnswer): PostedAnswer {
  return answer.kind === 'response'
    ? { kind: 'response', ...responsePayload(answer) }
    : { kind: 'error', ...postedError(answer) };
}

function responsePayload<T>({
  body,
  contentType,
  streamed,
  bodyBytes,
  prelude,
}: Extract<RuntimeAnswer, { kind: 'response' }>): ResponsePayload<T> {
  const bytes = toBuffer(body);
  const { payload, isJson } = parse<T>(bytes.toString());
  const found: Writable<ResponsePayload<T>> = { payload, isJson, body: bytes, streamed, bodyBytes };
  if (contentType !== undefined) found.contentType = contentType;
  if (prelude) found.prelude = prelude;
  return found;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

function parse<T>(text: string): { payload: T; isJson: boolean } {
  try {
    return { payload: JSON.parse(text) as T, isJson: true };
  } catch {
    return { payload: text as T, isJson: false };
  }
}

function postedError(answer: Exclude<RuntimeAnswer, { kind: 'response' }>): PostedError {
  const { prelude } = answer;
  const before = {
    ...(answer.partialBody && { partialBody: toBuffer(answer.partialBody) }),
    ...(prelude && { prelude }),
  };
  if (answer.kind === 'broken') return { error: answer.error, body: Buffer.alloc(0), ...before };
  const { error, body, errorTypeHeader, xrayCause } = answer;
  return {
    error,
    body: toBuffer(body),
    ...(errorTypeHeader !== undefined && { errorTypeHeader }),
    ...(xrayCause && { xrayCause }),
    ...before,
  };
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
