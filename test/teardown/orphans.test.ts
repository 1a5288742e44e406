import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createRuntimeApi } from '../../src/index.ts';
import { Telltale } from '../helpers/telltale.ts';
import { needs } from '../helpers/tools.ts';

type Host = ChildProcessByStdio<Writable, Readable, null>;

const fixture = (path: string): string => fileURLToPath(new URL(`../fixtures/${path}`, import.meta.url));
const nodeRuntime = (...behaviours: string[]): string[] => [
  process.execPath,
  fixture('telltales/node-runtime.mjs'),
  ...behaviours,
];

interface Subject {
  readonly name: string;
  readonly command: readonly string[];
  readonly roles: readonly string[];
  readonly isAvailable: boolean;
}

const subjects: readonly Subject[] = [
  { name: 'a Node runtime', command: nodeRuntime(), roles: ['runtime'], isAvailable: true },
  {
    name: 'a runtime that ignores SIGTERM',
    command: nodeRuntime('ignores-sigterm'),
    roles: ['runtime'],
    isAvailable: true,
  },
  { name: 'a runtime with a child', command: nodeRuntime('child'), roles: ['runtime', 'child'], isAvailable: true },
  {
    name: 'bash with a curl child',
    command: [fixture('telltales/bash-runtime.bash')],
    roles: ['runtime', 'curl / HTTP/1.1'],
    isAvailable: !needs('bash', 'curl'),
  },
  {
    name: 'a Python runtime',
    command: ['python3', fixture('telltales/python_runtime.py')],
    roles: ['runtime'],
    isAvailable: !needs('python3'),
  },
];

const endings: Readonly<Record<string, (host: Host) => void>> = {
  SIGKILL: (host) => host.kill('SIGKILL'),
  SIGTERM: (host) => host.kill('SIGTERM'),
  'SIGINT (Ctrl-C)': (host) => host.kill('SIGINT'),
  'process.exit()': (host) => host.stdin.write('process.exit()'),
  'an uncaught exception': (host) => host.stdin.write('an uncaught exception'),
};

describe.each(subjects.filter(({ isAvailable }) => isAvailable))('$name', ({ command, roles }) => {
  test.each(Object.keys(endings))('does not survive a test process that ends by %s', async (ending) => {
    await using telltale = await Telltale.listen();
    const host = spawnHost('host.mjs', telltale, command);
    await arrivals(telltale, host, roles);

    endings[ending]?.(host);

    await telltale.departures(...roles);
  });

  test('does not survive worker.terminate(), though the process lives on', async () => {
    await using telltale = await Telltale.listen();
    const host = spawnHost('worker-host.mjs', telltale, command);
    await arrivals(telltale, host, roles);

    host.stdin.write('terminate');
    expect(String((await once(host.stdout, 'data'))[0])).toBe('terminated\n');
    await telltale.departures(...roles);

    expect(host.exitCode).toBeNull();
    host.stdin.end();
    await once(host, 'exit');
  });

  test.each(['close', 'reset'] as const)('does not survive %s()', async (method) => {
    await using telltale = await Telltale.listen();
    await using api = await createRuntimeApi({ command, env: { TELLTALE_PORT: String(telltale.port) } });
    const invocation = api.invoke({});
    await invocation.delivered;
    await telltale.arrivals(...roles);

    await Promise.all([
      expect(invocation).rejects.toMatchObject({ code: method === 'close' ? 'ERR_CLOSED' : 'ERR_RESET' }),
      api[method](),
    ]);

    await telltale.departures(...roles);
  });
});

describe.runIf(process.platform === 'linux')('a grandchild in a session of its own', () => {
  test.each(['close()', 'a timeout'])('does not survive %s', async (ending) => {
    await using telltale = await Telltale.listen();
    await using api = await createRuntimeApi({
      command: nodeRuntime('daemon'),
      env: { TELLTALE_PORT: String(telltale.port) },
    });
    const invocation = api.invoke({});
    await invocation.delivered;
    await telltale.arrivals('runtime', 'daemon');

    if (ending === 'close()') await api.close();
    else invocation.expire();

    await telltale.departures('runtime', 'daemon');
  });

  test('survives SIGKILL of the test process: no operating system lets us prevent that', async () => {
    await using telltale = await Telltale.listen();
    const host = spawnHost('host.mjs', telltale, nodeRuntime('daemon'));
    await arrivals(telltale, host, ['runtime', 'daemon']);

    host.kill('SIGKILL');
    await telltale.departures('runtime');

    expect(await telltale.ask('daemon', 'are you there?')).toEqual(['alive']);
    expect(await telltale.ask('daemon', 'exit')).toEqual(['connection closed']);
  });
});

/** Resolves when the host's runtime is there; a host that ends before that fails the test instead of stalling it. */
async function arrivals(telltale: Telltale, host: Host, roles: readonly string[]): Promise<void> {
  const early = once(host, 'exit').then(([code]) => {
    throw new Error(`The host ended with code ${code} before its runtime had started.`);
  });
  await Promise.race([telltale.arrivals(...roles), early]);
}

function spawnHost(file: string, telltale: Telltale, command: readonly string[]): Host {
  return spawn(process.execPath, [fixture(`hosts/${file}`), String(telltale.port), ...command], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}
