import type { InvocationResult } from './invocation-result.ts';

/**
 * An invocation under way: a promise of its result, with handles on the moments before.
 * Each promise settles, whatever happens: `delivered` and `responded` reject if their moment never came.
 */
export class Invocation<T = unknown> implements Promise<InvocationResult<T>> {
  readonly requestId: string;
  /** Resolves when the event was handed to the runtime. Rejects with `ERR_NOT_DELIVERED` if that did not happen. */
  readonly delivered: Promise<void>;
  /** Resolves when the runtime posted its response or error. Rejects with `ERR_NO_RESPONSE` if that did not happen. */
  readonly responded: Promise<void>;
  /** The bytes of the response as they arrive, from the first on, for every reader. It ends when the response ends. */
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly [Symbol.toStringTag] = 'Invocation';
  readonly #result: Promise<InvocationResult<T>>;
  readonly #expire: () => void;

  constructor(parts: InvocationParts<T>) {
    this.requestId = parts.requestId;
    this.delivered = parts.delivered;
    this.responded = parts.responded;
    this.chunks = parts.chunks;
    this.#result = parts.result;
    this.#expire = parts.expire;
  }

  /** Makes the enforced deadline pass now; does nothing once the invocation has ended. */
  expire(): void {
    this.#expire();
  }

  // biome-ignore lint/suspicious/noThenProperty: an invocation is a promise.
  then<Resolved = InvocationResult<T>, Rejected = never>(
    onFulfilled?: ((result: InvocationResult<T>) => Resolved | PromiseLike<Resolved>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Resolved | Rejected> {
    return this.#result.then(onFulfilled, onRejected);
  }

  catch<Rejected = never>(
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<InvocationResult<T> | Rejected> {
    return this.#result.catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<InvocationResult<T>> {
    return this.#result.finally(onFinally);
  }
}

export interface InvocationParts<T> {
  readonly requestId: string;
  readonly delivered: Promise<void>;
  readonly responded: Promise<void>;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly result: Promise<InvocationResult<T>>;
  readonly expire: () => void;
}
