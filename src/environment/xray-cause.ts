import { isObject, parseObject } from './json-object.ts';

/** An error cause for AWS X-Ray, as sent in `Lambda-Runtime-Function-XRay-Error-Cause`. */
export interface XRayCause {
  working_directory: string;
  exceptions: readonly XRayException[];
  paths: readonly string[];
  message: string;
}

/** An exception of an X-Ray cause, with its stack. */
export interface XRayException {
  message: string;
  type: string;
  stack: readonly { path: string; line: number; label: string }[];
}

const maxBytes = 65_536;
const maxTextBytes = (maxBytes - 4096) / 2;

/**
 * Reads a cause as Lambda does: unknown keys are dropped, an empty or malformed cause counts as none, and a cause
 * over 64 KiB is cut down until it fits (RIE: `model/error_cause.go`, `error_cause_compactor.go`).
 */
export function parseXRayCause(text: string): XRayCause | undefined {
  const value = parseObject(text);
  const cause = value && readCause(value);
  if (!cause) return undefined;
  const isEmpty =
    cause.working_directory === '' && cause.message === '' && cause.exceptions.length === 0 && cause.paths.length === 0;
  return isEmpty ? undefined : compact(cause);
}

function readCause(value: Readonly<Record<string, unknown>>): XRayCause | undefined {
  const exceptions = value.exceptions ?? [];
  const paths = value.paths ?? [];
  if (!Array.isArray(exceptions) || !Array.isArray(paths)) return undefined;
  return {
    working_directory: text(value.working_directory),
    exceptions: exceptions.filter(isObject).map(readException),
    paths: paths.filter((path) => typeof path === 'string'),
    message: text(value.message),
  };
}

function readException(value: Record<string, unknown>): XRayException {
  const stack = Array.isArray(value.stack) ? value.stack.filter(isObject) : [];
  return {
    message: text(value.message),
    type: text(value.type),
    stack: stack.map((frame) => ({ path: text(frame.path), line: Number(frame.line) || 0, label: text(frame.label) })),
  };
}

function compact(cause: XRayCause): XRayCause {
  if (sizeOf(cause) <= maxBytes) return cause;
  for (const factor of [0.8, 0.6, 0.4, 0.2]) {
    const smaller = {
      ...cause,
      exceptions: cause.exceptions.slice(0, Math.floor(cause.exceptions.length * factor)),
      paths: cause.paths.slice(0, Math.floor(cause.paths.length * factor)),
    };
    if (sizeOf(smaller) <= maxBytes) return smaller;
  }
  return {
    working_directory: cut(cause.working_directory),
    exceptions: [],
    paths: [],
    message: cut(cause.message),
  };
}

function cut(value: string): string {
  const bytes = new TextEncoder().encode(value);
  if (bytes.length <= maxTextBytes) return value;
  return `${new TextDecoder().decode(bytes.subarray(0, maxTextBytes - 3)).replace(/\uFFFD+$/, '')}...`;
}

function sizeOf(cause: XRayCause): number {
  return new TextEncoder().encode(JSON.stringify(cause)).length;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
