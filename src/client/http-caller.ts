import { Agent, type ClientRequest, request } from 'node:http';
import { onAbort } from '../abort-signal.ts';
import { hostAndPort } from './address.ts';
import { type Call, type Reply, replyOf, type Upload } from './transport.ts';

/** Lambda caps client contexts far below. */
export const maxReplyHeaderBytes: number = 1024 * 1024;

/** Makes calls of the Runtime API over node:http. */
export class HttpCaller {
  readonly #agent: Agent = new Agent({ keepAlive: true, noDelay: true });
  readonly #host: string;
  readonly #port: number;
  readonly #keepsProcessAlive: boolean;

  /** Connections keep the process alive while a call is under way, or never. */
  constructor(address: string, keepsProcessAlive: boolean) {
    const { host, port } = hostAndPort(address);
    this.#host = host;
    this.#port = port;
    this.#keepsProcessAlive = keepsProcessAlive;
  }

  send(call: Call): Promise<Reply> {
    const sent = this.#start(call);
    sent.end(call.body);
    return replyTo(sent);
  }

  /** The call's headers announce the trailers. */
  upload(call: Call): Upload {
    const sent = this.#start(call);
    const reply = replyTo(sent);
    // The writer learns of a failure, too; nobody else has to listen.
    reply.catch(() => {});
    return {
      reply,
      write: (chunk, callback) => void sent.write(chunk, callback),
      end(trailers) {
        if (trailers) sent.addTrailers(trailers);
        sent.end();
      },
      destroy: () => void sent.destroy(),
    };
  }

  /** Breaks every connection. */
  close(): void {
    this.#agent.destroy();
  }

  #start({ method, path, headers, signal }: Call): ClientRequest {
    const sent = request({
      agent: this.#agent,
      host: this.#host,
      port: this.#port,
      method,
      path,
      headers,
      maxHeaderSize: maxReplyHeaderBytes,
    });
    if (!this.#keepsProcessAlive) sent.on('socket', (socket) => socket.unref());
    if (signal)
      sent.once(
        'close',
        onAbort(signal, () => void sent.destroy()),
      );
    return sent;
  }
}

function replyTo(sent: ClientRequest): Promise<Reply> {
  return new Promise((resolve, reject) => {
    sent.on('error', reject);
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve(replyOf(response.statusCode ?? 0, response.headers, chunks)));
    });
  });
}
