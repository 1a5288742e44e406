import { garbageError, type UnusableInvocation } from './call-errors.ts';
import type { ClientContext, CognitoIdentity } from './lambda-handler.ts';
import type { Reply } from './transport.ts';

/** An event, and what the Runtime API told of it. */
export interface RuntimeInvocation {
  readonly requestId: string;
  /** Milliseconds since 1970. */
  readonly deadlineMs: number;
  readonly invokedFunctionArn: string;
  /** The AWS X-Ray header. */
  readonly traceId: string | undefined;
  readonly clientContext: ClientContext | undefined;
  readonly cognitoIdentity: CognitoIdentity | undefined;
  readonly tenantId: string | undefined;
  /** Names this delivery of the event; answers carry it back. */
  readonly invocationId: string | undefined;
  /** The event, as it was sent. */
  readonly body: Buffer;
  /** The event, parsed. Throws `ERR_RUNTIME_API_GARBAGE` if it is no JSON. */
  json(): unknown;
}

/** Reads what came with status 200. Throws `ERR_RUNTIME_API_GARBAGE`. */
export function readInvocation(reply: Reply): RuntimeInvocation {
  const requestId = reply.header('lambda-runtime-aws-request-id');
  if (!requestId) throw garbageError('An event came without the header Lambda-Runtime-Aws-Request-Id.');
  const invocation = { requestId, invocationId: reply.header('lambda-runtime-invocation-id') };
  const { body } = reply;
  return {
    ...invocation,
    deadlineMs: readDeadline(reply, invocation),
    invokedFunctionArn: reply.header('lambda-runtime-invoked-function-arn') ?? '',
    traceId: reply.header('lambda-runtime-trace-id'),
    clientContext: readObject<ClientContext>(reply, 'Lambda-Runtime-Client-Context', invocation),
    cognitoIdentity: readObject<CognitoIdentity>(reply, 'Lambda-Runtime-Cognito-Identity', invocation),
    tenantId: reply.header('lambda-runtime-aws-tenant-id'),
    body,
    json: () => parseEvent(body, invocation),
  };
}

function readDeadline(reply: Reply, invocation: UnusableInvocation): number {
  const text = reply.header('lambda-runtime-deadline-ms');
  if (text !== undefined && /^\d{1,15}$/.test(text)) return Number(text);
  const found = text === undefined ? 'without the header' : `with ${JSON.stringify(text)} as its`;
  throw garbageError(
    `The event ${invocation.requestId} came ${found} Lambda-Runtime-Deadline-Ms, which takes milliseconds since 1970.`,
    invocation,
  );
}

function readObject<T extends object>(reply: Reply, name: string, invocation: UnusableInvocation): T | undefined {
  const text = reply.header(name.toLowerCase());
  // Some servers send a header without a value where Lambda sends none.
  if (text === undefined || text === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Told below.
  }
  if (value === null) return undefined;
  if (typeof value === 'object' && !Array.isArray(value)) return value as T;
  throw garbageError(
    `The event ${invocation.requestId} came with the header ${name}, which takes a JSON object and holds ${excerpt(text)}.`,
    invocation,
  );
}

function parseEvent(body: Buffer, invocation: UnusableInvocation): unknown {
  try {
    return JSON.parse(body.toString());
  } catch (error) {
    const found = body.length === 0 ? 'empty' : `no JSON: ${(error as Error).message}`;
    throw garbageError(`The body of the event ${invocation.requestId} is ${found}.`, invocation);
  }
}

function excerpt(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
