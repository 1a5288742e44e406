const maxNoted = 100;

/** Invocations that nobody has looked at so far: what becomes of them, a failure above all, goes unseen. */
export class UnseenInvocations {
  readonly #places = new Map<object, () => string>();

  /** `place` says the line that made the invocation. Of very many, the first will do. */
  add(invocation: object, place: () => string): void {
    if (this.#places.size < maxNoted) this.#places.set(invocation, place);
  }

  delete(invocation: object): void {
    this.#places.delete(invocation);
  }

  /** Names the lines, each once, and forgets them. */
  report(): string | undefined {
    if (this.#places.size === 0) return undefined;
    const count = this.#places.size < maxNoted ? this.#places.size : `at least ${maxNoted}`;
    const lines = new Set([...this.#places.values()].map((place) => `  invoked ${place()}\n`));
    this.#places.clear();
    return `lambda-runtime-harness: ${count} invocation(s) were never awaited; what became of them went unseen.\n${[...lines].join('')}  Write "await api.invoke(…)". If the result does not matter, say so: "api.invoke(…).catch(() => {})".\n`;
  }
}
