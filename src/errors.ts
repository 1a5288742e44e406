const brand: unique symbol = Symbol.for('lambda-runtime-harness.HarnessError');

/**
 * Why the harness, not the function, failed. The set is closed: a `switch` over it can be complete.
 *
 * | Code | Meaning |
 * |---|---|
 * | `ERR_INVALID_OPTION` | an option is unknown, of the wrong type or out of range |
 * | `ERR_INVALID_EVENT` | JSON cannot hold the event |
 * | `ERR_EVENT_TOO_LARGE` | the event is larger than Lambda accepts |
 * | `ERR_DUPLICATE_REQUEST_ID` | an invocation with this request ID is still in flight |
 * | `ERR_INVALID_COMMAND` | the command cannot be started: not found, not executable, no shebang, no such `cwd` |
 * | `ERR_SPAWN` | the operating system refused to start the process |
 * | `ERR_PORT_UNAVAILABLE` | none of the wanted ports is free |
 * | `ERR_UNSUPPORTED_PLATFORM` | this operating system cannot do what was asked |
 * | `ERR_PROTOCOL_VIOLATION` | the runtime broke the Runtime API's rules and `onViolation` is `'fail'` |
 * | `ERR_NOT_DELIVERED` | the invocation ended before the runtime received its event |
 * | `ERR_NO_RESPONSE` | the invocation ended before the runtime responded |
 * | `ERR_ABORTED` | the caller's `AbortSignal` fired |
 * | `ERR_RESET` | `reset()` discarded the invocation |
 * | `ERR_RUNTIME_API_REFUSED` | client: the Runtime API answered a call with an error status |
 * | `ERR_RUNTIME_API_UNREACHABLE` | client: no connection to the Runtime API, or it broke |
 * | `ERR_RUNTIME_API_GARBAGE` | client: what came is not what a Runtime API sends |
 * | `ERR_CLOSED` | the API or the client is closed, or was closed meanwhile |
 */
export type HarnessErrorCode =
  | 'ERR_INVALID_OPTION'
  | 'ERR_INVALID_EVENT'
  | 'ERR_EVENT_TOO_LARGE'
  | 'ERR_DUPLICATE_REQUEST_ID'
  | 'ERR_INVALID_COMMAND'
  | 'ERR_SPAWN'
  | 'ERR_PORT_UNAVAILABLE'
  | 'ERR_UNSUPPORTED_PLATFORM'
  | 'ERR_PROTOCOL_VIOLATION'
  | 'ERR_NOT_DELIVERED'
  | 'ERR_NO_RESPONSE'
  | 'ERR_ABORTED'
  | 'ERR_RESET'
  | 'ERR_RUNTIME_API_REFUSED'
  | 'ERR_RUNTIME_API_UNREACHABLE'
  | 'ERR_RUNTIME_API_GARBAGE'
  | 'ERR_CLOSED';

/** The harness was used wrongly, or failed itself. A failing function is never an error: it is a result. */
export class HarnessError extends Error {
  override readonly name = 'HarnessError';
  readonly code: HarnessErrorCode;

  constructor(code: HarnessErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    // For JSON.stringify(), which passes over what is not enumerable.
    Object.defineProperty(this, 'message', { value: message, enumerable: true, writable: true, configurable: true });
  }

  /** True for errors of the ESM and of the CommonJS build alike: one process may hold both. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && brand in value;
  }
}

/** What somebody else's error says, for a sentence of ours. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// On the prototype, so that it shows in no snapshot.
Object.defineProperty(HarnessError.prototype, brand, { value: true });
