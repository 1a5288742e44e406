import { types } from 'node:util';

/** An error as it is reported to the Runtime API. */
export interface ErrorReport {
  readonly errorType: string;
  readonly errorMessage: string;
  /** The frames, innermost first. */
  readonly stackTrace?: readonly string[];
  /** What the error was caused by, as far as the chain goes. */
  readonly cause?: ErrorReport;
}

const longestChain = 10;

/**
 * Reports what was thrown as Lambda's own Node runtime does: an error by its name and message, anything else by its
 * type and its text. Never throws, whatever the value does when it is read.
 */
export function errorReportOf(thrown: unknown): ErrorReport {
  return reportChain(thrown, []);
}

function reportChain(thrown: unknown, above: readonly unknown[]): ErrorReport {
  if (!isError(thrown)) return { errorType: typeof thrown, errorMessage: textOf(() => thrown), stackTrace: [] };
  const cause = read(() => thrown.cause);
  const chain = [...above, thrown];
  const isEnd = cause === undefined || chain.includes(cause) || chain.length === longestChain;
  return {
    errorType: textOf(() => thrown.name ?? '') || 'Error',
    errorMessage: textOf(() => thrown.message ?? ''),
    stackTrace: framesOf(thrown),
    ...(!isEnd && { cause: reportChain(cause, chain) }),
  };
}

/** Errors of other realms, such as jest's sandboxes, are errors, too. */
function isError(value: unknown): value is Error {
  return types.isNativeError(value) || read(() => value instanceof Error) === true;
}

function framesOf(error: Error): string[] {
  const stack = read(() => error.stack);
  if (typeof stack !== 'string') return [];
  const frames: string[] = [];
  for (const line of stack.split('\n')) {
    const frame = line.trim();
    if (frame.startsWith('at ')) frames.push(frame);
  }
  return frames;
}

function textOf(get: () => unknown): string {
  return read(() => String(get())) ?? '(reading this failed)';
}

function read<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}

/** A report that somebody else has made. */
export function isErrorReport(value: unknown): value is ErrorReport {
  if (typeof value !== 'object' || value === null || isError(value)) return false;
  const { errorType, errorMessage } = value as Partial<ErrorReport>;
  return typeof errorType === 'string' && typeof errorMessage === 'string';
}

/** `Lambda-Runtime-Function-Error-Type`: a category and a reason, in ASCII. */
export function errorTypeHeader({ errorType }: ErrorReport): string {
  if (/^(Runtime|Function|Extension|Sandbox)\.[A-Za-z0-9]+$/.test(errorType)) return errorType;
  return /^[A-Z][A-Za-z]+$/.test(errorType) ? `Function.${errorType}` : 'Function.Unknown';
}
