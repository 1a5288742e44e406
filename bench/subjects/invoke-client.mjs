import { Client } from 'undici';

/** Calls Lambda's Invoke API, as a test would have to that has an emulator in front of it. */
export class InvokeClient {
  #client;
  #path;

  constructor({ port, functionName }) {
    this.#client = new Client(`http://127.0.0.1:${port}`);
    this.#path = `/2015-03-31/functions/${functionName}/invocations`;
  }

  async invoke(event, signal) {
    const { statusCode, body } = await this.#client.request({
      method: 'POST',
      path: this.#path,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(event),
      signal,
    });
    const text = await body.text();
    if (statusCode !== 200) throw new Error(`The emulator answered ${statusCode}: ${text}`);
    return JSON.parse(text);
  }

  close() {
    this.#client.destroy();
  }
}

/** An emulator that has just been started does not listen yet: its first call is made again until it does. */
export function untilAnswered(invoke) {
  let isUp = false;
  return async (event) => {
    for (const giveUpAt = performance.now() + 10_000; !isUp; ) {
      try {
        const result = await invoke(event);
        isUp = true;
        return result;
      } catch (error) {
        if (performance.now() > giveUpAt) throw error;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
    return invoke(event);
  };
}
