import type { ResponseStream } from './response-stream.ts';

/**
 * A Lambda function's handler; `Handler` of `@types/aws-lambda` is one. It may be async, return a plain value, call
 * back (if it declares three parameters), or stream (if `streamifyResponse()` has wrapped it).
 */
export type LambdaHandler<TEvent = unknown, TResult = unknown> = {
  // As a method: only then may a handler say more of its event than that it is unknown.
  /** Called with each event. */
  handle(event: TEvent, context: HandlerContext, callback: HandlerCallback<TResult>): unknown;
}['handle'];

/** Ends the invocation with an error, unless it is `null` or `undefined`, or with a result. */
export type HandlerCallback<TResult = unknown> = (error?: Error | string | null, result?: TResult) => void;

/** A handler for `streamifyResponse()`. */
export type StreamingHandler<TEvent = unknown> = {
  /** Called with each event, and the response to write to. */
  handle(event: TEvent, responseStream: ResponseStream, context: HandlerContext): unknown;
}['handle'];

/** What a handler is told about its invocation; `Context` of `@types/aws-lambda` is the same. */
export interface HandlerContext {
  /** Whether a result given to a callback waits until the process has nothing else to do. @default true */
  callbackWaitsForEmptyEventLoop: boolean;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly awsRequestId: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly identity?: CognitoIdentity | undefined;
  readonly clientContext?: ClientContext | undefined;
  readonly tenantId?: string | undefined;
  /** Milliseconds until the deadline that Lambda told; negative when it has passed. */
  getRemainingTimeInMillis(): number;
  /** @deprecated Return a promise. */
  done(error?: Error | string | null, result?: unknown): void;
  /** @deprecated Throw. */
  fail(error?: Error | string | null): void;
  /** @deprecated Return a value. */
  succeed(result?: unknown): void;
}

/** On whose behalf a mobile app calls the function. */
export interface CognitoIdentity {
  readonly cognitoIdentityId: string;
  readonly cognitoIdentityPoolId: string;
}

/** What a mobile SDK sends along; nothing but that it is a JSON object has been checked. */
export interface ClientContext {
  readonly client: {
    readonly installationId: string;
    readonly appTitle: string;
    readonly appVersionName: string;
    readonly appVersionCode: string;
    readonly appPackageName: string;
  };
  readonly custom?: unknown;
  readonly env: {
    readonly platformVersion: string;
    readonly platform: string;
    readonly make: string;
    readonly model: string;
    readonly locale: string;
  };
}
