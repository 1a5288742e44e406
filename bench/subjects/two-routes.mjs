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
        'Lambda-Runtime-Invoked-Function-Arn': 'arn:aws:lambda:us-east-1:123456789012:function:test-function',
        'Lambda-Runtime-Trace-Id': 'Root=1-00000000-000000000000000000000001;Parent=0000000000000001;Sampled=0',
      },
      body: event,
    });
  }
}
