import type { Writable } from 'node:stream';
import { HarnessError } from '../errors.ts';
import type { LambdaHandler, StreamingHandler } from './lambda-handler.ts';
import type { ResponseStream } from './response-stream.ts';

// AWS's own runtime marks handlers the same way: what its `streamifyResponse()` has wrapped streams here, too.
const streaming = Symbol.for('aws.lambda.runtime.handler.streaming');
const streamingHighWaterMark = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');

/**
 * Marks a handler as one that writes its response to a stream; returns the same function. `highWaterMark` says how many
 * bytes may wait to be sent before `write()` returns `false`; by default it is that of Node's streams. Throws
 * `ERR_INVALID_OPTION`.
 */
export function streamifyResponse<TEvent = unknown>(
  handler: StreamingHandler<TEvent>,
  options?: { readonly highWaterMark?: number },
): StreamingHandler<TEvent> & LambdaHandler<TEvent> {
  const highWaterMark = options?.highWaterMark;
  if (highWaterMark !== undefined) {
    assertBytes(highWaterMark);
    Object.defineProperty(handler, streamingHighWaterMark, { value: highWaterMark, configurable: true });
  }
  Object.defineProperty(handler, streaming, { value: 'response', configurable: true });
  return handler as StreamingHandler<TEvent> & LambdaHandler<TEvent>;
}

function assertBytes(highWaterMark: unknown): void {
  if (isBytes(highWaterMark)) return;
  throw new HarnessError(
    'ERR_INVALID_OPTION',
    `The option highWaterMark of streamifyResponse() takes a whole number of bytes; it was given ${String(highWaterMark)}.`,
  );
}

function isBytes(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0;
}

export function isStreaming(handler: unknown): handler is StreamingHandler {
  return (handler as { readonly [streaming]?: unknown })[streaming] === 'response';
}

/** In bytes; `undefined` if nothing usable was said. */
export function highWaterMarkOf(handler: StreamingHandler): number | undefined {
  const bytes = (handler as { readonly [streamingHighWaterMark]?: unknown })[streamingHighWaterMark];
  return isBytes(bytes) ? bytes : undefined;
}

/** Status, headers and cookies of a response to a function URL. */
export interface HttpResponseMetadata {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly [name: string]: unknown;
}

/** Streams that begin with HTTP metadata. */
export const HttpResponseStream: {
  /** Has the stream begin with the metadata; returns the stream. Before the first write. */
  from<Stream extends Writable>(responseStream: Stream, metadata: HttpResponseMetadata): Stream;
} = {
  from(responseStream, metadata) {
    const prelude = JSON.stringify(metadata);
    const stream = responseStream as unknown as Pick<ResponseStream, 'setContentType' | '_onBeforeFirstWrite'>;
    stream.setContentType('application/vnd.awslambda.http-integration-response');
    stream._onBeforeFirstWrite = (write) => {
      write(prelude);
      write(new Uint8Array(8));
    };
    return responseStream;
  },
};

/** What Lambda's Node runtime offers as the global `awslambda`. */
export const awslambda: {
  readonly streamifyResponse: typeof streamifyResponse;
  readonly HttpResponseStream: typeof HttpResponseStream;
} = { streamifyResponse, HttpResponseStream };
