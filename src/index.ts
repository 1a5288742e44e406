/**
 * A Runtime API for tests: start it, invoke, read results.
 *
 * @module lambda-runtime-harness
 */

export type { HandlerCallback, HandlerContext, LambdaHandler } from './client/lambda-handler.ts';
export type { Clock } from './clock/clock.ts';
export { type ManualClock, manualClock } from './clock/manual-clock.ts';
export { createRuntimeApi, type RuntimeApi, type WaitOptions } from './create-runtime-api.ts';
export type { FunctionError, StackFrame } from './environment/function-error.ts';
export type { HttpPrelude } from './environment/http-prelude.ts';
export type { ResponseChunk } from './environment/response-body.ts';
export type { CapturedLogs, LogLine, RuntimeExit } from './environment/runtime.ts';
export type { XRayCause, XRayException } from './environment/xray-cause.ts';
export { HarnessError, type HarnessErrorCode } from './errors.ts';
export type { Invocation } from './invocation.ts';
export type { InvocationReport } from './invocation-report.ts';
export type {
  FailedInitResult,
  FunctionErrorResult,
  InitErrorResult,
  InitResult,
  InvocationResult,
  InvocationStatus,
  PostedAnswer,
  PostedError,
  ReadyResult,
  ResponsePayload,
  RuntimeExitResult,
  SuccessResult,
  TimeoutResult,
} from './invocation-result.ts';
export type { InvokeEvent, InvokeOptions } from './invoke-options.ts';
export { describeWait, type FailedResult, onFailedResult, reportOpenRuntimeApis } from './open-apis.ts';
export type { PayloadLimits, RuntimeApiOptions } from './options.ts';
export { remoteError } from './remote-error.ts';
export type { Shutdown } from './runtimes/supervised-process.ts';
export { type ChromeTrace, type ChromeTraceEvent, toChromeTrace } from './transcript/chrome-trace.ts';
export { toMermaid } from './transcript/mermaid.ts';
export type {
  EntryOfType,
  Exchange,
  ExchangeResponse,
  Moment,
  TranscriptEntry,
  TranscriptEntryType,
  Violation,
  ViolationRule,
} from './transcript/transcript.ts';
