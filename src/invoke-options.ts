import { types } from 'node:util';
import { checkNames } from './check-names.ts';
import type { InvocationRequest } from './environment/invocation.ts';
import { isObject } from './environment/json-object.ts';
import { HarnessError, reasonOf } from './errors.ts';
import { jsonForHeader } from './http/header-text.ts';
import { duration, invalid, readSignal, type Settings } from './options.ts';

/** Options of `invoke()`. */
export interface InvokeOptions {
  /** `Lambda-Runtime-Aws-Request-Id`. @default a UUID that counts up from 1, the same in every run */
  readonly requestId?: string;
  /** The timeout enforced for this invocation, in milliseconds from delivery. @default the API's timeoutMs */
  readonly timeoutMs?: number;
  /**
   * The deadline the runtime is told: milliseconds from delivery, or a moment. It may be in the past.
   * @default what is enforced
   */
  readonly deadline?: number | Date;
  /** `Lambda-Runtime-Trace-Id`. @default a trace that counts up from 1, not sampled */
  readonly traceId?: string;
  /** `Lambda-Runtime-Client-Context`, sent as JSON; `{ raw }` is sent as it is. */
  readonly clientContext?: Readonly<Record<string, unknown>> | { readonly raw: string };
  /** `Lambda-Runtime-Cognito-Identity`, sent as JSON; `{ raw }` is sent as it is. */
  readonly cognitoIdentity?:
    | { readonly cognitoIdentityId: string; readonly cognitoIdentityPoolId: string }
    | { readonly raw: string };
  /** `Lambda-Runtime-Aws-Tenant-Id`. */
  readonly tenantId?: string;
  /** `Lambda-Runtime-Invoked-Function-Arn`. @default the function's unqualified ARN */
  readonly invokedFunctionArn?: string;
  /** `Content-Type` of the event. @default 'application/json' */
  readonly contentType?: string;
  /**
   * How the response is handed to the test, in the words of Lambda's function URLs. `'buffered'` keeps it all for the
   * result. `'response-stream'` keeps nothing: it is read from `chunks` while it arrives, and the runtime waits for the reader.
   * @default 'buffered'
   */
  readonly invokeMode?: 'buffered' | 'response-stream';
  /** Gives the invocation up when it fires; a runtime that is busy with it is replaced. */
  readonly signal?: AbortSignal;
}

/** What JSON can hold, or bytes to be sent as they are. */
export type InvokeEvent = unknown;

const known: Readonly<Record<keyof InvokeOptions, true>> = {
  requestId: true,
  timeoutMs: true,
  deadline: true,
  traceId: true,
  clientContext: true,
  cognitoIdentity: true,
  tenantId: true,
  invokedFunctionArn: true,
  contentType: true,
  invokeMode: true,
  signal: true,
};

/** Checks event and options and makes of them what goes on the wire. Throws a `HarnessError`. */
export function readInvocation(
  event: InvokeEvent,
  options: InvokeOptions,
  context: { readonly settings: Settings; readonly serial: number },
): InvocationRequest & { readonly signal: AbortSignal | undefined } {
  checkNames('invoke()', options, known);
  const { settings, serial } = context;
  const timeoutMs = duration('timeoutMs', options.timeoutMs, settings.timeoutMs);
  return {
    requestId: readRequestId(options.requestId) ?? nthRequestId(serial),
    event: toBytes(event, settings.limits.eventBytes),
    timeoutMs,
    deadline: readDeadline(options.deadline) ?? timeoutMs,
    isStreamed: readInvokeMode(options.invokeMode) === 'response-stream',
    headers: {
      'Content-Type': headerValue('contentType', options.contentType) ?? 'application/json',
      'Lambda-Runtime-Invoked-Function-Arn':
        headerValue('invokedFunctionArn', options.invokedFunctionArn) ?? settings.functionArn,
      'Lambda-Runtime-Trace-Id': headerValue('traceId', options.traceId) ?? nthTraceId(serial),
      ...optionalHeader('Lambda-Runtime-Client-Context', jsonHeader('clientContext', options.clientContext)),
      ...optionalHeader('Lambda-Runtime-Cognito-Identity', jsonHeader('cognitoIdentity', options.cognitoIdentity)),
      ...optionalHeader('Lambda-Runtime-Aws-Tenant-Id', headerValue('tenantId', options.tenantId)),
    },
    signal: readSignal(options.signal),
  };
}

/** Version and variant make it a valid UUID, for clients that check. */
function nthRequestId(serial: number): string {
  return `00000000-0000-4000-8000-${serial.toString(16).padStart(12, '0')}`;
}

function nthTraceId(serial: number): string {
  const hex = serial.toString(16);
  return `Root=1-00000000-${hex.padStart(24, '0')};Parent=${hex.padStart(16, '0')};Sampled=0`;
}

function toBytes(event: unknown, maxBytes: number): Uint8Array {
  const bytes = rawBytes(event) ?? Buffer.from(toJson(event));
  if (bytes.byteLength > maxBytes) {
    throw new HarnessError(
      'ERR_EVENT_TOO_LARGE',
      `The event has ${bytes.byteLength} bytes; Lambda accepts ${maxBytes} at most. Send a smaller one, or a reference to it.`,
    );
  }
  return bytes;
}

function rawBytes(event: unknown): Uint8Array | undefined {
  // Not instanceof: a test may live in a realm of its own. A copy: the caller may go on writing into the bytes.
  if (types.isUint8Array(event)) return Buffer.from(event);
  if (types.isAnyArrayBuffer(event) || ArrayBuffer.isView(event)) {
    throw invalidEvent('it is bytes of another kind than a Uint8Array; wrap them in one');
  }
  if (!isObject(event) || Object.keys(event).length !== 1) return undefined;
  const { raw } = event;
  if (typeof raw === 'string') return Buffer.from(raw);
  return types.isUint8Array(raw) ? Buffer.from(raw) : undefined;
}

function toJson(event: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(event);
  } catch (error) {
    throw invalidEvent(reasonOf(error), error);
  }
  if (json === undefined) throw invalidEvent(`it is ${event === undefined ? 'undefined' : `a ${typeof event}`}`);
  return json;
}

function invalidEvent(reason: string, cause?: unknown): HarnessError {
  return new HarnessError(
    'ERR_INVALID_EVENT',
    `The event cannot be sent, because JSON cannot hold it: ${reason}. Give invoke() what JSON.stringify accepts – null or {} if the event does not matter –, a Uint8Array, or { raw: 'text' }.`,
    cause === undefined ? undefined : { cause },
  );
}

function readRequestId(requestId: unknown): string | undefined {
  if (requestId === undefined) return undefined;
  // It becomes a part of a URL that many clients build without encoding it.
  if (typeof requestId !== 'string' || !/^[\x21-\x7e]+$/.test(requestId)) {
    throw invalid('requestId', requestId, 'a non-empty string of printable ASCII characters without spaces');
  }
  return requestId;
}

function readDeadline(deadline: unknown): number | Date | undefined {
  if (deadline === undefined) return undefined;
  if (typeof deadline === 'number' && !Number.isNaN(deadline) && deadline !== Number.NEGATIVE_INFINITY) return deadline;
  // Not instanceof: fake timers replace the global Date.
  if (Object.prototype.toString.call(deadline) === '[object Date]' && !Number.isNaN(Number(deadline)))
    return deadline as Date;
  throw invalid('deadline', deadline, 'a number of milliseconds from delivery, negative for the past, or a valid Date');
}

function readInvokeMode(mode: unknown): InvokeOptions['invokeMode'] {
  if (mode === undefined || mode === 'buffered' || mode === 'response-stream') return mode;
  throw invalid('invokeMode', mode, "'buffered' or 'response-stream'");
}

function headerValue(name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value)) {
    throw invalid(
      name,
      value,
      'a non-empty string that an HTTP header can carry: printable ASCII, no line breaks, no space at either end',
    );
  }
  return value;
}

function jsonHeader(name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (!isObject(value)) throw invalid(name, value, 'an object, or { raw: string }');
  if (typeof value.raw === 'string' && Object.keys(value).length === 1) return headerValue(`${name}.raw`, value.raw);
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch (error) {
    throw invalid(name, value, `what JSON can hold (${reasonOf(error)})`);
  }
  if (json === undefined) throw invalid(name, value, 'what JSON can hold');
  return jsonForHeader(json);
}

function optionalHeader(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value };
}
