import type { FunctionError, StackFrame } from './environment/function-error.ts';
import type { InitResult, InvocationResult } from './invocation-result.ts';

/**
 * A function's error as an `Error`: `name` and `message` as the runtime reported them, a `stack` of the remote frames,
 * and a `cause` if it reported one. `undefined` for a result that has no error.
 */
export function remoteError(
  result: InvocationResult | InitResult | { readonly error: FunctionError },
): Error | undefined {
  return 'error' in result ? toError(result.error) : undefined;
}

function toError({ errorType, errorMessage, stackTrace, cause }: FunctionError): Error {
  const error = new Error(errorMessage, cause === undefined ? undefined : { cause: toCause(cause) });
  const hidden = { configurable: true, writable: true, enumerable: false };
  Object.defineProperty(error, 'name', { ...hidden, value: errorType });
  const frames = framesOf(stackTrace ?? []).map((frame) => `\n    ${frame}`);
  Object.defineProperty(error, 'stack', { ...hidden, value: `${errorType}: ${errorMessage}${frames.join('')}` });
  return error;
}

/** A cause may itself be an error report, as runtimes for Node and Python nest them. */
function toCause(cause: unknown): unknown {
  const isReport =
    typeof cause === 'object' &&
    cause !== null &&
    typeof (cause as Partial<FunctionError>).errorType === 'string' &&
    typeof (cause as Partial<FunctionError>).errorMessage === 'string';
  return isReport ? toError(cause as FunctionError) : cause;
}

function framesOf(stackTrace: readonly (string | StackFrame)[]): string[] {
  const lines = stackTrace.map((frame) => (typeof frame === 'string' ? frame : describeFrame(frame)));
  // Node's client sends a whole stack, whose first lines repeat type and message.
  const first = lines.findIndex((line) => /^\s*at /.test(line));
  return lines
    .slice(Math.max(0, first))
    .map((line) => (/^\s*(at|File) /.test(line) ? line.trim() : `at ${line.trim()}`));
}

function describeFrame({ label = '(unknown)', path = '(unknown)', line }: StackFrame): string {
  return `at ${label} (${path}${line === undefined ? '' : `:${line}`})`;
}
