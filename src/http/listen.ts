import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HarnessError } from '../errors.ts';

/** Preferred ports, best first. */
export type WantedPort = readonly number[];

/** Binds to the first wanted port that is free, or to any; resolves to its number. */
export async function listen(server: Server, host: string, wanted: WantedPort | undefined): Promise<number> {
  if (!wanted) return bind(server, host, 0);
  for (let candidates = [...wanted]; candidates.length > 0; ) {
    const port = await firstFree(candidates, host);
    if (port === undefined) break;
    try {
      return await bind(server, host, port);
    } catch (error) {
      // Somebody was faster; a port that is forbidden to us is as good as taken.
      if (!isTaken(error)) throw error;
      candidates = candidates.filter((candidate) => candidate !== port);
    }
  }
  throw new HarnessError(
    'ERR_PORT_UNAVAILABLE',
    `${wanted.length === 1 ? `Port ${wanted[0]} is` : `All of the ports ${describe(wanted)} are`} taken on ${host}. End what uses ${wanted.length === 1 ? 'it' : 'them'}, name other ports, or leave the option port out to get any free one.`,
  );
}

async function firstFree(candidates: readonly number[], host: string): Promise<number | undefined> {
  const { default: getPort, clearLockedPorts } = await import('get-port');
  // Its memory of ports it gave away would hide those that an earlier API has closed since.
  clearLockedPorts();
  const port = await getPort({ port: candidates, host });
  return candidates.includes(port) ? port : undefined;
}

async function bind(server: Server, host: string, port: number): Promise<number> {
  server.listen({ host, port, exclusive: true });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function isTaken(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EADDRINUSE' || code === 'EACCES';
}

function describe(ports: WantedPort): string {
  return ports.length <= 5 ? ports.join(', ') : `${ports[0]}, ${ports[1]}, … ${ports.at(-1)}`;
}
