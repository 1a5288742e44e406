import { HarnessError } from '../errors.ts';
import type { Call, Reply } from './transport.ts';

/** What the `cause` of an `ERR_RUNTIME_API_REFUSED` holds. */
export interface RuntimeApiRefusal {
  /** The HTTP status. */
  readonly status: number;
  readonly errorType: string | undefined;
  readonly errorMessage: string | undefined;
}

/** What the `cause` of an `ERR_RUNTIME_API_GARBAGE` holds if the garbage came with an event. */
export interface UnusableInvocation {
  /** Whoever has it can still answer with an error. */
  readonly requestId: string;
  readonly invocationId: string | undefined;
}

/** For a reply whose status is not the one that was hoped for. */
export function refusedError(call: Call, address: string, reply: Reply): HarnessError {
  const { status } = reply;
  const { errorType, errorMessage } = readErrorBody(reply.body);
  const reason = errorType === undefined ? excerpt(reply.body) : `${errorType}: ${errorMessage ?? ''}`;
  const refusal: RuntimeApiRefusal = { status, errorType, errorMessage };
  return new HarnessError(
    'ERR_RUNTIME_API_REFUSED',
    `${describe(call, address)} was answered with status ${status}${reason && `, ${reason}`}. ${adviceFor(status)}`,
    { cause: refusal },
  );
}

/** For a connection that could not be made, or broke. */
export function connectionError(call: Call, address: string, error: unknown): HarnessError {
  const { code = '', name = '', message = String(error) } = error as { code?: string; name?: string; message?: string };
  const tried = describe(call, address);
  if (name === 'HTTPParserError' || isGarbage(code)) {
    return new HarnessError(
      'ERR_RUNTIME_API_GARBAGE',
      `${tried} was answered with something that is no HTTP: ${message}. Does another kind of server listen on ${address}?`,
      { cause: error },
    );
  }
  const advice =
    code === 'ECONNREFUSED' || code === 'ENOTFOUND'
      ? `Nobody listens on ${address}: is AWS_LAMBDA_RUNTIME_API the address of a Runtime API that is still open?`
      : 'The connection ended before the reply was complete: the Runtime API has closed it, or has gone.';
  return new HarnessError('ERR_RUNTIME_API_UNREACHABLE', `${tried} failed: ${code || message}. ${advice}`, {
    cause: error,
  });
}

/** For an event that came with something a runtime cannot work with. */
export function garbageError(problem: string, invocation?: UnusableInvocation): HarnessError {
  return new HarnessError(
    'ERR_RUNTIME_API_GARBAGE',
    `${problem} Lambda never sends that: mend the server, or the options that made it send so.`,
    invocation && { cause: invocation },
  );
}

export function closedError(): HarnessError {
  return new HarnessError(
    'ERR_CLOSED',
    'The client was closed by close(), or at the end of its "await using" block. Create a new one for further calls.',
  );
}

function describe({ method, path }: Call, address: string): string {
  return `${method} http://${address}${path}`;
}

function adviceFor(status: number): string {
  switch (status) {
    case 400:
      return 'Nothing is known of this request ID, or no longer: answer an invocation once, before the next one is asked for.';
    case 403:
      return 'The call is not allowed now: an invocation is answered once, and an init error is reported before the first event.';
    case 404:
    case 405:
      return 'This is no Runtime API, or one without this call.';
    case 410:
      return 'The invocation has timed out.';
    case 413:
      return 'The payload is too large; the caller has been told so.';
    default:
      return status >= 500 ? 'Nothing can be done: a runtime exits now.' : 'The Runtime API never answers so.';
  }
}

function isGarbage(code: string): boolean {
  // A message that ends too early is a broken connection.
  if (code === 'HPE_INVALID_EOF_STATE') return false;
  return code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW' || code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE';
}

function readErrorBody(body: Buffer): { errorType?: string; errorMessage?: string } {
  try {
    const { errorType, errorMessage } = JSON.parse(body.toString()) as Record<string, unknown>;
    return {
      ...(typeof errorType === 'string' && { errorType }),
      ...(typeof errorMessage === 'string' && { errorMessage }),
    };
  } catch {
    return {};
  }
}

function excerpt(body: Buffer): string {
  const text = body.subarray(0, 200).toString().trim();
  return body.length > 200 ? `${text}…` : text;
}
