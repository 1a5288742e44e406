import { HarnessError } from '../errors.ts';

/** Takes note of the line that called `callee`; the returned function says it, as stack traces show it. */
export function callerOf(callee: (...parameters: never[]) => unknown): () => string {
  const trace: { stack?: unknown } = {};
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 1;
  Error.captureStackTrace(trace, callee);
  Error.stackTraceLimit = stackTraceLimit;
  return () => {
    // A test may have Error.prepareStackTrace return something else than text.
    const line = typeof trace.stack === 'string' ? trace.stack.split('\n')[1] : undefined;
    return line?.trim() ?? 'at an unknown place';
  };
}

/** Lets the stack of an error begin, and end, with the line of the caller's: those of ours say nothing to him. */
export function raisedAt<Raised>(error: Raised, place: () => string): Raised {
  if (error instanceof HarnessError) {
    const { name, message } = error;
    error.stack = `${name}: ${message}\n    ${place()}`;
  }
  return error;
}
