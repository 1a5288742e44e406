import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { availableParallelism } from 'node:os';
import { median, sum } from './statistics.mjs';

/** Peers that have to be there to be compared with. */
const peers = {
  'vercel-fun': { name: '@vercel/fun', isThere: () => canImport('@vercel/fun'), hint: 'npm install @vercel/fun' },
  'fastify-server': { name: 'fastify', isThere: () => canImport('fastify'), hint: 'npm install fastify' },
  'runtime-interface-emulator': {
    name: 'RIE',
    isThere: () => isProgram(process.env.RIE),
    hint: 'RIE=<path of aws-lambda-rie>',
  },
  'cargo-lambda': {
    name: 'cargo lambda watch',
    isThere: () => isProgram(process.env.CARGO_LAMBDA),
    hint: 'CARGO_LAMBDA=<path of cargo-lambda>',
  },
};

const atMost = (ratio) => ({ text: `at most ${ratio} ×`, isMet: ({ ratio: found }) => found <= ratio });
const faster = { text: 'faster', isMet: ({ ratio }) => ratio < 1 };
const withinMs = (limit) => ({ text: `within ${limit} ms`, isMet: ({ difference }) => difference <= limit });

/**
 * The scheduler may put both processes on one core, or wake up the other core for every request: that costs more than
 * anything that a server does, and chance decides. So both cases are measured, where processes can be bound to cores.
 */
const canPin = availableParallelism() > 1 && canRun('taskset');
const onOneCore = canPin && { where: ', on one core', cores: [0], runtimeCores: [0] };
const onACoreEach = canPin && { where: ', a core each', cores: [0], runtimeCores: [1] };

const placementOf = ({ cores, runtimeCores } = {}) => ({ cores, runtimeCores });

const warmInvocation = ({ bootstrap, placement, ...race }) => {
  const { where = '' } = placement || {};
  return {
    seconds: 8,
    task: 'warm-invocation',
    ...race,
    what: `warm invocation, ${bootstrap}${where}`,
    options: { runtime: race.runtime, ...placementOf(placement) },
  };
};

const servers = {
  'bare-server': { name: 'bare node:http', reach: atMost(1.25) },
  'fastify-server': { reach: faster },
};

const emulators = {
  'runtime-interface-emulator': { reach: faster },
  'cargo-lambda': { reach: faster },
};

/**
 * An invocation of ours is over when the runtime asks for its next event, as on Lambda; one of @vercel/fun is when the
 * runtime has responded. So that moment is raced for as well.
 */
const coldInvocation = (bootstrap, { runtime, needs }) => [
  {
    what: `cold invocation, ${bootstrap}`,
    needs,
    seconds: 10,
    task: 'cold-invocation',
    options: { runtime },
    count: 1,
    against: {
      'vercel-fun': { reach: faster },
      'runtime-interface-emulator': { reach: faster },
    },
  },
  {
    what: `cold invocation, ${bootstrap}, until the response`,
    needs,
    seconds: 8,
    task: 'cold-invocation',
    options: { runtime, until: 'responded' },
    count: 1,
    against: { 'vercel-fun': { reach: faster } },
  },
];

/**
 * What is raced against what. Blocks last some 20 ms where a task is short: long enough to be timed, short enough to
 * befall the same weather as the next.
 */
export const races = [
  warmInvocation({
    bootstrap: 'raw socket',
    runtime: 'raw',
    placement: onACoreEach,
    seconds: 12,
    count: 100,
    against: servers,
  }),
  onOneCore &&
    warmInvocation({
      bootstrap: 'raw socket',
      runtime: 'raw',
      placement: onOneCore,
      seconds: 12,
      count: 100,
      against: servers,
    }),
  // One at a time: an emulator that has nothing to do still takes its share of the core.
  ...Object.entries(emulators).map(([emulator, { reach }]) =>
    warmInvocation({
      bootstrap: 'raw socket',
      runtime: 'raw',
      placement: onACoreEach,
      count: 100,
      against: { [emulator]: { reach } },
    }),
  ),
  warmInvocation({
    bootstrap: 'Node bootstrap',
    runtime: 'node',
    placement: onOneCore,
    count: 50,
    against: { 'vercel-fun': { reach: { ...atMost(0.67), text: '1.5 × faster' } } },
  }),
  warmInvocation({ bootstrap: 'Node bootstrap', runtime: 'node', count: 50, against: emulators }),
  warmInvocation({
    bootstrap: 'bash and curl',
    runtime: 'bash',
    needs: ['bash', 'curl'],
    seconds: 10,
    // Our invocation waits for the next call of curl, which others start at the end of a block unnoticed.
    count: 10,
    against: { 'vercel-fun': { reach: { text: 'never hangs', isMet: () => true } }, ...emulators },
  }),
  coldInvocation('Node bootstrap', { runtime: 'node' }),
  coldInvocation('bash and curl', { runtime: 'bash', needs: ['bash', 'curl'] }),
  {
    what: 'createRuntimeApi() and close(), no runtime',
    seconds: 5,
    task: 'open-and-close',
    options: {},
    count: 20,
    against: { 'bare-server': { name: 'bare listen and close', reach: withinMs(1) } },
  },
  {
    what: 'import of the main entry, fresh process',
    seconds: 12,
    task: 'import',
    options: { specifiers: ['../../dist/index.mjs'] },
    count: 1,
    against: {
      import: {
        name: 'node:http, node:child_process',
        options: { specifiers: ['node:http', 'node:child_process'] },
        reach: atMost(1.5),
      },
    },
  },
  {
    what: 'invocation of a handler in the test process',
    seconds: 15,
    task: 'warm-invocation',
    subject: 'in-process-harness',
    options: {},
    count: 150,
    against: { 'undici-client': { name: 'bare undici, bare node:http', reach: atMost(1.3) } },
  },
]
  .flat()
  .filter(Boolean)
  .map(withPeers);

/** What is measured by itself. */
export const figures = [
  {
    what: 'heap of an open, idle API',
    task: 'heap-per-api',
    count: 200,
    unit: 'KiB',
    scale: 1024 * 200,
    reach: { text: 'under 100 KiB', isMet: (kibibytes) => kibibytes < 100 },
    repeats: 5,
    combine: median,
  },
  {
    what: 'heap growth over 100 000 invocations',
    task: 'heap-growth',
    count: 10_000,
    unit: 'KiB',
    scale: 1024,
    // What the collector and the compiler keep back differs by that much from one look to the next.
    reach: { text: 'none (under 512 KiB)', isMet: (kibibytes) => kibibytes < 512 },
    repeats: 10,
    combine: sum,
  },
  {
    what: 'resident memory while 200 MiB are streamed',
    task: 'streaming-memory',
    count: 200,
    unit: 'MiB',
    scale: 1024 * 1024,
    reach: { text: 'under +20 MiB', isMet: (mebibytes) => mebibytes < 20 },
    repeats: 3,
    combine: median,
  },
];

/** With as many invocations to a block as make some 20 ms. */
const payloads = {
  '1 KiB': { bytes: 1024, count: 200 },
  '16 KiB': { bytes: 16 * 1024, count: 150 },
  '256 KiB': { bytes: 256 * 1024, count: 15 },
  '1 MiB': { bytes: 1024 ** 2, count: 5 },
  '6 MiB': { bytes: 6 * 1024 ** 2, count: 1 },
};

/**
 * How the cost changes with the size of something; the first entrant is the yardstick. The runtimes of queue and payload
 * live in the process of the API, so that no wake-up of another process hides the cost.
 */
export const curves = [
  {
    what: 'APIs in parallel, each with a runtime',
    per: 'invocation',
    seconds: 6,
    entrants: Object.fromEntries(
      [1, 10, 100].map((apis) => [
        `${apis}`,
        { task: 'parallel-apis', options: { apis, ...placementOf(onACoreEach) }, count: 300 },
      ]),
    ),
  },
  {
    what: 'invocations in the queue',
    per: 'invocation',
    seconds: 15,
    entrants: Object.fromEntries(
      [10, 1000, 10_000].map((length) => [
        `${length}`,
        { task: 'queue', options: { length }, count: Math.max(length, 500) },
      ]),
    ),
  },
  {
    what: 'payload, there and back',
    per: 'invocation',
    seconds: 12,
    entrants: Object.fromEntries(
      Object.entries(payloads).map(([name, { bytes, count }]) => [
        name,
        { task: 'payload', options: { bytes }, count },
      ]),
    ),
  },
];

function withPeers({ needs = [], against, ...race }) {
  const missing = needs.filter((program) => !canRun(program));
  const there = Object.entries(against).filter(([subject]) => peers[subject]?.isThere() ?? true);
  const named = there.map(([subject, peer]) => [subject, { name: peers[subject]?.name, ...peer }]);
  return { ...race, missing, against: Object.fromEntries(missing.length === 0 ? named : []) };
}

/** What was not compared, and how it could be. */
export const skipped = Object.values(peers).filter(({ isThere }) => !isThere());

function canImport(specifier) {
  try {
    return Boolean(import.meta.resolve(specifier));
  } catch {
    return false;
  }
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function canRun(program) {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
