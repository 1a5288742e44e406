/** The least that the two routes have to share: an event waits for a poll, or a poll for an event. */
export class TwoRoutes {
  #event;
  #poll;
  #resolve;
  #requests = 0;

  invoke(event) {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#event = Buffer.from(JSON.stringify(event));
      this.#meet();
    });
  }

  next(poll) {
    this.#poll = poll;
    this.#meet();
  }

  respond(body) {
    this.#resolve(JSON.parse(body.toString()));
  }

  #meet() {
    const [event, poll] = [this.#event, this.#poll];
    if (!event || !poll) return;
    this.#event = undefined;
    this.#poll = undefined;
    poll({
      headers: {
        'Content-Type': 'application/json',
        'Lambda-Runtime-Aws-Request-Id': `request-${++this.#requests}`,
        'Lambda-Runtime-Deadline-Ms': String(Date.now() + 3000),
      },
      body: event,
    });
  }
}
