import { createRequire } from 'node:module';
import type { Dispatcher, Pool } from 'undici';
import { onAbort } from '../abort-signal.ts';
import { HttpCaller, maxReplyHeaderBytes } from './http-caller.ts';
import { type Call, type Reply, replyOf, type Transport, type Upload } from './transport.ts';

/** Calls over undici, which is loaded at the first one. */
export class UndiciTransport implements Transport {
  readonly address: string;
  #pool: Pool | undefined;
  // undici sends no trailers, and a response that fails half-way needs them: streams go over node:http.
  readonly #streams: HttpCaller;

  constructor(address: string) {
    this.address = address;
    this.#streams = new HttpCaller(address, true);
  }

  send({ method, path, headers, body, signal }: Call): Promise<Reply> {
    this.#pool ??= openPool(this.address);
    const pool = this.#pool;
    return new Promise((resolve, reject) => {
      pool.dispatch({ method, path, headers, body: body ?? null }, new ReplyReader({ resolve, reject, signal }));
    });
  }

  upload(call: Call): Upload {
    return this.#streams.upload(call);
  }

  close(): void {
    // Not awaited: undici never finishes this under the fake timers of jest.
    this.#pool?.destroy().catch(() => {});
    this.#streams.close();
  }
}

function openPool(address: string): Pool {
  // Loading it takes longer than a whole test, and `import()` does not work in jest.
  const undici = createRequire(import.meta.url)('undici') as typeof import('undici');
  return new undici.Pool(`http://${address}`, {
    // A poll waits for work as long as it takes.
    headersTimeout: 0,
    bodyTimeout: 0,
    // A connection idles while the handler runs.
    keepAliveTimeout: 600_000,
    maxHeaderSize: maxReplyHeaderBytes,
  });
}

interface Outcome {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
  readonly signal: AbortSignal | undefined;
}

class ReplyReader implements Dispatcher.DispatchHandler {
  readonly #outcome: Outcome;
  readonly #chunks: Buffer[] = [];
  #status = 0;
  #headers: Readonly<Record<string, string | string[] | undefined>> = {};
  #stopListening = (): void => {};

  constructor(outcome: Outcome) {
    this.#outcome = outcome;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#stopListening();
    this.#stopListening = onAbort(this.#outcome.signal, (error) => controller.abort(error));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.#stopListening();
    this.#outcome.resolve(replyOf(this.#status, this.#headers, this.#chunks));
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#stopListening();
    this.#outcome.reject(error);
  }
}
