import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createRuntimeApi } from '../../src/index.ts';
import { runtimes } from '../helpers/fixtures.ts';
import { openPipes } from '../helpers/open-pipes.ts';
import { connect } from '../helpers/wire-client.ts';

test('a hundred APIs at once, each with a process of its own, do not mix their events', {
  timeout: 120_000,
}, async () => {
  const before = openResources();
  const numbers = Array.from({ length: 100 }, (_, index) => index);
  const apis = await Promise.all(
    numbers.map(() => createRuntimeApi({ command: runtimes.echo, initTimeoutMs: 100_000 })),
  );

  const results = await Promise.all(
    apis.flatMap((api, index) => [api.invoke({ index }), api.invoke({ index, again: true })]),
  );

  expect(results.map((result) => (result.status === 'success' ? result.payload : result.message))).toEqual(
    numbers.flatMap((index) => [{ index }, { index, again: true }]),
  );
  expect(new Set(apis.map(({ address }) => address)).size).toBe(100);
  expect(apis.flatMap(({ violations }) => violations)).toEqual([]);
  await Promise.all(apis.map((api) => api.close()));
  expect(openResources()).toEqual(before);
});

test('500 cycles of create, invoke and close leave descriptors, handles and memory where they were', async () => {
  await cycles(50, attachedCycle);
  const before = { ...openResources(), heap: heapBytes() };

  await cycles(500, attachedCycle);

  expect(openResources()).toEqual({ descriptors: before.descriptors, handles: before.handles });
  expect(heapBytes() - before.heap).toBeLessThan(2 * 1024 * 1024);
});

test('cycles with a process of their own leave descriptors, handles and memory where they were', async () => {
  await cycles(5, childCycle);
  const before = { ...openResources(), heap: heapBytes() };

  await cycles(40, childCycle);

  expect(openResources()).toEqual({ descriptors: before.descriptors, handles: before.handles });
  expect(heapBytes() - before.heap).toBeLessThan(2 * 1024 * 1024);
});

async function cycles(count: number, cycle: () => Promise<void>): Promise<void> {
  for (let index = 0; index < count; index++) await cycle();
}

async function attachedCycle(): Promise<void> {
  await using api = await createRuntimeApi();
  await using runtime = await connect(api.address);
  const invocation = api.invoke({ n: 1 });
  await runtime.next();
  await runtime.respond(invocation.requestId, '{"n":1}');
  await runtime.park();
  expect((await invocation).status).toBe('success');
}

async function childCycle(): Promise<void> {
  await using api = await createRuntimeApi({ command: runtimes.echo });
  expect((await api.invoke({ n: 1 })).status).toBe('success');
}

function openResources(): { descriptors: number; handles: readonly string[] } {
  return {
    descriptors: process.platform === 'linux' ? countDescriptors() : 0,
    // Requests end by themselves, and the test runner's own timers come and go.
    handles: process
      .getActiveResourcesInfo()
      .filter((type) => !/Req|Timeout/.test(type))
      .sort(),
  };
}

/** The pipes of the last runtime, two descriptors, are kept for a moment: for the next one. */
function countDescriptors(): number {
  return readdirSync('/proc/self/fd').length - Math.min(openPipes().length, 2);
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  // What was only weakly held the first time is gone the second.
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
