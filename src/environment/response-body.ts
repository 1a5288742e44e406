import { Deferred } from './deferred.ts';
import type { HttpPrelude } from './http-prelude.ts';

/** Bytes of a response that arrived together. */
export interface ResponseChunk extends Uint8Array {
  /** When they arrived: milliseconds since the event was delivered, on the API's clock. */
  readonly timeMs: number;
}

/** The body of a response on its way from the runtime to its readers. */
export interface ResponseBody extends AsyncIterable<ResponseChunk> {
  /** Bytes received, whether or not they are kept. */
  readonly byteLength: number;
  /** The runtime waits, because nobody reads. */
  readonly isBlocked: boolean;
  /** Returns a promise if the runtime has to wait before it may send more. */
  push(chunk: Uint8Array, timeMs: number): Promise<void> | undefined;
  setPrelude(prelude: HttpPrelude): void;
  end(error?: unknown): void;
  /** What is kept of the body. */
  bytes(): Uint8Array;
  /** Resolves to what comes before the body of an HTTP response, or at the first byte without. */
  prelude(): Promise<HttpPrelude | undefined>;
}

/** What the bodies share: they begin, go on and end, and tell those who wait for that. */
abstract class Body implements ResponseBody {
  #byteLength = 0;
  #prelude: HttpPrelude | undefined;
  #ended = false;
  #error: unknown;
  #changed: Deferred<void> | undefined;

  get byteLength(): number {
    return this.#byteLength;
  }

  abstract readonly isBlocked: boolean;

  push(chunk: Uint8Array, timeMs: number): Promise<void> | undefined {
    if (this.#ended) return undefined;
    this.#byteLength += chunk.byteLength;
    // Hidden from equality checks: a chunk equals its bytes.
    const stamped = Object.defineProperty(chunk, 'timeMs', { value: timeMs, configurable: true }) as ResponseChunk;
    const room = this.take(stamped);
    this.#wake();
    return room;
  }

  setPrelude(prelude: HttpPrelude): void {
    this.#prelude = prelude;
    this.#wake();
  }

  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#wake();
  }

  async prelude(): Promise<HttpPrelude | undefined> {
    while (!this.#prelude && this.#byteLength === 0 && !this.#ended) await this.#change();
    if (!this.#prelude && this.#error !== undefined) throw this.#error;
    return this.#prelude;
  }

  abstract bytes(): Uint8Array;

  abstract [Symbol.asyncIterator](): AsyncGenerator<ResponseChunk, void, void>;

  protected abstract take(chunk: ResponseChunk): Promise<void> | undefined;

  /** Waits until there is more; resolves to `false` when there will be no more. */
  protected async more(): Promise<boolean> {
    if (!this.#ended) {
      await this.#change();
      return true;
    }
    if (this.#error !== undefined) throw this.#error;
    return false;
  }

  #change(): Promise<void> {
    this.#changed ??= new Deferred();
    return this.#changed.promise;
  }

  #wake(): void {
    this.#changed?.resolve();
    this.#changed = undefined;
  }
}

/** Keeps everything: it can be read while it arrives, as often as wanted, from the beginning. */
export class BodyStream extends Body {
  readonly #chunks: ResponseChunk[] = [];
  readonly isBlocked = false;

  bytes(): Uint8Array {
    if (this.#chunks.length === 1 && this.#chunks[0]) return this.#chunks[0];
    const whole = new Uint8Array(this.byteLength);
    let offset = 0;
    for (const chunk of this.#chunks) {
      whole.set(chunk, offset);
      offset += chunk.byteLength;
    }
    return whole;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ResponseChunk, void, void> {
    for (let index = 0; ; ) {
      const chunk = this.#chunks[index];
      if (chunk) {
        index++;
        yield chunk;
      } else if (!(await this.more())) {
        return;
      }
    }
  }

  protected take(chunk: ResponseChunk): undefined {
    this.#chunks.push(chunk);
  }
}

/** As much as may wait to be read before the runtime has to. */
const maxUnreadBytes = 64 * 1024;

/** Keeps nothing: what has been read is gone, and the runtime waits for the reader. A reader that leaves stops nobody. */
export class FlowingBody extends Body {
  #unread: ResponseChunk[] = [];
  #unreadBytes = 0;
  #hasBeenLeft = false;
  #room: Deferred<void> | undefined;

  get isBlocked(): boolean {
    return this.#room !== undefined;
  }

  override end(error?: unknown): void {
    super.end(error);
    this.#makeRoom();
  }

  bytes(): Uint8Array {
    return new Uint8Array(0);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ResponseChunk, void, void> {
    try {
      for (;;) {
        const chunk = this.#unread.shift();
        if (chunk) {
          this.#unreadBytes -= chunk.byteLength;
          if (this.#unreadBytes <= maxUnreadBytes) this.#makeRoom();
          yield chunk;
        } else if (!(await this.more())) {
          return;
        }
      }
    } finally {
      this.#hasBeenLeft = true;
      this.#unread = [];
      this.#makeRoom();
    }
  }

  protected take(chunk: ResponseChunk): Promise<void> | undefined {
    if (this.#hasBeenLeft) return undefined;
    this.#unread.push(chunk);
    this.#unreadBytes += chunk.byteLength;
    if (this.#unreadBytes <= maxUnreadBytes) return undefined;
    this.#room ??= new Deferred();
    return this.#room.promise;
  }

  #makeRoom(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}
