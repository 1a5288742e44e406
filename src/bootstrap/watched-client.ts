import type { ResponseStream } from '../client/response-stream.ts';
import type {
  AnsweredInvocation,
  CallOptions,
  ResponseBody,
  ResponseOptions,
  RuntimeClient,
} from '../client/runtime-client.ts';
import type { RuntimeInvocation } from '../client/runtime-invocation.ts';

/** What a process that died now would leave unsaid. */
type Debt =
  | { readonly kind: 'init' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'answer'; readonly invocation: RuntimeInvocation; readonly stream?: ResponseStream };

/** A client that knows what the Runtime API has not been told yet, so that a dying process can still say it. */
export class WatchedClient implements RuntimeClient {
  readonly #client: RuntimeClient;
  #debt: Debt = { kind: 'init' };
  #isDying = false;
  readonly #death = new Promise<never>(() => {});

  constructor(client: RuntimeClient) {
    this.#client = client;
  }

  get address(): string {
    return this.#client.address;
  }

  async next(options?: CallOptions): Promise<RuntimeInvocation> {
    await this.#settleDebt();
    const invocation = await this.#client.next(options);
    this.#debt = { kind: 'answer', invocation };
    return invocation;
  }

  async postResponse(invocation: AnsweredInvocation, body: ResponseBody, options?: ResponseOptions): Promise<void> {
    await this.#settleDebt();
    await this.#client.postResponse(invocation, body, options);
  }

  streamResponse(invocation: AnsweredInvocation, options?: ResponseOptions): ResponseStream {
    const stream = this.#client.streamResponse(invocation, options);
    if (this.#debt.kind === 'answer') this.#debt = { ...this.#debt, stream };
    return stream;
  }

  async postError(invocation: AnsweredInvocation, error: unknown, options?: CallOptions): Promise<void> {
    await this.#settleDebt();
    await this.#client.postError(invocation, error, options);
  }

  async postInitError(error: unknown, options?: CallOptions): Promise<void> {
    await this.#settleDebt();
    await this.#client.postInitError(error, options);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Reports why the process dies, where a report is due; the calls of others wait for its end from here on. */
  async lastWords(error: unknown): Promise<void> {
    const debt = this.#debt;
    this.#isDying = true;
    switch (debt.kind) {
      case 'nothing':
        return;
      case 'init':
        await this.#client.postInitError(error);
        return;
      case 'answer':
        await this.#endAnswer(debt, error);
    }
  }

  async #endAnswer({ invocation, stream }: Extract<Debt, { kind: 'answer' }>, error: unknown): Promise<void> {
    if (!stream?.hasBegun) {
      await this.#client.postError(invocation, error);
    } else if (!stream.writableEnded) {
      stream.fail(error);
      await stream.settled;
    }
  }

  /** The call that follows says what was owed; a dying process makes none any more. */
  async #settleDebt(): Promise<void> {
    if (this.#isDying) await this.#death;
    this.#debt = { kind: 'nothing' };
  }
}
