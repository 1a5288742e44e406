import type { FunctionSettings } from './function-settings.ts';
import type { HandlerCallback, HandlerContext, LambdaHandler } from './lambda-handler.ts';
import { NodeJsExit } from './node-js-exit.ts';
import type { RuntimeInvocation } from './runtime-invocation.ts';

/** An invocation with its event, parsed. */
export interface Delivery {
  readonly invocation: RuntimeInvocation;
  readonly event: unknown;
}

export interface HandlerSurroundings {
  readonly settings: FunctionSettings;
  readonly remainingTimeMs: (invocation: RuntimeInvocation) => number;
  /** Does something once, when the process has nothing else to do; replaces what was to be done then. */
  readonly atIdle: ((action: () => void) => void) | undefined;
}

/**
 * Calls a handler of whatever kind, and settles with what it settles with first. A promise it returns is waited for,
 * and so is the callback of a handler that declares it; any other value is the result.
 */
export function callHandler(
  handler: LambdaHandler,
  { invocation, event }: Delivery,
  surroundings: HandlerSurroundings,
): Promise<unknown> {
  const { atIdle } = surroundings;
  return new Promise((resolve, reject) => {
    let hasCalledBack = false;
    // A handler that has gone quiet without a word has said nothing.
    let onIdle = (): void => resolve(null);
    atIdle?.(() => onIdle());
    const callback: HandlerCallback = (error, result) => {
      if (hasCalledBack) return;
      hasCalledBack = true;
      const settle = error === undefined || error === null ? () => resolve(result) : () => reject(error);
      if (atIdle && context.callbackWaitsForEmptyEventLoop) onIdle = settle;
      else settle();
    };
    const context = makeContext(invocation, surroundings, callback);
    const returned = handler(event, context, callback);
    if (isThenable(returned)) {
      if (!hasCalledBack) onIdle = () => reject(new NodeJsExit());
      returned.then(
        (result) => hasCalledBack || resolve(result),
        (error: unknown) => hasCalledBack || reject(error),
      );
    } else if (hasCalledBack) {
      // What it returns comes second.
    } else if (returned !== undefined) {
      resolve(returned);
    } else if (handler.length < 3 && !atIdle) {
      resolve(null);
    }
  });
}

/** A plain object with functions of its own: handlers take it apart, and copy it. */
export function makeContext(
  invocation: RuntimeInvocation,
  { settings, remainingTimeMs }: HandlerSurroundings,
  callback: HandlerCallback,
): HandlerContext {
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: settings.functionName,
    functionVersion: settings.functionVersion,
    memoryLimitInMB: settings.memoryLimitInMB,
    logGroupName: settings.logGroupName,
    logStreamName: settings.logStreamName,
    awsRequestId: invocation.requestId,
    invokedFunctionArn: invocation.invokedFunctionArn,
    identity: invocation.cognitoIdentity,
    clientContext: invocation.clientContext,
    tenantId: invocation.tenantId,
    getRemainingTimeInMillis: () => remainingTimeMs(invocation),
    done: callback,
    // A failure without a reason is one, too.
    fail: (error) => callback(error ?? 'handled'),
    succeed: (result) => callback(null, result),
  };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  return typeof (value as Partial<PromiseLike<unknown>>).then === 'function';
}
