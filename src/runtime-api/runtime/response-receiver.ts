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
  #tail: Uint8Array = new Uint8Array(0);
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

  end(): void {
    if (this.#parser) this.#take(this.#parser.end());
  }

  /** The last bytes of a body that is not kept. */
  tail(): Uint8Array {
    const { body, request } = this.#invocation;
    return request.isStreamed ? this.#tail : body.bytes();
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
    if (this.#invocation.request.isStreamed) this.#tail = lastBytes(this.#tail, bytes);
    return this.#call.environment.receive(this.#invocation, bytes);
  }
}

function lastBytes(before: Uint8Array, bytes: Uint8Array): Uint8Array {
  if (bytes.byteLength >= tailBytes) return bytes.subarray(-tailBytes);
  return Buffer.concat([before.subarray(-(tailBytes - bytes.byteLength)), bytes]);
}
