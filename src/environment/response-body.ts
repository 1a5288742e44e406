import { concat } from './bytes.ts';
import { Deferred } from './deferred.ts';
import type { HttpPrelude } from './http-prelude.ts';

/** Bytes of a response that arrived together. */
export interface ResponseChunk extends Uint8Array {
  /** When they arrived: milliseconds since the event was delivered, on the API's clock. */
  readonly timeMs: number;
}

/** The body of a response on its way from the runtime to its readers. */
export abstract class ResponseBody implements AsyncIterable<ResponseChunk> {
  #byteLength = 0;
  #prelude: HttpPrelude | undefined;
  #ended = false;
  #error: unknown;
  #changed: Deferred<void> | undefined;

  /** Bytes received, whether or not they are kept. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /** The runtime waits, because nobody reads. */
  abstract readonly isBlocked: boolean;

  /** Returns a promise if the runtime has to wait before it may send more. */
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

  /** Resolves to what comes before the body of an HTTP response, or at the first byte without. */
  async prelude(): Promise<HttpPrelude | undefined> {
    while (!this.#prelude && this.#byteLength === 0 && !this.#ended) await this.#change();
    if (!this.#prelude && this.#error !== undefined) throw this.#error;
    return this.#prelude;
  }

  /** What is kept of the body. */
  abstract bytes(): Uint8Array;

  /** The runtime is gone: what it has sent before need not wait for a reader any more. */
  letFlow(): void {}

  [Symbol.asyncIterator](): AsyncIterableIterator<ResponseChunk> {
    return new Reader({
      chunkAt: (index) => this.chunkAt(index),
      more: () => this.#more(),
      leave: () => {
        this.left();
        this.#wake();
      },
    });
  }

  /** The chunk that a reader who has read `index` chunks gets next, if it is there. */
  protected abstract chunkAt(index: number): ResponseChunk | undefined;

  /** A reader does not want to read on. */
  protected left(): void {}

  protected abstract take(chunk: ResponseChunk): Promise<void> | undefined;

  /** Waits until there is more; resolves to `false` when there will be no more. */
  async #more(): Promise<boolean> {
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

interface Source {
  chunkAt(index: number): ResponseChunk | undefined;
  /** Resolves when there may be more; to `false` when there will be no more. */
  more(): Promise<boolean>;
  leave(): void;
}

/** Reads a body. Unlike a generator it can be left before it has begun, and while it waits. */
class Reader implements AsyncIterableIterator<ResponseChunk> {
  readonly #source: Source;
  #index = 0;
  #hasLeft = false;

  constructor(source: Source) {
    this.#source = source;
  }

  async next(): Promise<IteratorResult<ResponseChunk, undefined>> {
    while (!this.#hasLeft) {
      const chunk = this.#source.chunkAt(this.#index);
      if (chunk) {
        this.#index++;
        return { done: false, value: chunk };
      }
      if (!(await this.#source.more())) break;
    }
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<ResponseChunk, undefined>> {
    this.#hasLeft = true;
    this.#source.leave();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** Keeps everything: it can be read while it arrives, as often as wanted, from the beginning. */
export class BufferedBody extends ResponseBody {
  readonly #chunks: ResponseChunk[] = [];
  readonly isBlocked = false;

  bytes(): Uint8Array {
    return concat(this.#chunks);
  }

  protected chunkAt(index: number): ResponseChunk | undefined {
    return this.#chunks[index];
  }

  protected take(chunk: ResponseChunk): undefined {
    this.#chunks.push(chunk);
  }
}

/** As much as may wait to be read before the runtime has to. */
const maxUnreadBytes = 64 * 1024;

/** Keeps nothing: what has been read is gone, and the runtime waits for the reader. A reader that leaves stops nobody. */
export class StreamedBody extends ResponseBody {
  #unread: ResponseChunk[] = [];
  #unreadBytes = 0;
  #hasBeenLeft = false;
  #flowsFreely = false;
  #room: Deferred<void> | undefined;

  get isBlocked(): boolean {
    return this.#room !== undefined;
  }

  override end(error?: unknown): void {
    super.end(error);
    this.#makeRoom();
  }

  override letFlow(): void {
    this.#flowsFreely = true;
    this.#makeRoom();
  }

  bytes(): Uint8Array {
    return new Uint8Array(0);
  }

  protected chunkAt(): ResponseChunk | undefined {
    const chunk = this.#unread.shift();
    if (!chunk) return undefined;
    this.#unreadBytes -= chunk.byteLength;
    if (this.#unreadBytes <= maxUnreadBytes) this.#makeRoom();
    return chunk;
  }

  protected override left(): void {
    this.#hasBeenLeft = true;
    this.#unread = [];
    this.#makeRoom();
  }

  protected take(chunk: ResponseChunk): Promise<void> | undefined {
    if (this.#hasBeenLeft) return undefined;
    this.#unread.push(chunk);
    this.#unreadBytes += chunk.byteLength;
    if (this.#unreadBytes <= maxUnreadBytes || this.#flowsFreely) return undefined;
    this.#room ??= new Deferred();
    return this.#room.promise;
  }

  #makeRoom(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}
