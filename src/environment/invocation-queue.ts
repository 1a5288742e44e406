import type { Invocation } from './invocation.ts';

/** A runtime's `/next` that waits for work. */
export interface Poll {
  deliver(invocation: Invocation): void;
}

/** Pairs invocations with waiting polls, first come, first served on both sides. */
export class InvocationQueue {
  readonly #invocations = new Map<string, Invocation>();
  readonly #polls = new Set<Poll>();

  addInvocation(invocation: Invocation): void {
    this.#invocations.set(invocation.requestId, invocation);
  }

  addPoll(poll: Poll): void {
    this.#polls.add(poll);
  }

  /** A poller that hung up is forgotten: an event given to it would be lost. */
  removePoll(poll: Poll): void {
    this.#polls.delete(poll);
  }

  removeInvocation(invocation: Invocation): boolean {
    return this.#invocations.delete(invocation.requestId);
  }

  /** The pair that is next to meet, taken out of the queue. */
  takePair(): { invocation: Invocation; poll: Poll } | undefined {
    const invocation = this.firstInvocation;
    const poll = first(this.#polls);
    if (!invocation || !poll) return undefined;
    this.#invocations.delete(invocation.requestId);
    this.#polls.delete(poll);
    return { invocation, poll };
  }

  takeInvocation(): Invocation | undefined {
    const invocation = this.firstInvocation;
    if (invocation) this.#invocations.delete(invocation.requestId);
    return invocation;
  }

  find(requestId: string): Invocation | undefined {
    return this.#invocations.get(requestId);
  }

  clearPolls(): void {
    this.#polls.clear();
  }

  get hasPolls(): boolean {
    return this.#polls.size > 0;
  }

  get firstInvocation(): Invocation | undefined {
    return first(this.#invocations.values());
  }

  get hasInvocations(): boolean {
    return this.#invocations.size > 0;
  }
}

function first<T>(items: Iterable<T>): T | undefined {
  for (const item of items) return item;
  return undefined;
}
