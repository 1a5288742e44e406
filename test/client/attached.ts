import { HttpTransport } from '../../src/client/http-transport.ts';
import { type EventLoopOptions, type LambdaHandler, type RuntimeClient, runEventLoop } from '../../src/client/index.ts';
import { connectRuntimeClient } from '../../src/client/runtime-client.ts';
import type { Transport } from '../../src/client/transport.ts';
import { UndiciTransport } from '../../src/client/undici-transport.ts';
import { createRuntimeApi, type InvocationResult, type RuntimeApi, type RuntimeApiOptions } from '../../src/index.ts';

/** Both ways to the Runtime API; every test of the client is about each. */
export const transports = {
  undici: (address: string): Transport => new UndiciTransport(address),
  'node:http': (address: string): Transport => new HttpTransport({ address }),
};

export type TransportName = keyof typeof transports;

export const transportNames = Object.keys(transports) as TransportName[];

export interface Attached extends AsyncDisposable {
  readonly api: RuntimeApi;
  readonly client: RuntimeClient;
}

/** A Runtime API without a runtime, and a client for it. */
export async function attach(transport: TransportName, options?: RuntimeApiOptions): Promise<Attached> {
  const api = await createRuntimeApi(options);
  const client = connectRuntimeClient(transports[transport](api.address));
  return {
    api,
    client,
    async [Symbol.asyncDispose]() {
      await client.close();
      await api.close();
    },
  };
}

export interface Looping extends Attached {
  /** How the loop ended. */
  readonly ended: Promise<unknown>;
  /** What it had to say. */
  readonly logged: readonly (readonly [message: string, error: unknown])[];
}

/** The same, with an event loop that serves a handler. */
export async function serve(
  handler: LambdaHandler,
  { transport = 'node:http', ...options }: EventLoopOptions & { readonly transport?: TransportName } = {},
): Promise<Looping> {
  const attached = await attach(transport);
  const { api, client } = attached;
  const logged: [string, unknown][] = [];
  const ended = runEventLoop(handler, {
    client,
    environmentVariables: api.environmentVariables,
    log: (message, error) => void logged.push([message, error]),
    ...options,
  }).catch((error: unknown) => error);
  return { ...attached, ended, logged };
}

/** The bytes of a response; nothing if there is none. */
export function bodyOf(result: InvocationResult): Buffer {
  return result.status === 'success' ? result.body : Buffer.alloc(0);
}
