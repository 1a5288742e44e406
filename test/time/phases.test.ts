import { describe, expect, test } from 'vitest';
import { HarnessError, type Invocation, manualClock } from '../../src/index.ts';
import { prose, read } from '../docs/documents.ts';
import { openScene, type Scene } from '../helpers/fixtures.ts';
import { isPending } from '../helpers/model.ts';
import { isAlive } from '../helpers/processes.ts';
import { type Puppet, Puppeteer, type Step } from '../helpers/puppet.ts';
import { announced, rulesBroken } from '../helpers/wire-client.ts';

const timeoutMs = 1000;
const initTimeoutMs = 10_000;

const phases = ['queued', 'in init', 'delivered', 'half uploaded', 'responded', 'settled'] as const;
type Phase = (typeof phases)[number];

const causes = ['expire', 'timeout', 'exit', 'close', 'reset', 'abort'] as const;
type Cause = (typeof causes)[number];

/** What the result holds, among others. */
type Result = Readonly<Record<string, unknown>>;
type Code = 'ERR_CLOSED' | 'ERR_RESET' | 'ERR_ABORTED';

/** What becomes of the invocation: a result, a rejection, or nothing – it stays as it is. */
type End = Result | Code | 'goes on' | 'stays';
type Fate = 'untouched' | 'replaced' | 'ended';

interface Cell {
  readonly phase: Phase;
  readonly cause: Cause;
  readonly title: string;
  readonly end: End;
  readonly fate: Fate;
}

const signalled = { code: null, signal: 'SIGKILL' } as const;
const ranOut = { status: 'timeout', error: platformError('Sandbox.Timedout', 'Task timed out after 1.00 seconds') };
const ranOutUndelivered = { ...ranOut, durationMs: 0 };
const died = {
  error: platformError('Runtime.ExitError', 'Runtime exited with error: signal: killed'),
  exit: signalled,
};
const response = { kind: 'response', isJson: true, payload: { pid: expect.any(Number) } };

/** The table of docs/time.md, by row and column. */
const table = {
  queued: {
    expire: ['timeout, runtime untouched', ranOutUndelivered, 'untouched'],
    timeout: ['goes on: its time starts at delivery', 'goes on', 'untouched'],
    exit: ['goes on with a fresh runtime', 'goes on', 'replaced'],
    close: ['ERR_CLOSED, runtime ended', 'ERR_CLOSED', 'ended'],
    reset: ['ERR_RESET, runtime replaced', 'ERR_RESET', 'replaced'],
    abort: ['ERR_ABORTED, runtime untouched', 'ERR_ABORTED', 'untouched'],
  },
  'in init': {
    expire: ['timeout, runtime untouched', ranOutUndelivered, 'untouched'],
    timeout: [
      'init-error, runtime replaced',
      {
        status: 'init-error',
        durationMs: 0,
        error: platformError('Sandbox.Timedout', 'Task timed out after 10.00 seconds'),
      },
      'replaced',
    ],
    exit: ['init-error with exit, runtime replaced', { status: 'init-error', durationMs: 0, ...died }, 'replaced'],
    close: ['ERR_CLOSED, runtime ended', 'ERR_CLOSED', 'ended'],
    reset: ['ERR_RESET, runtime replaced', 'ERR_RESET', 'replaced'],
    abort: ['ERR_ABORTED, runtime untouched', 'ERR_ABORTED', 'untouched'],
  },
  delivered: {
    expire: ['timeout, runtime replaced', ranOut, 'replaced'],
    timeout: ['timeout, runtime replaced', { ...ranOut, durationMs: timeoutMs }, 'replaced'],
    exit: ['runtime-exit, runtime replaced', { status: 'runtime-exit', ...died }, 'replaced'],
    close: ['ERR_CLOSED, runtime ended', 'ERR_CLOSED', 'ended'],
    reset: ['ERR_RESET, runtime replaced', 'ERR_RESET', 'replaced'],
    abort: ['ERR_ABORTED, runtime replaced', 'ERR_ABORTED', 'replaced'],
  },
  'half uploaded': {
    expire: ['timeout, runtime replaced', ranOut, 'replaced'],
    timeout: ['timeout, runtime replaced', { ...ranOut, durationMs: timeoutMs }, 'replaced'],
    exit: [
      'function-error with exit and partialBody, runtime replaced',
      {
        status: 'function-error',
        error: {
          errorType: 'Runtime.TruncatedResponse',
          errorMessage: 'The connection was closed after 10 bytes of the answer.',
        },
        exit: signalled,
        partialBody: Buffer.from('0123456789'),
      },
      'replaced',
    ],
    close: ['ERR_CLOSED, runtime ended', 'ERR_CLOSED', 'ended'],
    reset: ['ERR_RESET, runtime replaced', 'ERR_RESET', 'replaced'],
    abort: ['ERR_ABORTED, runtime replaced', 'ERR_ABORTED', 'replaced'],
  },
  responded: {
    expire: ['timeout with response, runtime replaced', { ...ranOut, response }, 'replaced'],
    timeout: ['timeout with response, runtime replaced', { ...ranOut, durationMs: timeoutMs, response }, 'replaced'],
    exit: ['runtime-exit with response, runtime replaced', { status: 'runtime-exit', ...died, response }, 'replaced'],
    close: ['ERR_CLOSED, runtime ended', 'ERR_CLOSED', 'ended'],
    reset: ['ERR_RESET, runtime replaced', 'ERR_RESET', 'replaced'],
    abort: ['ERR_ABORTED, runtime replaced', 'ERR_ABORTED', 'replaced'],
  },
  settled: {
    expire: ['result stays, runtime untouched', 'stays', 'untouched'],
    timeout: ['result stays, runtime untouched', 'stays', 'untouched'],
    exit: ['result stays, runtime replaced', 'stays', 'replaced'],
    close: ['result stays, runtime ended', 'stays', 'ended'],
    reset: ['result stays, runtime replaced', 'stays', 'replaced'],
    abort: ['result stays, runtime untouched', 'stays', 'untouched'],
  },
} as const satisfies Record<Phase, Record<Cause, readonly [title: string, end: End, fate: Fate]>>;

const cells: readonly Cell[] = phases.flatMap((phase) =>
  causes.map((cause) => {
    const [result, end, fate] = table[phase][cause];
    return { phase, cause, title: `${phase} × ${cause} → ${result}`, end, fate };
  }),
);

describe('what ends an invocation when', () => {
  test.each(cells.map((cell) => [cell.title, cell] as const))('%s', async (_title, { phase, cause, end, fate }) => {
    await using stage = await openStage();
    const { api } = stage.scene;
    const { invocation } = await bring[phase](stage);
    const before = end === 'stays' ? await invocation : undefined;

    await happen[cause](stage, invocation);

    if (end === 'goes on') expect(await isPending(invocation)).toBe(true);
    else if (end === 'stays') expect(await invocation).toBe(before);
    else if (typeof end === 'string') await expectDiscarded(invocation, end, phase);
    else await expectResult(invocation, end);
    await expectFate(stage, { fate, phase, next: () => (end === 'goes on' ? invocation : api.invoke({})) });
    expect(rulesBroken(api)).toEqual(typeof end === 'object' && 'partialBody' in end ? ['body-truncated'] : []);
    await stage.scene.expectNothingLeft();
  });

  test('docs/time.md has this very table', () => {
    const [, chapter = ''] = prose({ path: 'docs/time.md', text: read('docs/time.md') }).split(
      '## What ends an invocation when\n',
    );
    const [, ...columns] = cellsOf(/^\| Phase .*$/m.exec(chapter)?.[0] ?? '');
    const rows = chapter
      .split(/^## /m)[0]
      ?.split('\n')
      .filter((line) => line.startsWith('| **'))
      .map(cellsOf);
    const titles = rows?.flatMap(([phase, ...results]) =>
      results.map((result, index) => `${phase} × ${columns[index]} → ${result}`),
    );

    expect(titles).toEqual(cells.map(({ title }) => title));
  });
});

interface Stage extends AsyncDisposable {
  readonly scene: Scene;
  readonly clock: ReturnType<typeof manualClock>;
  readonly puppeteer: Puppeteer;
  /** The first runtime; it has started, and has not asked for work. */
  readonly puppet: Puppet;
  readonly abort: AbortController;
  /** Sends the invocation that the test is about. */
  invoke(): Invocation;
}

async function openStage(): Promise<Stage> {
  const clock = manualClock();
  const abort = new AbortController();
  const puppeteer = await Puppeteer.listen();
  const { command, env } = puppeteer;
  const scene = await openScene(command, { env, clock, timeoutMs, initTimeoutMs });
  return {
    scene,
    clock,
    puppeteer,
    puppet: await puppeteer.arrival(),
    abort,
    invoke: () => scene.api.invoke({}, { signal: abort.signal }),
    async [Symbol.asyncDispose]() {
      await scene[Symbol.asyncDispose]();
      await puppeteer[Symbol.asyncDispose]();
    },
  };
}

/** In an object: an invocation is a promise itself, and would be awaited along. */
interface Brought {
  readonly invocation: Invocation;
}

const bring: Readonly<Record<Phase, (stage: Stage) => Promise<Brought>>> = {
  async queued(stage) {
    // The one ahead has all the time in the world: only the one that waits is tested.
    stage.scene.api.invoke({}, { timeoutMs: Number.POSITIVE_INFINITY });
    await stage.puppet.take('next');
    return { invocation: stage.invoke() };
  },
  async 'in init'(stage) {
    return { invocation: stage.invoke() };
  },
  async delivered(stage) {
    const invocation = stage.invoke();
    await stage.puppet.take('next');
    await invocation.delivered;
    return { invocation };
  },
  async 'half uploaded'(stage) {
    const { invocation } = await bring.delivered(stage);
    await stage.puppet.take('half');
    await firstOf(invocation.chunks);
    return { invocation };
  },
  async responded(stage) {
    const { invocation } = await bring.delivered(stage);
    await stage.puppet.take('respond');
    await invocation.responded;
    return { invocation };
  },
  async settled(stage) {
    const { invocation } = await bring.responded(stage);
    void stage.puppet.take('next');
    await invocation;
    return { invocation };
  },
};

const happen: Readonly<Record<Cause, (stage: Stage, invocation: Invocation) => Promise<void>>> = {
  async expire(_stage, invocation) {
    invocation.expire();
  },
  async timeout({ clock }) {
    clock.advance(initTimeoutMs);
  },
  async exit({ scene, puppet }) {
    const exited = announced(scene.api, 'runtime.exited');
    process.kill(puppet.pid, 'SIGKILL');
    await exited;
  },
  close: ({ scene }) => scene.api.close(),
  reset: ({ scene }) => scene.api.reset(),
  async abort({ abort }) {
    abort.abort(new Error('enough'));
  },
};

async function expectResult(invocation: Invocation, end: Result): Promise<void> {
  const result = await invocation;
  expect(result).toMatchObject({ ...end, functionError: 'Unhandled', requestId: invocation.requestId });
  if (!('response' in end)) expect(result).not.toHaveProperty('response');
  if (!('exit' in end)) expect(result).not.toHaveProperty('exit');
}

async function expectDiscarded(invocation: Invocation, code: Code, phase: Phase): Promise<void> {
  const error = await invocation.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(HarnessError);
  expect(error).toMatchObject({ code });
  const wasDelivered = phase !== 'queued' && phase !== 'in init';
  expect(await settlementOf(invocation.delivered)).toBe(wasDelivered ? 'resolved' : code);
  expect(await settlementOf(invocation.responded)).toBe(phase === 'responded' ? 'resolved' : code);
}

async function expectFate(
  { scene: { pids }, puppeteer, puppet }: Stage,
  { fate, phase, next }: { fate: Fate; phase: Phase; next: () => Invocation },
): Promise<void> {
  if (fate === 'ended') {
    expect(isAlive(puppet.pid)).toBe(false);
    await expect(next()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    return;
  }
  const invocation = next();
  const server = fate === 'untouched' ? puppet : await puppeteer.arrival();
  const steps = fate === 'untouched' ? stepsToServe[phase] : stepsToServe['in init'];
  for (const step of steps) await server.take(step);
  void server.take('next');

  expect(await invocation).toMatchObject({ status: 'success', payload: { pid: server.pid } });
  expect(isAlive(puppet.pid)).toBe(fate === 'untouched');
  expect(pids).toEqual(fate === 'untouched' ? [puppet.pid] : [puppet.pid, server.pid]);
}

/** What an untouched runtime has yet to do until it has served the next invocation. */
const stepsToServe: Readonly<Record<Phase, readonly Step[]>> = {
  queued: ['respond', 'next', 'respond'],
  'in init': ['next', 'respond'],
  delivered: ['respond', 'next', 'respond'],
  'half uploaded': [],
  responded: ['next', 'respond'],
  settled: ['respond'],
};

function platformError(errorType: string, reason: string): { errorType: string; errorMessage: string } {
  return { errorType, errorMessage: expect.stringMatching(new RegExp(`^RequestId: \\S+ Error: ${reason}$`)) };
}

async function firstOf(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _chunk of chunks) return;
}

async function settlementOf(promise: Promise<void>): Promise<string> {
  return promise.then(
    () => 'resolved',
    (error: HarnessError) => error.code,
  );
}

/** The cells of a row, without Markdown. */
function cellsOf(row: string): string[] {
  return row
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.replaceAll(/[*`']/g, '').trim());
}
