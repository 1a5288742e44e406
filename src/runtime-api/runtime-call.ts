import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionEnvironment } from '../environment/execution-environment.ts';
import type { Reply } from '../http/router.ts';
import { type Exchange, previewBytes } from '../transcript/transcript.ts';

/** A request of the runtime's, on its way through a route. */
export interface RuntimeCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly exchange: Exchange;
  readonly environment: ExecutionEnvironment;
  readonly limits: Limits;
  readonly functionNames: FunctionNames;
  /** Sends the reply at once; only for routes that return none. */
  readonly respond: (reply: Reply) => void;
}

/** What an extension is told of the function. */
export interface FunctionNames {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly handlerName: string;
}

export interface Limits {
  /** Of events and of buffered responses, in bytes. */
  readonly payloadBytes: number;
  /** Of streamed responses, in bytes. */
  readonly streamedBytes: number;
}

export type BodyEnd = 'complete' | 'aborted';

/**
 * Hands over a body as it arrives; resolves when it ends, or when the client goes away. Never rejects. When `onChunk`
 * returns a promise, the client waits for it before it may send more.
 */
export function readBody(
  { request, exchange }: RuntimeCall,
  onChunk: (chunk: Buffer) => Promise<void> | undefined,
): Promise<BodyEnd> {
  return new Promise((resolve) => {
    const preview = new Preview();
    request.on('data', (chunk: Buffer) => {
      exchange.requestBytes += chunk.length;
      preview.add(chunk);
      const room = onChunk(chunk);
      if (!room) return;
      request.pause();
      void room.then(() => request.resume());
    });
    request.on('end', () => end(request.complete ? 'complete' : 'aborted'));
    request.on('error', () => end('aborted'));
    request.on('close', () => end('aborted'));

    function end(how: BodyEnd): void {
      exchange.requestBody = preview.text();
      resolve(how);
    }
  });
}

/** Reads a body that is kept as a whole; what is over a limit, if it has one, is read and thrown away. */
export async function readWholeBody(
  call: RuntimeCall,
  maxBytes: number = Number.POSITIVE_INFINITY,
): Promise<{ end: BodyEnd | 'too-large'; body: Buffer }> {
  const chunks: Buffer[] = [];
  let size = 0;
  const end = await readBody(call, (chunk) => {
    size += chunk.length;
    if (size <= maxBytes) chunks.push(chunk);
    return undefined;
  });
  return { end: end === 'complete' && size > maxBytes ? 'too-large' : end, body: Buffer.concat(chunks) };
}

class Preview {
  readonly #chunks: Buffer[] = [];
  #missing = previewBytes;

  add(chunk: Buffer): void {
    if (this.#missing <= 0) return;
    this.#chunks.push(chunk.subarray(0, this.#missing));
    this.#missing -= chunk.length;
  }

  text(): string {
    const [first] = this.#chunks;
    return this.#chunks.length === 1 && first ? first.toString() : Buffer.concat(this.#chunks).toString();
  }
}
