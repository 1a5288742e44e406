import { Writable } from 'node:stream';
import { types } from 'node:util';
import { HarnessError } from '../errors.ts';
import { checkContentType } from './content-type.ts';
import { type ErrorReport, errorReportOf, errorTypeHeader } from './error-report.ts';
import { headerNames } from './header-names.ts';
import type { Reply, Upload } from './transport.ts';

interface ResponseStreamOptions {
  readonly contentType?: string;
  readonly highWaterMark?: number;
}

/** How a stream reaches the Runtime API. */
export interface ResponseUpload {
  begin(contentType: string): Upload;
  /** What is wrong with a reply. */
  refusal(reply: Reply): HarnessError | undefined;
  /** Why there is none. */
  failure(error: unknown): HarnessError;
}

export const streamHeaders: Readonly<Record<string, string>> = {
  [headerNames.responseMode]: 'streaming',
  'Transfer-Encoding': 'chunked',
  Trailer: `${headerNames.errorType}, ${headerNames.errorBody}`,
};

/** Servers limit trailers as they do headers. */
const maxErrorBytes = 512 * 1024;

type Done = (error?: Error | null) => void;

/**
 * Where a streaming handler writes its response: strings, bytes, and whatever JSON can hold. The response begins with
 * the first write; if the stream is destroyed after that, it ends in error trailers.
 */
export class ResponseStream extends Writable {
  /** Called before the first write, with what writes before it: AWS's `HttpResponseStream.from()` sets it, too. */
  _onBeforeFirstWrite: ((write: (chunk: string | Uint8Array) => void) => void) | undefined;
  /** Why the Runtime API did not get the response, or not all of it. */
  transportError: HarnessError | undefined;
  /** What ended the stream before its time, transport aside. */
  failure: { readonly thrown: unknown } | undefined;
  /** Resolves when the Runtime API has answered, or never will. */
  readonly settled: Promise<void>;
  #settle: () => void = () => {};
  readonly #target: ResponseUpload;
  #contentType = 'application/octet-stream';
  #upload: Upload | undefined;

  constructor(target: ResponseUpload, { contentType, highWaterMark }: ResponseStreamOptions) {
    super({ highWaterMark });
    this.#target = target;
    if (contentType !== undefined) this.#contentType = contentType;
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Whether something has been sent, so that a failure can be told in trailers only. */
  get hasBegun(): boolean {
    return this.#upload !== undefined;
  }

  /** Sets the response's `Content-Type`; before the first write. */
  setContentType(contentType: string): void {
    if (this.#upload) throw new Error('The content type is sent with the first write: set it before.');
    checkContentType(contentType);
    this.#contentType = contentType;
  }

  /** Ends the response with what was thrown. */
  fail(thrown: unknown): void {
    this.failure ??= { thrown };
    this.destroy(new Error('The handler failed before its response was complete.', { cause: thrown }));
  }

  /** Ends the response without a word more. */
  breakOff(error: HarnessError): void {
    this.transportError ??= error;
    this.destroy(error);
  }

  /** Sends a piece of the response. What is neither text nor bytes is sent as JSON. */
  override write(chunk: unknown, encoding?: BufferEncoding | Done, done?: Done): boolean {
    return super.write(writable(chunk), encoding as BufferEncoding, done);
  }

  /** Ends the response, with a last piece if one is given. */
  override end(chunk?: unknown, encoding?: BufferEncoding | Done, done?: Done): this {
    return super.end(typeof chunk === 'function' ? chunk : writable(chunk), encoding as BufferEncoding, done);
  }

  /** @internal */
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    try {
      this.#begun().write(chunk, done);
    } catch (error) {
      done(error as Error);
    }
  }

  /** @internal */
  override _final(done: Done): void {
    try {
      this.#begun().end();
    } catch (error) {
      done(error as Error);
      return;
    }
    // Without an error, the reply is there: `destroy()` comes after it.
    this.#replied().then(() => done(this.transportError));
  }

  /** @internal */
  override _destroy(error: Error | null, done: Done): void {
    const ended = (): void => {
      this.#settle();
      done(error);
    };
    const upload = this.#upload;
    if (!this.writableFinished && !this.transportError) {
      this.failure ??= { thrown: error ?? new Error('The response stream was destroyed before its end.') };
    }
    if (!upload || this.writableFinished) {
      ended();
    } else if (this.transportError) {
      upload.destroy();
      ended();
    } else {
      upload.end(errorTrailers(errorReportOf(this.failure?.thrown)));
      this.#replied().then(ended);
    }
  }

  #begun(): Upload {
    if (this.#upload) return this.#upload;
    const upload = this.#open();
    this.#upload = upload;
    void this.#replied().then(() => {
      if (this.transportError) this.destroy(this.transportError);
    });
    this._onBeforeFirstWrite?.((chunk) => upload.write(Buffer.from(chunk), () => {}));
    return upload;
  }

  #open(): Upload {
    try {
      return this.#target.begin(this.#contentType);
    } catch (error) {
      if (error instanceof HarnessError) this.transportError = error;
      throw error;
    }
  }

  /** Takes the reply for what it says, whenever it comes. */
  async #replied(): Promise<void> {
    try {
      const reply = await this.#upload?.reply;
      if (reply) this.transportError ??= this.#target.refusal(reply);
    } catch (error) {
      this.transportError ??= this.#target.failure(error);
    }
  }
}

/** What a stream of bytes takes as it is, or its JSON. */
function writable(chunk: unknown): unknown {
  const isTaken = typeof chunk === 'string' || types.isUint8Array(chunk) || chunk === null || chunk === undefined;
  return isTaken ? chunk : Buffer.from(JSON.stringify(chunk));
}

function errorTrailers(report: ErrorReport): Record<string, string> {
  const whole = JSON.stringify(report);
  const { errorType, errorMessage } = report;
  const short = { errorType: errorType.slice(0, 1000), errorMessage: errorMessage.slice(0, 10_000) };
  const body = Buffer.from(whole.length <= maxErrorBytes ? whole : JSON.stringify(short));
  return { [headerNames.errorType]: errorTypeHeader(report), [headerNames.errorBody]: body.toString('base64') };
}
