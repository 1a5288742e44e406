import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { eventLoopTurns, systemClock } from '../clock/system-clock.ts';
import { listen, type WantedPort } from './listen.ts';

export const host = '127.0.0.1';

/** AWS's clients send an error's X-Ray cause, up to 1 MiB of it, as a header. */
const maxHeaderSize = 2 * 1024 * 1024;

/** How long connections that outlive a runtime may take to end: they are somebody else's, or nobody's. */
const connectionGraceMs = 100;

/** A loopback HTTP server whose connections may idle for ever and never keep the process alive. */
export class HttpServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(onRequest: (request: IncomingMessage, response: ServerResponse) => void) {
    // A connection idles while the handler runs, and a poll waits for work: neither has a limit.
    this.#server = createServer(
      { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0, maxHeaderSize, noDelay: true },
      onRequest,
    );
    this.#server.timeout = 0;
    // Without limit: headers after the 1000th would be dropped silently.
    this.#server.maxHeadersCount = 0;
    this.#server.on('connection', (socket: Socket) => this.#adopt(socket));
    this.#server.on('clientError', refuseGarbage);
    this.#server.on('connect', (_request, socket) =>
      socket.end('HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\n\r\n'),
    );
  }

  /** Resolves to the port. Rejects with `ERR_PORT_UNAVAILABLE` if none that is wanted is free. */
  async listen(wanted: WantedPort | undefined): Promise<number> {
    const port = await listen(this.#server, host, wanted);
    this.#server.unref();
    return port;
  }

  /**
   * Resolves when a dead process has been heard out: what it sent before its death arrives before the end of its
   * connections, so those are awaited. Connections that stay open are not its own, and are cut.
   */
  async lastWords(): Promise<void> {
    await eventLoopTurns();
    if (this.#sockets.size > 0) {
      const ends = Promise.all(
        [...this.#sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve))),
      );
      let cancel = (): void => {};
      const graceIsOver = new Promise<void>((resolve) => {
        cancel = systemClock.schedule(connectionGraceMs, resolve);
      });
      await Promise.race([ends, graceIsOver]);
      cancel();
    }
    this.#server.closeAllConnections();
    await eventLoopTurns();
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
      // A connection that has sent no whole request yet is not among those.
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  #adopt(socket: Socket): void {
    socket.unref();
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    // Broken connections are the runtime's affair; whoever waits on one learns of it by 'close'.
    socket.on('error', () => {});
  }
}

function refuseGarbage(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${status}`);
  // Ends our half too, once that is written: a poll on this connection must be forgotten.
  socket.destroySoon();
}
