import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ExecutionEnvironment } from '../environment/execution-environment.ts';
import { HttpServer, host } from '../http/http-server.ts';
import type { WantedPort } from '../http/listen.ts';
import { isForLoopback } from '../http/loopback-host.ts';
import { match, type Reply } from '../http/router.ts';
import { type Exchange, previewBytes, type Transcript, type TranscriptEntry } from '../transcript/transcript.ts';
import { routes } from './routes.ts';
import type { FunctionNames, Limits, RuntimeCall } from './runtime-call.ts';
import { errorResponse, foreignHost, methodNotAllowed, notFound } from './status-response.ts';

export interface ServerParts {
  readonly transcript: Transcript;
  readonly limits: Limits;
  readonly functionNames: FunctionNames;
}

/** Serves one execution environment to its runtime. */
export class RuntimeApiServer {
  readonly #http = new HttpServer((request, response) => void this.#serve(request, response));
  readonly #transcript: Transcript;
  readonly #limits: Limits;
  readonly #functionNames: FunctionNames;
  readonly #lastOn = new WeakMap<Socket, ServerResponse>();
  #environment: ExecutionEnvironment | undefined;

  constructor({ transcript, limits, functionNames }: ServerParts) {
    this.#transcript = transcript;
    this.#limits = limits;
    this.#functionNames = functionNames;
  }

  /** Begins to listen; resolves to the address, as `AWS_LAMBDA_RUNTIME_API` gives it to the runtime. */
  async listen(environment: ExecutionEnvironment, wanted: WantedPort | undefined): Promise<string> {
    this.#environment = environment;
    return `${host}:${await this.#http.listen(wanted)}`;
  }

  /** Resolves when everything that a dead runtime sent has been served. */
  lastWords(): Promise<void> {
    this.#environment?.runtimeIsGone();
    return this.#http.lastWords();
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const environment = this.#environment;
    if (!environment) return;
    const turn = this.#turnOf(request, response);
    if (turn) await turn;
    // It closed while it waited: Node announces that only for the response whose turn it was.
    if (request.socket.destroyed) return;
    const exchange = this.#transcript.add(newExchange(request));
    response.on('close', () => {
      this.#abandoned(exchange);
      // The connection lives on; what this request has brought need not.
      if (this.#lastOn.get(request.socket) === response) this.#lastOn.delete(request.socket);
    });
    const respond = (reply: Reply): void => {
      // Whoever hung up needs no answer; what became of the call is the environment's to know.
      if (response.destroyed || exchange.aborted) return;
      send(response, reply);
      // While the runtime reads it.
      this.#record(exchange, reply);
      environment.replied();
    };
    const call: RuntimeCall = {
      request,
      response,
      exchange,
      environment,
      limits: this.#limits,
      functionNames: this.#functionNames,
      respond,
    };
    const reply = await dispatch(call).catch(errorResponse);
    if (reply) respond(reply);
  }

  /**
   * Requests that follow each other on one connection are served in that order, as Lambda does: a client may send its
   * poll along with its answer.
   */
  #turnOf({ socket }: IncomingMessage, response: ServerResponse): Promise<unknown> | undefined {
    const before = this.#lastOn.get(socket);
    this.#lastOn.set(socket, response);
    if (!before || before.writableEnded || before.destroyed) return undefined;
    return new Promise((resolve) => before.once('close', resolve));
  }

  #abandoned(exchange: Exchange & TranscriptEntry): void {
    if (exchange.response) return;
    exchange.aborted = true;
    this.#transcript.announce(exchange);
  }

  #record(exchange: Exchange & TranscriptEntry, { status, headers, body }: Reply): void {
    exchange.response = {
      status,
      headers,
      bodyBytes: Buffer.byteLength(body),
      body:
        typeof body === 'string'
          ? body
          : Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, previewBytes)).toString(),
      waitedMs: this.#transcript.elapsedMs() - exchange.timeMs,
    };
    this.#transcript.announce(exchange);
  }
}

async function dispatch(call: RuntimeCall): Promise<Reply | undefined> {
  const { request, exchange, environment } = call;
  if (!isForLoopback(request)) {
    request.resume();
    return foreignHost;
  }
  const found = match(routes, exchange.method, exchange.path);
  switch (found.kind) {
    case 'found':
      return found.route.handle(call, found.parameters);
    case 'wrong-method':
      request.resume();
      environment.violate('wrong-method', `called ${exchange.path} with ${exchange.method}`, exchange);
      return methodNotAllowed(found.allow);
    case 'unknown-path':
      request.resume();
      environment.violate('unknown-path', `called ${exchange.path}, which the Runtime API does not have`, exchange);
      return notFound;
  }
}

function newExchange({ method = '', url = '', headers }: IncomingMessage): Exchange {
  return { type: 'exchange', method, path: url, requestHeaders: headers, requestBytes: 0, requestBody: '' };
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { 'Content-Length': Buffer.byteLength(body), ...headers });
  response.end(body);
}
