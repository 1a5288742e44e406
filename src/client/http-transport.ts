import { KeepAlive } from '../clock/keep-alive.ts';
import { HttpCaller } from './http-caller.ts';
import type { Call, Reply, Transport, Upload } from './transport.ts';

export interface HttpTransportOptions {
  /** `host:port` */
  readonly address: string;
  /** Whether the process lives on while a poll waits for work; while an answer is under way it always does. @default true */
  readonly pollsKeepProcessAlive?: boolean;
}

/**
 * Calls over node:http, which works under fake timers, unlike undici: for a runtime in the process of its tests. Its
 * connections never keep the process alive, calls do: while a handler runs, the process can be seen to be idle.
 */
export class HttpTransport implements Transport {
  readonly address: string;
  readonly #pollsKeepAlive: boolean;
  readonly #caller: HttpCaller;
  readonly #keepAlive = new KeepAlive();

  constructor({ address, pollsKeepProcessAlive = true }: HttpTransportOptions) {
    this.address = address;
    this.#pollsKeepAlive = pollsKeepProcessAlive;
    this.#caller = new HttpCaller(address, false);
  }

  send(call: Call): Promise<Reply> {
    // First of all: it also puts right a faked `process.nextTick`, without which no connection moves.
    this.#keepAlive.acquire();
    const reply = this.#caller.send(call);
    if (call.method === 'GET' && !this.#pollsKeepAlive) this.#keepAlive.release();
    else this.#releaseAfter(reply);
    return reply;
  }

  upload(call: Call): Upload {
    this.#keepAlive.acquire();
    const upload = this.#caller.upload(call);
    this.#keepAlive.release();
    return {
      ...upload,
      write: (chunk, callback) => {
        this.#keepAlive.acquire();
        upload.write(chunk, (error) => {
          this.#keepAlive.release();
          callback(error);
        });
      },
      end: (trailers) => {
        this.#keepAlive.acquire();
        upload.end(trailers);
        this.#releaseAfter(upload.reply);
      },
    };
  }

  close(): void {
    this.#caller.close();
    this.#keepAlive.end();
  }

  #releaseAfter(reply: Promise<Reply>): void {
    const release = (): void => this.#keepAlive.release();
    reply.then(release, release);
  }
}
