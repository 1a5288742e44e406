import { pipeline } from 'node:stream/promises';
import { types } from 'node:util';
import { abortedError, assertNotAborted, onAbort } from '../abort-signal.ts';
import { asyncDispose } from '../async-dispose.ts';
import { checkNames } from '../check-names.ts';
import { HarnessError } from '../errors.ts';
import { checkAddress } from './address.ts';
import { closedError, connectionError, refusedError } from './call-errors.ts';
import { checkContentType } from './content-type.ts';
import { type ErrorReport, errorReportOf, errorTypeHeader, isErrorReport } from './error-report.ts';
import { headerNames } from './header-names.ts';
import { ResponseStream, streamHeaders } from './response-stream.ts';
import { type RuntimeInvocation, readInvocation } from './runtime-invocation.ts';
import type { Call, Reply, Transport } from './transport.ts';
import { UndiciTransport } from './undici-transport.ts';
import { xrayCauseHeader } from './xray-cause.ts';

/** Options of `createRuntimeClient()`. */
export interface RuntimeClientOptions {
  /** `host:port` of the Runtime API: the value of `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string;
  /** Closes the client when it fires; calls that wait reject with `ERR_ABORTED`. */
  readonly signal?: AbortSignal;
}

/** Options of every call of a client. */
export interface CallOptions {
  /** Gives up the call when it fires: it rejects with `ERR_ABORTED`. */
  readonly signal?: AbortSignal;
}

/** Which invocation an answer is for: what `next()` resolved to, or a request ID. */
export type AnsweredInvocation = string | Pick<RuntimeInvocation, 'requestId' | 'invocationId'>;

/** A response, sent as it is. What is neither a string nor bytes is streamed, chunk by chunk. */
export type ResponseBody = string | Uint8Array | AsyncIterable<string | Uint8Array>;

/** Options of a response. */
export interface ResponseOptions extends CallOptions {
  /** @default 'application/json' for a string, else 'application/octet-stream' */
  readonly contentType?: string;
  /** Of a stream: how many bytes may wait to be sent before `write()` returns `false`. @default that of Node's streams */
  readonly highWaterMark?: number;
}

/**
 * The calls of the Runtime API that a runtime makes. They reject with a `HarnessError`: `ERR_RUNTIME_API_REFUSED`,
 * `ERR_RUNTIME_API_UNREACHABLE`, `ERR_RUNTIME_API_GARBAGE`, `ERR_ABORTED` or `ERR_CLOSED`.
 */
export interface RuntimeClient extends AsyncDisposable {
  /** `host:port` */
  readonly address: string;
  /** Asks for the next event, and waits for it as long as it takes. */
  next(options?: CallOptions): Promise<RuntimeInvocation>;
  /**
   * Ends an invocation with a response. If a stream throws half-way, its response ends in error trailers; if it throws
   * before its first chunk, the invocation ends with an error.
   */
  postResponse(invocation: AnsweredInvocation, body: ResponseBody, options?: ResponseOptions): Promise<void>;
  /** Ends an invocation with what is written to the stream; `settled` tells when the Runtime API has answered. */
  streamResponse(invocation: AnsweredInvocation, options?: ResponseOptions): ResponseStream;
  /** Ends an invocation with an error: an `ErrorReport`, or anything that was thrown. */
  postError(invocation: AnsweredInvocation, error: unknown, options?: CallOptions): Promise<void>;
  /** Reports that the Init phase failed: an `ErrorReport`, or anything that was thrown. */
  postInitError(error: unknown, options?: CallOptions): Promise<void>;
  /** Ends every call that waits, with `ERR_CLOSED`, and all connections. */
  close(): Promise<void>;
}

/**
 * Makes a client of the Runtime API, over undici. It connects with its first call. Throws `ERR_INVALID_OPTION`.
 */
export function createRuntimeClient(options: RuntimeClientOptions): RuntimeClient {
  checkNames('createRuntimeClient()', options, { address: true, signal: true });
  const address = checkAddress('The option address of createRuntimeClient()', options.address);
  return connectRuntimeClient(new UndiciTransport(address), options.signal);
}

/** The same over any transport. */
export function connectRuntimeClient(transport: Transport, signal?: AbortSignal): RuntimeClient {
  const client = new TransportClient(transport);
  if (signal) client.closeOn(signal);
  return client;
}

const runtimePath = '/2018-06-01/runtime';
const noHeaders = {};
const jsonHeaders = { 'Content-Type': 'application/json' };

class TransportClient implements RuntimeClient {
  readonly #transport: Transport;
  /** Why no call can be made any longer. */
  #end: HarnessError | undefined;
  #stopListening = (): void => {};
  readonly #streams = new Set<ResponseStream>();

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  closeOn(signal: AbortSignal): void {
    this.#stopListening = onAbort(signal, (error) => this.#close(error));
  }

  get address(): string {
    return this.#transport.address;
  }

  async next({ signal }: CallOptions = {}): Promise<RuntimeInvocation> {
    const call: Call = { method: 'GET', path: `${runtimePath}/invocation/next`, headers: noHeaders, signal };
    const reply = await this.#send(call);
    // Anything else is no event, whatever it looks like.
    if (reply.status !== 200) throw refusedError(call, this.address, reply);
    return readInvocation(reply);
  }

  async postResponse(invocation: AnsweredInvocation, body: ResponseBody, options: ResponseOptions = {}): Promise<void> {
    if (typeof body !== 'string' && !types.isUint8Array(body)) {
      checkStream(body);
      await this.#postStream(invocation, body, options);
      return;
    }
    const contentType = typeof body === 'string' ? 'application/json' : 'application/octet-stream';
    await this.#post({
      method: 'POST',
      path: pathOf(invocation, 'response'),
      headers: answerHeaders(invocation, options.contentType ?? contentType),
      body,
      signal: options.signal,
    });
  }

  streamResponse(invocation: AnsweredInvocation, options: ResponseOptions = {}): ResponseStream {
    const { signal } = options;
    const path = pathOf(invocation, 'response');
    const call: Call = { method: 'POST', path, headers: noHeaders, signal };
    const stream = new ResponseStream(
      {
        begin: (type) => {
          this.#assertOpen(signal);
          return this.#transport.upload({ ...call, headers: { ...answerHeaders(invocation, type), ...streamHeaders } });
        },
        refusal: (reply) => (isAccepted(reply) ? undefined : refusedError(call, this.address, reply)),
        failure: (error) => this.#failure(call, error),
      },
      options,
    );
    const stopListening = onAbort(signal, (error) => stream.breakOff(error));
    this.#streams.add(stream);
    void stream.settled.then(() => {
      stopListening();
      this.#streams.delete(stream);
    });
    return stream;
  }

  async postError(invocation: AnsweredInvocation, error: unknown, { signal }: CallOptions = {}): Promise<void> {
    const headers = answerHeaders(invocation, 'application/json');
    await this.#postReport(error, { path: pathOf(invocation, 'error'), headers, signal });
  }

  async postInitError(error: unknown, { signal }: CallOptions = {}): Promise<void> {
    await this.#postReport(error, { path: `${runtimePath}/init/error`, headers: jsonHeaders, signal });
  }

  async close(): Promise<void> {
    this.#close(closedError());
  }

  [asyncDispose](): Promise<void> {
    return this.close();
  }

  #close(reason: HarnessError): void {
    if (this.#end) return;
    this.#end = reason;
    this.#stopListening();
    this.#transport.close();
    for (const stream of this.#streams) {
      // Who ends the client knows: nobody has to listen for that.
      stream.on('error', () => {});
      stream.breakOff(reason);
    }
  }

  async #postStream(
    invocation: AnsweredInvocation,
    source: AsyncIterable<string | Uint8Array>,
    options: ResponseOptions,
  ): Promise<void> {
    const stream = this.streamResponse(invocation, options);
    await pipeResponse(source, stream);
    if (stream.transportError) throw stream.transportError;
    if (stream.failure && !stream.hasBegun) await this.postError(invocation, stream.failure.thrown, options);
  }

  async #postReport(error: unknown, { path, headers, signal }: Omit<Call, 'method' | 'body'>): Promise<void> {
    const report: ErrorReport = isErrorReport(error) ? error : errorReportOf(error);
    await this.#post({
      method: 'POST',
      path,
      headers: {
        ...headers,
        [headerNames.errorType]: errorTypeHeader(report),
        [headerNames.xrayCause]: xrayCauseHeader(report),
      },
      body: JSON.stringify(report),
      signal,
    });
  }

  async #post(call: Call): Promise<void> {
    const reply = await this.#send(call);
    if (!isAccepted(reply)) throw refusedError(call, this.address, reply);
  }

  async #send(call: Call): Promise<Reply> {
    this.#assertOpen(call.signal);
    try {
      return await this.#transport.send(call);
    } catch (error) {
      throw this.#failure(call, error);
    }
  }

  #assertOpen(signal: AbortSignal | undefined): void {
    if (this.#end) throw this.#end;
    assertNotAborted(signal);
  }

  #failure(call: Call, error: unknown): HarnessError {
    if (error instanceof HarnessError) return error;
    if (this.#end) return this.#end;
    return call.signal?.aborted ? abortedError(call.signal) : connectionError(call, this.address, error);
  }
}

/** Sends what comes; resolves when the Runtime API has answered, or never will. */
export async function pipeResponse(source: AsyncIterable<unknown>, stream: ResponseStream): Promise<void> {
  // A stream that has been broken off already would tell so to nobody, and end the process.
  stream.on('error', () => {});
  const piped = pipeline(source, stream).catch((thrown: unknown) => stream.fail(thrown));
  // A source that never goes on does not notice that the stream is gone.
  await Promise.race([piped, stream.settled]);
  await stream.settled;
}

/** The service answers 202; a server that says 200 means the same. */
function isAccepted({ status }: Reply): boolean {
  return status >= 200 && status < 300;
}

function pathOf(invocation: AnsweredInvocation, answer: 'response' | 'error'): string {
  const requestId = typeof invocation === 'string' ? invocation : invocation.requestId;
  return `${runtimePath}/invocation/${encodeURIComponent(requestId)}/${answer}`;
}

function answerHeaders(invocation: AnsweredInvocation, contentType: string): Record<string, string> {
  checkContentType(contentType);
  const invocationId = typeof invocation === 'string' ? undefined : invocation.invocationId;
  return invocationId === undefined
    ? { 'Content-Type': contentType }
    : { 'Content-Type': contentType, [headerNames.invocationId]: invocationId };
}

/** An object would end up as an error in the middle of its response. */
function checkStream(body: unknown): void {
  if (typeof body === 'object' && body !== null && (Symbol.asyncIterator in body || Symbol.iterator in body)) return;
  throw new HarnessError(
    'ERR_INVALID_OPTION',
    `A response is a string, bytes, or a stream of them; postResponse() was given ${body === null ? 'null' : `a value of type ${typeof body}`}. Send JSON.stringify(value).`,
  );
}
