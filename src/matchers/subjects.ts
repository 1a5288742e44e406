import type { InitResult, InvocationResult, RuntimeApi } from '../index.ts';

/** What matchers judge. */
export type Subject = InvocationResult | InitResult | RuntimeApi;

export type Result = InvocationResult | InitResult;

const statuses: Readonly<Record<Result['status'], true>> = {
  success: true,
  'function-error': true,
  'init-error': true,
  timeout: true,
  'runtime-exit': true,
  ready: true,
};

/** By its shape: it may come from another copy of the library, or have been cloned. */
export function isResult(value: unknown): value is Result {
  if (!isObject(value)) return false;
  const { status, logs } = value;
  return typeof status === 'string' && Object.hasOwn(statuses, status) && isObject(logs) && Array.isArray(logs.lines);
}

export function isRuntimeApi(value: unknown): value is RuntimeApi {
  return isObject(value) && ['invoke', 'timeline', 'close'].every((method) => typeof value[method] === 'function');
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && typeof value.then === 'function';
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

const timelineLines = 10;

/** What happened, for a person. A result that was cloned has no story of its own left, but a failure keeps its message. */
export function tellOf(subject: Subject): string {
  if (isRuntimeApi(subject)) {
    const lines = subject.timeline().split('\n');
    return `Timeline (the last ${Math.min(timelineLines, lines.length)} entries; api.timeline() has all):\n${lines.slice(-timelineLines).join('\n')}`;
  }
  if ('message' in subject) return subject.message;
  return Object.hasOwn(subject, 'toString') ? String(subject) : '';
}
