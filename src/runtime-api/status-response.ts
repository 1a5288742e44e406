import { Refusal, type RefusalType } from '../environment/refusal.ts';
import type { Reply } from '../http/router.ts';
import type { FunctionNames } from './runtime-call.ts';

const json = { 'Content-Type': 'application/json' };
const plainText = { 'Content-Type': 'text/plain; charset=utf-8' };

/** What every accepted POST gets. .NET's client parses the body. */
export const accepted: Reply = { status: 202, headers: json, body: '{"status":"OK"}\n' };

export const pong: Reply = { status: 200, headers: plainText, body: 'pong' };

export const notFound: Reply = {
  status: 404,
  headers: { ...plainText, 'X-Content-Type-Options': 'nosniff' },
  body: '404 page not found\n',
};

/** Whoever came by a foreign name was not sent by the harness. */
export const foreignHost: Reply = errorReply(
  403,
  'InvalidHost',
  'The request names a host that is not this one: the API answers to 127.0.0.1, localhost and [::1] only.',
);

export function methodNotAllowed(allow: readonly string[]): Reply {
  return { status: 405, headers: { Allow: allow.join(', ') }, body: '' };
}

/** What an extension gets that has registered. */
export function registered(identifier: string, { functionName, functionVersion, handlerName }: FunctionNames): Reply {
  return {
    status: 200,
    headers: { ...json, 'Lambda-Extension-Identifier': identifier },
    body: JSON.stringify({ functionName, functionVersion, handler: handlerName }),
  };
}

/** The Extensions API refuses everything with 403. */
const statusOf: Readonly<Partial<Record<RefusalType, number>>> = {
  InvalidRequestID: 400,
  InvalidFunctionResponseMode: 400,
  TruncatedHTTPRequest: 400,
  InvokeTimeout: 410,
  RequestEntityTooLarge: 413,
};

export function errorResponse(error: unknown): Reply {
  if (error instanceof Refusal) return errorReply(statusOf[error.errorType] ?? 403, error.errorType, error.message);
  return errorReply(500, 'InternalServerError', 'Internal Server Error');
}

/** The keys in Lambda's order; a trailing line feed, as Lambda sends. */
function errorReply(status: number, errorType: string, errorMessage: string): Reply {
  return { status, headers: json, body: `${JSON.stringify({ errorMessage, errorType })}\n` };
}
