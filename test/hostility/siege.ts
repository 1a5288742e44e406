import fc from 'fast-check';
import { expect } from 'vitest';
import { createRuntimeApi } from '../../src/index.ts';
import { connectTo, runtimes } from '../helpers/fixtures.ts';
import { connect, paths, type WireClient } from '../helpers/wire-client.ts';
import { type HostileAct, hostileAct, perform } from './hostile-acts.ts';

export interface SiegeFigures {
  readonly actsByName: Readonly<Record<string, number>>;
  readonly answersByStatus: Readonly<Record<string, number>>;
  readonly invocations: number;
}

/** More connections than this do not stay open at once: a process has only so many descriptors. */
const maxOpen = 50;

/**
 * Serves a well-behaved runtime, a process of its own, while others do what they can to the server. It never crashes,
 * never answers 5xx, tells nobody else about an invocation, works on afterwards, and closes with connections still open.
 * A failure names the seed.
 */
export async function besiege(runs: fc.Parameters<unknown>): Promise<SiegeFigures> {
  await using api = await createRuntimeApi({ command: runtimes.echo, timeoutMs: 60_000, transcriptLimit: 1000 });
  await api.ready();
  const actsByName: Record<string, number> = {};
  const answersByStatus: Record<string, number> = {};
  const open: WireClient[] = [];
  let invocations = 0;

  const storm = async (acts: readonly HostileAct[]): Promise<void> => {
    const secret = `the secret of invocation ${++invocations}`;
    const [result, ...answers] = await Promise.all([
      api.invoke({ secret }),
      ...acts.map((act) => perform(act, api.address, open)),
    ]);
    for (const { name } of acts) actsByName[name] = (actsByName[name] ?? 0) + 1;
    for (const answer of answers) {
      for (const status of statusesIn(answer)) answersByStatus[status] = (answersByStatus[status] ?? 0) + 1;
      expect(answer).not.toMatch(/the secret of/);
    }
    expect(result).toMatchObject({ status: 'success', payload: { secret } });
    expect(Object.keys(answersByStatus).filter((status) => !/^[1-4]/.test(status))).toEqual([]);
    while (open.length > maxOpen) await open.shift()?.close();
  };

  // A time limit ends the assertion, but not the storm that is raging.
  let raging = Promise.resolve();
  const property = fc.asyncProperty(fc.array(hostileAct, { minLength: 1, maxLength: 6 }), (acts) => {
    raging = storm(acts);
    return raging;
  });
  // One that never ends shall end as a failure, which names the seed.
  await fc.assert(property, { timeout: 20_000, ...runs });
  await raging;

  await using polite = await connect(api.address);
  expect((await polite.request('GET', paths.ping)).body.toString()).toBe('pong');
  expect(await api.invoke({ after: 'the storm' })).toMatchObject({
    status: 'success',
    payload: { after: 'the storm' },
  });
  expect(api.transcript.filter(({ type }) => type === 'runtime.exited')).toEqual([]);
  const stayed = open.length;
  await api.close();
  const ends = await Promise.all(open.map(async (client) => (await client.ended()).toString('latin1')));
  expect(ends).toHaveLength(stayed);
  expect(ends.filter((answer) => /the secret of|^HTTP\/1\.1 5/m.test(answer))).toEqual([]);
  await expect(connectTo(api.address)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  return { actsByName, answersByStatus, invocations };
}

function statusesIn(answer: string): string[] {
  return [...answer.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => status ?? '');
}
