import { parseObject } from './json-object.ts';
import type { RuntimeExit } from './runtime.ts';

/** An error as the function's caller receives it. Further keys the runtime sent are kept. */
export interface FunctionError {
  errorType: string;
  errorMessage: string;
  /** Lines of text or frames, whichever the runtime sent as `stackTrace`, `trace` or `stack`. */
  stackTrace?: readonly (string | StackFrame)[];
  cause?: unknown;
  [key: string]: unknown;
}

/** A frame of a stack trace, where a runtime reports frames instead of lines. */
export interface StackFrame {
  path?: string;
  line?: number;
  label?: string;
}

/** What is wrong with an error report; each is a violation. */
export type ErrorReportFlaw = 'error-not-json' | 'error-type-missing' | 'error-type-unstable' | 'error-message-missing';

/**
 * Reads the body of `/error` or `/init/error`, whatever shape the client gave it: real clients differ in the names
 * of their keys, and hand-written ones send no JSON at all.
 */
export function parseErrorReport(
  body: string,
  errorTypeHeader: string | undefined,
): { error: FunctionError; flaws: readonly ErrorReportFlaw[] } {
  const report = parseObject(body);
  if (!report) {
    const error = { errorType: errorTypeHeader || 'Unhandled', errorMessage: body };
    return { error, flaws: ['error-not-json'] };
  }
  const { errorType, errorMessage, stackTrace, trace, stack, ...others } = report;
  const hasType = typeof errorType === 'string' && errorType !== '';
  const hasMessage = typeof errorMessage === 'string';
  const error: FunctionError = {
    errorType: hasType ? errorType : errorTypeHeader || 'Unhandled',
    errorMessage: hasMessage ? errorMessage : textOf(errorMessage),
    ...others,
  };
  const frames = readStack(stackTrace ?? trace ?? stack);
  if (frames) error.stackTrace = frames;
  const flaws: ErrorReportFlaw[] = [];
  if (!hasType) flaws.push('error-type-missing');
  else if (!isStable(errorType)) flaws.push('error-type-unstable');
  if (!hasMessage) flaws.push('error-message-missing');
  return { error, flaws };
}

/** Some runtimes print an exception object where its name should be: an address differs in every run. */
function isStable(errorType: string): boolean {
  return !/0x[0-9a-f]{6,}|[\r\n]/i.test(errorType);
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function readStack(stack: unknown): readonly (string | StackFrame)[] | undefined {
  if (Array.isArray(stack)) return stack as (string | StackFrame)[];
  return typeof stack === 'string' && stack !== '' ? stack.split('\n') : undefined;
}

/**
 * The error type as Lambda records it: kept when it names a `Runtime.` or `Function.` reason, else made unknown
 * (RIE: `fatalerror/fatalerror.go`).
 */
export function normalizeErrorType(errorType: string | undefined): string {
  if (errorType !== undefined && /(Runtime|Function)\.[A-Z][a-zA-Z]+/.test(errorType)) return errorType;
  return errorType?.startsWith('Function.') ? 'Function.Unknown' : 'Runtime.Unknown';
}

/**
 * The Runtime API's documentation asks for `category.reason`. `Unhandled`, which some official clients always send, is a
 * word of Lambda's own.
 */
export function isWellFormedErrorType(errorType: string): boolean {
  return /^([A-Za-z]+\.[A-Za-z0-9]+|unhandled)$/i.test(errorType);
}

/** The payload of a function that ran out of time, word for word as the service sends it. */
export function timeoutError(requestId: string, timeoutMs: number): FunctionError {
  const seconds = (timeoutMs / 1000).toFixed(2);
  return platformError('Sandbox.Timedout', requestId, `Task timed out after ${seconds} seconds`);
}

/** The payload of a runtime that ended before its time, word for word as the service sends it. */
export function exitError(requestId: string, exit: RuntimeExit): FunctionError {
  return platformError('Runtime.ExitError', requestId, describeExitError(exit));
}

export function platformError(errorType: string, requestId: string, reason: string): FunctionError {
  return { errorType, errorMessage: `RequestId: ${requestId} Error: ${reason}` };
}

function describeExitError(exit: RuntimeExit): string {
  if (exit.code === 0) return 'Runtime exited without providing a reason';
  return `Runtime exited with error: ${describeExitStatus(exit)}`;
}

/** `exit status 1` or `signal: killed`, in the words of the Go program that watches runtimes inside Lambda. */
export function describeExitStatus(exit: RuntimeExit): string {
  return exit.signal === null ? `exit status ${exit.code}` : `signal: ${signalNames[exit.signal] ?? exit.signal}`;
}

const signalNames: Readonly<Record<string, string>> = {
  SIGHUP: 'hangup',
  SIGINT: 'interrupt',
  SIGQUIT: 'quit',
  SIGILL: 'illegal instruction',
  SIGTRAP: 'trace/breakpoint trap',
  SIGABRT: 'aborted',
  SIGBUS: 'bus error',
  SIGFPE: 'floating point exception',
  SIGKILL: 'killed',
  SIGUSR1: 'user defined signal 1',
  SIGSEGV: 'segmentation fault',
  SIGUSR2: 'user defined signal 2',
  SIGPIPE: 'broken pipe',
  SIGALRM: 'alarm clock',
  SIGTERM: 'terminated',
};
