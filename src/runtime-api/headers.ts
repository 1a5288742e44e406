import type { IncomingMessage } from 'node:http';
import type { Invocation } from '../environment/invocation.ts';
import { fromHeader } from '../http/header-text.ts';

/** Names of the headers that the runtime sends, as Node spells them. */
export const sent = {
  errorType: 'lambda-runtime-function-error-type',
  errorBody: 'lambda-runtime-function-error-body',
  xrayCause: 'lambda-runtime-function-xray-error-cause',
  responseMode: 'lambda-runtime-function-response-mode',
  invocationId: 'lambda-runtime-invocation-id',
} as const;

export const extensionHeaders = {
  name: 'lambda-extension-name',
  identifier: 'lambda-extension-identifier',
} as const;

/** A header that the runtime sent, once. */
export function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  const text = Array.isArray(value) ? value[0] : value;
  return text === undefined ? undefined : fromHeader(text);
}

export function trailerOf(request: IncomingMessage, name: string): string | undefined {
  const text = request.trailers[name];
  return text === undefined ? undefined : fromHeader(text);
}

/**
 * What comes with an event. `Content-Type` bears no charset, and may not be missing: clients built on libcurl crash
 * without it, others hand the handler raw bytes.
 */
export function eventHeaders({ request, deadlineMs, invocationId = '' }: Invocation): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'Lambda-Runtime-Aws-Request-Id': request.requestId,
    'Lambda-Runtime-Deadline-Ms': String(deadlineMs),
    'Lambda-Runtime-Invocation-Id': invocationId,
    ...request.headers,
  };
}
