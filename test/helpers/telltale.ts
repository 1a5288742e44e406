import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

interface Witness {
  readonly role: string;
  readonly socket: Socket;
  readonly gone: Promise<unknown>;
  readonly lines: AsyncIterator<string>;
}

/**
 * Processes under test connect to it and name their role. The operating system closes the connection of a process
 * that ends, however it ends: so a test can await a death instead of looking for it again and again.
 */
export class Telltale implements AsyncDisposable {
  readonly #server: Server;
  readonly #witnesses: Witness[] = [];
  #arrived: () => void = () => {};

  static async listen(): Promise<Telltale> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Telltale(server);
  }

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket: Socket) => void this.#adopt(socket));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resolves when a process of each role has connected. */
  async arrivals(...roles: string[]): Promise<void> {
    while (!roles.every((role) => this.#witnesses.some((witness) => witness.role === role))) {
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
  }

  /** Resolves when no process of these roles is connected any more. */
  async departures(...roles: string[]): Promise<void> {
    await this.arrivals(...roles);
    await Promise.all(this.#of(roles).map(({ gone }) => gone));
  }

  /** Says something to the processes of a role and resolves to what each answers; a dead one never does. */
  async ask(role: string, question: string): Promise<string[]> {
    return Promise.all(
      this.#of([role]).map(async ({ socket, lines }) => {
        socket.write(`${question}\n`);
        const answer = await lines.next();
        return answer.done ? 'connection closed' : answer.value;
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { socket } of this.#witnesses) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #of(roles: readonly string[]): Witness[] {
    return this.#witnesses.filter(({ role }) => roles.includes(role));
  }

  async #adopt(socket: Socket): Promise<void> {
    const gone = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {});
    const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done) return;
    this.#witnesses.push({ role: first.value, socket, gone, lines });
    this.#arrived();
  }
}
