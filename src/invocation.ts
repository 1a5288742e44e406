import type { HttpPrelude } from './environment/http-prelude.ts';
import { BufferedBody, type ResponseChunk } from './environment/response-body.ts';
import type { InvocationResult } from './invocation-result.ts';

/**
 * An invocation under way: a promise of its result, with handles on the moments before.
 * Each promise settles, whatever happens: `delivered` and `responded` reject if their moment never came.
 */
export class Invocation<T = unknown> implements Promise<InvocationResult<T>> {
  readonly requestId: string;
  readonly [Symbol.toStringTag] = 'Invocation';
  readonly #parts: InvocationParts<T>;

  constructor(parts: InvocationParts<T>) {
    this.requestId = parts.requestId;
    this.#parts = parts;
  }

  /** Resolves when the event was handed to the runtime. Rejects with `ERR_NOT_DELIVERED` if that did not happen. */
  get delivered(): Promise<void> {
    return this.#look().delivered;
  }

  /** Resolves when the runtime posted its response or error. Rejects with `ERR_NO_RESPONSE` if that did not happen. */
  get responded(): Promise<void> {
    return this.#look().responded;
  }

  /**
   * The bytes of the response as they arrive, each chunk with its time; without an HTTP prelude. It ends when the response ends.
   * Every reader gets them all, from the first on; with `invokeMode: 'response-stream'`, each is read once, and the
   * runtime waits for the reader.
   */
  get chunks(): AsyncIterable<ResponseChunk> {
    return this.#look().chunks;
  }

  /**
   * Resolves to status code, headers and cookies that a streaming function sends before the body of an HTTP response,
   * as soon as they are there; to `undefined` if the response has none, or there is no response. Rejects if the
   * invocation was discarded.
   */
  get prelude(): Promise<HttpPrelude | undefined> {
    const prelude = this.#look().prelude();
    // As of the other moments: whoever does not await it is not told by an unhandled rejection.
    prelude.catch(() => {});
    return prelude;
  }

  /** Makes the enforced deadline pass now; does nothing once the invocation has ended. */
  expire(): void {
    this.#look().expire();
  }

  // biome-ignore lint/suspicious/noThenProperty: an invocation is a promise.
  then<Resolved = InvocationResult<T>, Rejected = never>(
    onFulfilled?: ((result: InvocationResult<T>) => Resolved | PromiseLike<Resolved>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Resolved | Rejected> {
    return this.#look().result.then(onFulfilled, onRejected);
  }

  catch<Rejected = never>(
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<InvocationResult<T> | Rejected> {
    return this.#look().result.catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<InvocationResult<T>> {
    return this.#look().result.finally(onFinally);
  }

  #look(): InvocationParts<T> {
    this.#parts.onLook(this);
    return this.#parts;
  }
}

export interface InvocationParts<T> {
  readonly requestId: string;
  readonly delivered: Promise<void>;
  readonly responded: Promise<void>;
  readonly chunks: AsyncIterable<ResponseChunk>;
  readonly prelude: () => Promise<HttpPrelude | undefined>;
  readonly result: Promise<InvocationResult<T>>;
  readonly expire: () => void;
  /** Somebody has taken an interest in the invocation. */
  readonly onLook: (invocation: object) => void;
}

/** An invocation that never came about. */
export function rejectedInvocation<T>(error: unknown): Invocation<T> {
  const rejected = <Value>(): Promise<Value> => {
    const promise = Promise.reject<Value>(error);
    promise.catch(() => {});
    return promise;
  };
  return new Invocation<T>({
    requestId: '',
    delivered: rejected(),
    responded: rejected(),
    chunks: failedBody(error),
    prelude: rejected,
    // Nobody asked for this failure: if nobody looks at it, the process shall complain.
    result: Promise.reject<InvocationResult<T>>(error),
    expire: () => {},
    onLook: () => {},
  });
}

function failedBody(error: unknown): BufferedBody {
  const body = new BufferedBody();
  body.end(error);
  return body;
}
