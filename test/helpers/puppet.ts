import { on, once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const file = fileURLToPath(new URL('../fixtures/runtimes/puppet.mjs', import.meta.url));

/** What a puppet can do: ask for an event, send the first 10 bytes of a response, send a whole one. */
export type Step = 'next' | 'half' | 'respond';

/** A runtime process that takes its steps when the test says so. */
export interface Puppet {
  readonly pid: number;
  /** Resolves when the step has been taken; `next` is when there is an event. */
  take(step: Step): Promise<void>;
}

/** Whom puppets call when they start: `createRuntimeApi({ command: puppeteer.command, env: puppeteer.env })`. */
export class Puppeteer implements AsyncDisposable {
  readonly command: readonly string[] = [process.execPath, file];
  readonly #server: Server;
  readonly #calls: AsyncIterator<[Socket]>;
  readonly #sockets: Socket[] = [];

  static async listen(): Promise<Puppeteer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Puppeteer(server);
  }

  private constructor(server: Server) {
    this.#server = server;
    this.#calls = on(server, 'connection') as AsyncIterator<[Socket]>;
  }

  get env(): Record<string, string> {
    return { PUPPETEER_PORT: String((this.#server.address() as AddressInfo).port) };
  }

  /** The next process that starts, in the middle of its Init phase. */
  async arrival(): Promise<Puppet> {
    const call = await this.#calls.next();
    const [socket] = call.value;
    this.#sockets.push(socket);
    // A killed puppet breaks its connection: that is what the tests are about.
    socket.on('error', () => {});
    const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
    return {
      pid: Number((await lines.next()).value),
      async take(step) {
        socket.write(`${step}\n`);
        await lines.next();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#calls.return?.();
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
