import {
  type HttpPrelude,
  PreludeParser,
  type PreludeStep,
  preludeContentType,
} from '../../environment/http-prelude.ts';
import type { Invocation } from '../../environment/invocation.ts';
import { headerOf } from '../headers.ts';
import type { RuntimeCall } from '../runtime-call.ts';

/** Enough for the longest error that a client puts at the end of a body. */
const tailBytes = 64 * 1024;

/** Takes in a response piece by piece: splits off an HTTP prelude, passes the body on, remembers how it ended. */
export class ResponseReceiver {
  readonly #call: RuntimeCall;
  readonly #invocation: Invocation;
  #parser: PreludeParser | undefined;
  readonly #tail = new Tail(tailBytes);
  prelude: HttpPrelude | undefined;

  constructor(call: RuntimeCall, invocation: Invocation, streamed: boolean) {
    this.#call = call;
    this.#invocation = invocation;
    const isHttp = streamed && headerOf(call.request, 'content-type')?.split(';')[0]?.trim() === preludeContentType;
    this.#parser = isHttp ? new PreludeParser() : undefined;
  }

  /** Returns a promise if the runtime has to wait before it may send more. */
  push(chunk: Uint8Array): Promise<void> | undefined {
    return this.#parser ? this.#take(this.#parser.push(chunk)) : this.#pass(chunk);
  }

  /** The body has ended. One that broke off, or failed, may well have done so in the middle of its prelude. */
  end(isWhole: boolean): void {
    if (!this.#parser) return;
    const step = this.#parser.end();
    if (isWhole) this.#take(step);
    else if (step.kind === 'invalid') this.#pass(step.rest);
  }

  /** The last bytes of the body, also of one of which nothing is kept. */
  tail(kept: Uint8Array): Uint8Array {
    return this.#invocation.request.isStreamed ? this.#tail.bytes() : kept.subarray(-tailBytes);
  }

  #take(step: PreludeStep): Promise<void> | undefined {
    if (step.kind === 'incomplete') return undefined;
    this.#parser = undefined;
    if (step.kind === 'complete') {
      this.prelude = step.prelude;
      this.#invocation.body.setPrelude(step.prelude);
    } else {
      const { environment, exchange } = this.#call;
      environment.violate('prelude-invalid', `sent no HTTP prelude that can be used: ${step.reason}`, exchange);
    }
    return this.#pass(step.rest);
  }

  #pass(bytes: Uint8Array): Promise<void> | undefined {
    if (bytes.byteLength === 0) return undefined;
    if (this.#invocation.request.isStreamed) this.#tail.push(bytes);
    return this.#call.environment.receive(this.#invocation, bytes);
  }
}

/** The last so many bytes, or a little more. */
class Tail {
  readonly #maxBytes: number;
  #chunks: Uint8Array[] = [];
  #byteLength = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#byteLength += chunk.byteLength;
    // Not at every chunk, so that many small ones cost no more than a few large ones.
    if (this.#byteLength > 2 * this.#maxBytes + chunk.byteLength) this.#shorten();
  }

  bytes(): Uint8Array {
    this.#shorten();
    return this.#chunks[0] ?? new Uint8Array(0);
  }

  #shorten(): void {
    const last = Buffer.concat(this.#chunks).subarray(-this.#maxBytes);
    this.#chunks = [last];
    this.#byteLength = last.byteLength;
  }
}
