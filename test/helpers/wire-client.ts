import { once } from 'node:events';
import { connect as connectSocket, type Socket } from 'node:net';
import type { EntryOfType, RuntimeApi, TranscriptEntryType } from '../../src/index.ts';

/** Headers to send, in this order and spelling. */
export type WireHeaders = Readonly<Record<string, string>>;

export interface WireResponse {
  readonly status: number;
  /** The first line, as sent. */
  readonly statusLine: string;
  /** Names and values as sent, in order. */
  readonly rawHeaders: readonly (readonly [name: string, value: string])[];
  /** By lower-case name; the last one wins. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** An answer to `/next`. */
export interface WireEvent extends WireResponse {
  readonly requestId: string;
}

export interface WireRequest {
  readonly headers?: WireHeaders;
  /** Sent with `Content-Length`. */
  readonly body?: string | Uint8Array;
}

export interface ChunkedRequest {
  readonly headers?: WireHeaders;
  readonly chunks: readonly (string | Uint8Array)[];
  readonly trailers?: WireHeaders;
}

export const paths = {
  next: '/2018-06-01/runtime/invocation/next',
  response: (requestId: string): string => `/2018-06-01/runtime/invocation/${requestId}/response`,
  error: (requestId: string): string => `/2018-06-01/runtime/invocation/${requestId}/error`,
  initError: '/2018-06-01/runtime/init/error',
  ping: '/2018-06-01/ping',
} as const;

/** Opens a connection to `host:port`. */
export async function connect(address: string): Promise<WireClient> {
  const [host = '', port = ''] = address.split(':');
  const socket = connectSocket({ host, port: Number(port), noDelay: true, allowHalfOpen: true });
  await once(socket, 'connect');
  return new WireClient(socket, address);
}

/** Resolves to the next transcript entry of a type that `accept`s. Call it before what causes the entry. */
export function announced<Type extends TranscriptEntryType>(
  api: RuntimeApi,
  type: Type,
  accept: (entry: EntryOfType<Type>) => boolean = () => true,
): Promise<EntryOfType<Type>> {
  return new Promise((resolve) => {
    const stop = api.on(type, (entry) => {
      if (!accept(entry)) return;
      stop();
      resolve(entry);
    });
  });
}

/** The rules that the runtime broke so far, in order. */
export function rulesBroken(api: RuntimeApi): string[] {
  return api.violations.map(({ rule }) => rule);
}

/** What tests compare of a reply; a length is there only if `Content-Length` was. */
export interface Reply {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly contentLength: number | undefined;
  readonly body: string;
}

export function replyOf({ status, headers, body }: WireResponse): Reply {
  const length = headers['content-length'];
  return {
    status,
    contentType: headers['content-type'],
    contentLength: length === undefined ? undefined : Number(length),
    body: body.toString(),
  };
}

/** What every accepted POST gets. */
export const accepted: Reply = jsonReply(202, '{"status":"OK"}\n');

/** A refusal, byte for byte. */
export function refused(status: number, errorType: string, errorMessage: string): Reply {
  return jsonReply(status, `{"errorMessage":"${errorMessage}","errorType":"${errorType}"}\n`);
}

export function forbidden(from: string, to: string): Reply {
  const message = `State transition from ${from} to ${to} failed for runtime. Error: State transition is not allowed`;
  return refused(403, 'InvalidStateTransition', message);
}

export const invalidRequestId: Reply = refused(400, 'InvalidRequestID', 'Invalid request ID');

export const invokeTimeout: Reply = refused(410, 'InvokeTimeout', 'Invoke timeout');

function jsonReply(status: number, body: string): Reply {
  return { status, contentType: 'application/json', contentLength: Buffer.byteLength(body), body };
}

/** One connection that speaks HTTP/1.1 byte by byte, as a runtime would; nothing is retried, corrected or added. */
export class WireClient implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #address: string;
  readonly #closed: Promise<void>;
  #received: Buffer = Buffer.alloc(0);
  #hasEnded = false;
  #wake: () => void = () => {};

  constructor(socket: Socket, address: string) {
    this.#socket = socket;
    this.#address = address;
    this.#closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    const end = (): void => {
      this.#hasEnded = true;
      this.#wake();
    };
    socket.once('end', end);
    socket.once('close', end);
    // A server that hangs up is what some tests are about: whoever reads learns of it.
    socket.on('error', () => {});
  }

  // ---- the Runtime API ----

  /** Asks for an event without waiting for it: `read()` does that. */
  async poll(headers: WireHeaders = {}): Promise<void> {
    await this.send(head('GET', paths.next, { Host: this.#address, ...headers }));
  }

  /** Asks for an event; resolves when the server has heard that. */
  async park(): Promise<void> {
    await this.poll({ Expect: '100-continue' });
    const { status } = await this.read();
    if (status !== 100) throw new Error(`The poll was answered with ${status} at once.`);
  }

  async next(headers: WireHeaders = {}): Promise<WireEvent> {
    await this.poll(headers);
    const response = await this.read();
    return { ...response, requestId: response.headers['lambda-runtime-aws-request-id'] ?? '' };
  }

  respond(requestId: string, body: string | Uint8Array, headers: WireHeaders = {}): Promise<WireResponse> {
    return this.request('POST', paths.response(requestId), { body, headers });
  }

  fail(requestId: string, body: string | Uint8Array, headers: WireHeaders = {}): Promise<WireResponse> {
    return this.request('POST', paths.error(requestId), { body, headers });
  }

  initError(body: string | Uint8Array, headers: WireHeaders = {}): Promise<WireResponse> {
    return this.request('POST', paths.initError, { body, headers });
  }

  // ---- HTTP ----

  async request(method: string, target: string, { headers, body }: WireRequest = {}): Promise<WireResponse> {
    await this.sendRequest(method, target, {
      ...(headers && { headers }),
      ...(body !== undefined && { body }),
    });
    return this.read({ isHead: method === 'HEAD' });
  }

  async requestChunked(method: string, target: string, request: ChunkedRequest): Promise<WireResponse> {
    const { headers = {}, chunks, trailers = {} } = request;
    await this.send(head(method, target, { Host: this.#address, 'Transfer-Encoding': 'chunked', ...headers }));
    for (const chunk of chunks) await this.send(encodeChunk(chunk));
    await this.send(`0\r\n${lines(trailers)}\r\n`);
    return this.read();
  }

  sendRequest(method: string, target: string, { headers = {}, body }: WireRequest = {}): Promise<void> {
    const length: WireHeaders = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
    const start = head(method, target, { Host: this.#address, ...length, ...headers });
    return this.send(body === undefined ? start : Buffer.concat([Buffer.from(start, 'latin1'), Buffer.from(body)]));
  }

  /** Reads one response; rejects if the connection ends before it is whole. */
  async read({ isHead = false }: { isHead?: boolean } = {}): Promise<WireResponse> {
    const [statusLine = '', ...fields] = (await this.#readThrough('\r\n\r\n')).split('\r\n');
    const rawHeaders = fields.map((field) => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon), field.slice(colon + 1).trim()] as const;
    });
    const headers = Object.fromEntries(rawHeaders.map(([name, value]) => [name.toLowerCase(), value]));
    const status = Number(statusLine.split(' ')[1]);
    const hasBody = !isHead && status >= 200 && status !== 204;
    return { status, statusLine, rawHeaders, headers, body: hasBody ? await this.#readBody(headers) : Buffer.alloc(0) };
  }

  // ---- TCP ----

  /** Resolves when the operating system has taken the bytes; also if the server hung up instead. */
  send(bytes: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, () => resolve());
    });
  }

  /** Ends our half of the connection; what the server still sends can be read. */
  async halfClose(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.end(() => resolve()));
  }

  /** Breaks the connection with a reset. */
  async reset(): Promise<void> {
    this.#socket.resetAndDestroy();
    await this.#closed;
  }

  /** Resolves when the server has ended its half of the connection; to what it sent before and nobody has read. */
  async ended(): Promise<Buffer> {
    while (!this.#hasEnded) await this.#more();
    return this.#received;
  }

  /** Closes the connection as a dying process does. */
  async close(): Promise<void> {
    this.#socket.destroy();
    await this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #readBody(headers: Readonly<Record<string, string>>): Promise<Buffer> {
    if (headers['transfer-encoding'] === 'chunked') return this.#readChunks();
    const length = headers['content-length'];
    if (length !== undefined) return this.#take(Number(length));
    const rest = await this.ended();
    this.#received = Buffer.alloc(0);
    return rest;
  }

  async #readChunks(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for (;;) {
      const size = Number.parseInt(await this.#readThrough('\r\n'), 16);
      chunks.push(await this.#take(size));
      await this.#take(2);
      if (size === 0) return Buffer.concat(chunks);
    }
  }

  /** The text before `mark`, which is read, too. */
  async #readThrough(mark: string): Promise<string> {
    for (;;) {
      const index = this.#received.indexOf(mark);
      if (index >= 0) {
        const text = this.#received.toString('latin1', 0, index);
        this.#received = this.#received.subarray(index + mark.length);
        return text;
      }
      await this.#moreOfResponse();
    }
  }

  async #take(length: number): Promise<Buffer> {
    while (this.#received.length < length) await this.#moreOfResponse();
    const bytes = this.#received.subarray(0, length);
    this.#received = this.#received.subarray(length);
    return bytes;
  }

  async #moreOfResponse(): Promise<void> {
    if (this.#hasEnded) {
      throw new Error(`The server ended the connection in the middle of a response: "${this.#received.toString()}"`);
    }
    await this.#more();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** Request line and headers, with the empty line. */
export function head(method: string, target: string, headers: WireHeaders): string {
  return `${method} ${target} HTTP/1.1\r\n${lines(headers)}\r\n`;
}

export function encodeChunk(chunk: string | Uint8Array): Buffer {
  const bytes = Buffer.from(chunk);
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
}

function lines(headers: WireHeaders): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
}
