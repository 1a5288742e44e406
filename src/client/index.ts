/**
 * The side of the runtime: the calls of the Runtime API, and an event loop for handlers.
 *
 * @module lambda-runtime-harness/client
 */

export { HarnessError, type HarnessErrorCode } from '../errors.ts';
export { awslambda, type HttpResponseMetadata } from './awslambda.ts';
export type { RuntimeApiRefusal, UnusableInvocation } from './call-errors.ts';
export type { ErrorReport } from './error-report.ts';
export { type EventLoopOptions, runEventLoop } from './event-loop.ts';
export type { EnvironmentVariables } from './function-settings.ts';
export type {
  ClientContext,
  CognitoIdentity,
  HandlerCallback,
  HandlerContext,
  LambdaHandler,
  StreamingHandler,
} from './lambda-handler.ts';
export { processIsIdle } from './process-idle.ts';
export type { ResponseStream } from './response-stream.ts';
export {
  type AnsweredInvocation,
  type CallOptions,
  createRuntimeClient,
  type ResponseBody,
  type ResponseOptions,
  type RuntimeClient,
  type RuntimeClientOptions,
} from './runtime-client.ts';
export type { RuntimeInvocation } from './runtime-invocation.ts';
