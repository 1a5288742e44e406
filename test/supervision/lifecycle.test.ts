import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  createRuntimeApi,
  HarnessError,
  type RuntimeApi,
  type TranscriptEntry,
  type Violation,
} from '../../src/index.ts';
import { openScene, runtimes, temporaryDirectory } from '../helpers/fixtures.ts';
import { isAlive } from '../helpers/processes.ts';

interface Served {
  readonly pid: number;
  readonly served: number;
}

const nthRequestId = (serial: number): string => `00000000-0000-4000-8000-${String(serial).padStart(12, '0')}`;

describe('ready() and invoke()', () => {
  test('ready() resolves when the runtime asks for work, as often as it is called', async () => {
    await using api = await createRuntimeApi({ command: runtimes.echo });

    const first = await api.ready();

    expect(first).toMatchObject({ status: 'ready', initDurationMs: expect.any(Number) });
    expect(await api.ready()).toEqual(first);
  });

  test('invoke() waits for a runtime that is slow to start; its time is not the time of the first invocation', async () => {
    await using api = await createRuntimeApi({
      command: runtimes.slowStart,
      env: { START_DELAY_MS: '1000' },
      timeoutMs: 900,
    });

    const result = await api.invoke('hello');

    expect(result).toMatchObject({ status: 'success', payload: 'hello' });
    expect(result.initDurationMs).toBeGreaterThan(950);
    expect(result.report.billedDurationMs).toBeGreaterThanOrEqual(result.initDurationMs ?? Number.POSITIVE_INFINITY);
  });

  test('invocations are served one by one, first come, first served, by one process', async () => {
    await using api = await createRuntimeApi({ command: runtimes.reportsPid });
    const ended: string[] = [];

    const results = await Promise.all(
      [1, 2, 3, 4, 5].map(async () => {
        const result = await api.invoke<Served>({});
        ended.push(result.requestId);
        return result;
      }),
    );

    expect(results.map((result) => 'payload' in result && result.payload.served)).toEqual([1, 2, 3, 4, 5]);
    expect(new Set(results.map((result) => 'payload' in result && result.payload.pid)).size).toBe(1);
    expect(ended).toEqual([1, 2, 3, 4, 5].map(nthRequestId));
  });

  test('only a cold start has an init duration', async () => {
    await using api = await createRuntimeApi({ command: runtimes.echo });

    const cold = await api.invoke({});
    const warm = await api.invoke({});

    expect(cold.initDurationMs).toBeGreaterThan(0);
    expect(cold.report).toHaveProperty('initDurationMs', cold.initDurationMs);
    expect(warm).not.toHaveProperty('initDurationMs');
    expect(warm.report).not.toHaveProperty('initDurationMs');
  });

  test('without a command they wait for the process that the test starts', async () => {
    await using api = await createRuntimeApi();
    const invocation = api.invoke({ name: 'Nim' });

    using runtime = attach(api);

    expect(await invocation).toMatchObject({ status: 'success', payload: { name: 'Nim' } });
    await api.close();
    expect(runtime.child.exitCode).toBe(null);
  });
});

/** What the harness does not start, it does not end. */
function attach(api: RuntimeApi): Disposable & { readonly child: ChildProcess } {
  const [file = '', ...args] = runtimes.echo;
  const child = spawn(file, args, { env: api.environmentVariables, stdio: 'ignore' });
  return { child, [Symbol.dispose]: () => void child.kill('SIGKILL') };
}

describe('the handles of an invocation', () => {
  test('delivered, responded and the result come in this order', async () => {
    await using api = await createRuntimeApi({ command: runtimes.echo });
    const moments: string[] = [];

    const invocation = api.invoke({});
    await Promise.all([
      invocation.delivered.then(() => moments.push('delivered')),
      invocation.responded.then(() => moments.push('responded')),
      invocation.then(() => moments.push('result')),
    ]);

    expect(invocation.requestId).toBe(nthRequestId(1));
    expect(moments).toEqual(['delivered', 'responded', 'result']);
  });

  test('responded resolves while the runtime has not asked for more', async () => {
    await using scene = await openScene(runtimes.respondsAndHangs);
    const invocation = scene.api.invoke({});

    await invocation.responded;
    invocation.expire();

    expect(await invocation).toMatchObject({ status: 'timeout', response: { kind: 'response' } });
    await scene.expectNothingLeft();
  });

  test('chunks holds the response from its first byte, for each reader', async () => {
    await using api = await createRuntimeApi({ command: runtimes.echo });
    const text = 'x'.repeat(300_000);

    const invocation = api.invoke(text);

    for (const read of [await readAll(invocation.chunks), await readAll(invocation.chunks)])
      expect(read).toBe(JSON.stringify(text));
    expect(await invocation).toMatchObject({ status: 'success', payload: text });
  });

  test('chunks shows what has arrived of a response that never ends', async () => {
    await using api = await createRuntimeApi({ command: runtimes.postsHalfAndStays });

    const invocation = api.invoke({});
    for await (const chunk of invocation.chunks) {
      expect(Buffer.from(chunk).toString()).toBe('0123456789');
      invocation.expire();
    }

    expect(await invocation).toMatchObject({ status: 'timeout' });
  });

  test('delivered and responded reject if their moment never came', async () => {
    await using api = await createRuntimeApi({ command: runtimes.exitsInInit });

    const invocation = api.invoke({});

    await expect(invocation.delivered).rejects.toMatchObject({
      code: 'ERR_NOT_DELIVERED',
      message: expect.stringContaining("'init-error'"),
    });
    await expect(invocation.responded).rejects.toMatchObject({ code: 'ERR_NO_RESPONSE' });
    expect(await readAll(invocation.chunks)).toBe('');
    expect(await invocation).toMatchObject({ status: 'init-error' });
  });

  test('expire() before delivery ends the invocation and keeps the runtime', async () => {
    await using scene = await openScene(runtimes.neverAnswers);
    const busy = scene.api.invoke({});
    const queued = scene.api.invoke({ behave: true });
    await busy.delivered;

    queued.expire();

    const result = await queued;
    expect(result).toMatchObject({
      status: 'timeout',
      durationMs: 0,
      message: expect.stringContaining('before its event was delivered'),
    });
    expect(scene.pids.filter(isAlive)).toHaveLength(1);
    busy.expire();
    expect(await busy).toMatchObject({ status: 'timeout' });
    await scene.expectNothingLeft();
  });

  test('expire() after the end does nothing', async () => {
    await using api = await createRuntimeApi({ command: runtimes.reportsPid });
    const invocation = api.invoke<Served>({});
    const result = await invocation;

    invocation.expire();

    expect(await invocation).toBe(result);
    expect(await api.invoke({})).toMatchObject({ status: 'success', payload: { served: 2 } });
  });
});

async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const read: Uint8Array[] = [];
  for await (const chunk of chunks) read.push(chunk);
  return Buffer.concat(read).toString();
}

describe('reset()', () => {
  test('makes the next invocation a cold start, in a fresh process, with everything counted from the start', async () => {
    await using scene = await openScene(runtimes.reportsPid);
    const { api } = scene;
    await api.invoke({});
    await api.invoke({});

    await api.reset();
    expect(scene.pids.filter(isAlive)).toEqual([]);
    expect(api.transcript).toEqual([]);
    const result = await api.invoke({});

    expect(result).toMatchObject({
      status: 'success',
      requestId: nthRequestId(1),
      payload: { pid: scene.pids[1], served: 1 },
    });
    expect(result.initDurationMs).toBeGreaterThan(0);
    expect(api.violations).toEqual([]);
    await scene.expectNothingLeft();
  });

  test('discards what is in flight and what waits', async () => {
    await using scene = await openScene(runtimes.neverAnswers);
    const busy = scene.api.invoke({});
    const queued = scene.api.invoke({});
    await busy.delivered;

    await scene.api.reset();

    await expect(busy).rejects.toMatchObject({ code: 'ERR_RESET' });
    await expect(queued).rejects.toMatchObject({ code: 'ERR_RESET' });
    await expect(queued.delivered).rejects.toMatchObject({ code: 'ERR_RESET' });
    expect(await scene.api.invoke({ behave: true })).toMatchObject({ payload: { pid: scene.pids[1] } });
    await scene.expectNothingLeft();
  });

  test('forgets an init error, so that the next invocation is a new attempt', async () => {
    await using scene = await openScene(runtimes.exitsInInit);
    await scene.api.ready();

    await scene.api.reset();
    await scene.api.invoke({});

    expect(scene.pids).toHaveLength(2);
  });
});

describe('close() settles everything and leaves nothing', () => {
  const closed = { code: 'ERR_CLOSED', name: 'HarnessError' };

  test('while a runtime is being spawned', async () => {
    await using scene = await openScene(runtimes.exitsInInvoke);
    await scene.api.invoke({ code: 1 });
    const invocation = scene.api.invoke({ code: 1 });

    await scene.api.close();

    await expect(invocation).rejects.toMatchObject(closed);
    await scene.expectNothingLeft();
  });

  test('during the Init phase', async () => {
    await using scene = await openScene(runtimes.neverCallsNext);
    const ready = scene.api.ready();
    const invocation = scene.api.invoke({});

    await Promise.all([
      expect(ready).rejects.toMatchObject(closed),
      expect(invocation).rejects.toMatchObject(closed),
      scene.api.close(),
    ]);

    await scene.expectNothingLeft();
  });

  test('while the runtime waits for work', async () => {
    await using scene = await openScene(runtimes.echo);
    await scene.api.ready();

    await scene.expectNothingLeft();
  });

  test('in the middle of an invocation, with others waiting', async () => {
    await using scene = await openScene(runtimes.neverAnswers);
    const invocations = [1, 2, 3].map(() => scene.api.invoke({}));
    await invocations[0]?.delivered;

    await scene.api.close();

    for (const invocation of invocations) await expect(invocation).rejects.toMatchObject(closed);
    for (const { responded } of invocations) await expect(responded).rejects.toMatchObject(closed);
    await expect(invocations[0]?.delivered).resolves.toBeUndefined();
    await expect(invocations[1]?.delivered).rejects.toMatchObject(closed);
    await scene.expectNothingLeft();
  });

  test('in the middle of an upload', async () => {
    await using scene = await openScene(runtimes.postsHalfAndStays);
    const invocation = scene.api.invoke({});
    const reading = readAll(invocation.chunks);
    await scene.printed('half of it is out');

    await Promise.all([expect(reading).rejects.toMatchObject(closed), scene.api.close()]);

    await expect(invocation).rejects.toMatchObject(closed);
    await scene.expectNothingLeft();
  });

  test('between response and next request', async () => {
    await using scene = await openScene(runtimes.respondsAndHangs);
    const invocation = scene.api.invoke({});
    await invocation.responded;

    await scene.api.close();

    await expect(invocation).rejects.toMatchObject(closed);
    await scene.expectNothingLeft();
  });

  test('while the runtime is being stopped for a timeout', async () => {
    await using scene = await openScene(runtimes.neverAnswers);
    const invocation = scene.api.invoke({});
    const queued = scene.api.invoke({});
    await invocation.delivered;

    invocation.expire();
    await scene.api.close();

    expect(await invocation).toMatchObject({ status: 'timeout' });
    await expect(queued).rejects.toMatchObject(closed);
    expect(scene.pids).toHaveLength(1);
    await scene.expectNothingLeft();
  });

  test('during a reset', async () => {
    await using scene = await openScene(runtimes.echo);
    await scene.api.ready();

    await Promise.all([scene.api.reset(), scene.api.close()]);

    await scene.expectNothingLeft();
  });

  test('and makes no unhandled rejection of what nobody awaits', async () => {
    const unhandled: unknown[] = [];
    const listener = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', listener);
    try {
      await using api = await createRuntimeApi({ command: runtimes.neverAnswers });
      void api.ready();
      const [first] = [api.invoke({}), api.invoke({})];
      await first.delivered;
    } finally {
      // Node tells of unhandled rejections before the event loop turns.
      await new Promise((resolve) => setImmediate(resolve));
      process.off('unhandledRejection', listener);
    }
    expect(unhandled).toEqual([]);
  });

  test('once: further calls share its promise', async () => {
    const api = await createRuntimeApi({ command: runtimes.echo });

    const closing = api.close();

    expect(api.close()).toBe(closing);
    expect(api[Symbol.asyncDispose]()).toBe(closing);
    await closing;
    expect(api.close()).toBe(closing);
  });

  test('after which every call says that the API is closed', async () => {
    const api = await createRuntimeApi({ command: runtimes.echo });
    await api.close();

    const invocation = api.invoke({});

    await expect(invocation).rejects.toMatchObject({ ...closed, message: expect.stringContaining('create a new API') });
    await expect(invocation.delivered).rejects.toMatchObject(closed);
    await expect(readAll(invocation.chunks)).rejects.toMatchObject(closed);
    await expect(api.ready()).rejects.toMatchObject(closed);
    await expect(api.reset()).rejects.toMatchObject(closed);
  });
});

describe('an AbortSignal', () => {
  const reason = new Error('enough');

  test('that has fired already starts nothing', async () => {
    await expect(createRuntimeApi({ command: runtimes.echo, signal: AbortSignal.abort(reason) })).rejects.toMatchObject(
      {
        code: 'ERR_ABORTED',
        cause: reason,
      },
    );
  });

  test('ends createRuntimeApi() while it starts the runtime', async () => {
    const controller = new AbortController();

    const opening = openScene(runtimes.echo, { signal: controller.signal });
    controller.abort(reason);

    await expect(opening).rejects.toMatchObject({ code: 'ERR_ABORTED', cause: reason });
  });

  test('after the start no longer matters to the API', async () => {
    const controller = new AbortController();
    await using api = await createRuntimeApi({ command: runtimes.echo, signal: controller.signal });

    controller.abort(reason);

    expect(await api.invoke({})).toMatchObject({ status: 'success' });
  });

  test('ends the wait of ready(), and nothing else', async () => {
    await using api = await createRuntimeApi({ command: runtimes.slowStart, env: { START_DELAY_MS: '50' } });
    const controller = new AbortController();

    const waiting = api.ready({ signal: controller.signal });
    controller.abort(reason);

    await expect(waiting).rejects.toMatchObject({ code: 'ERR_ABORTED', cause: reason });
    expect(await api.ready()).toMatchObject({ status: 'ready' });
  });

  test('gives up an invocation under way, and the runtime with it', async () => {
    await using scene = await openScene(runtimes.neverAnswers);
    const controller = new AbortController();
    const invocation = scene.api.invoke({}, { signal: controller.signal });
    await invocation.delivered;

    controller.abort(reason);

    await expect(invocation).rejects.toMatchObject({ code: 'ERR_ABORTED', cause: reason });
    expect(await scene.api.invoke({ behave: true })).toMatchObject({ payload: { pid: scene.pids[1] } });
    await scene.expectNothingLeft();
  });

  test('takes an invocation that waits out of the queue, and keeps the runtime', async () => {
    await using api = await createRuntimeApi({ command: runtimes.reportsPid });
    const controller = new AbortController();
    const first = api.invoke({});
    const second = api.invoke({}, { signal: controller.signal });
    const third = api.invoke({});

    controller.abort(reason);

    await expect(second).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    await expect(second.delivered).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(await first).toMatchObject({ payload: { served: 1 } });
    expect(await third).toMatchObject({ payload: { served: 2 } });
  });

  test('that fires after the end does nothing', async () => {
    await using api = await createRuntimeApi({ command: runtimes.reportsPid });
    const controller = new AbortController();
    await api.invoke({}, { signal: controller.signal });

    controller.abort(reason);

    expect(await api.invoke({})).toMatchObject({ payload: { served: 2 } });
  });

  test('ends the wait of reset(), which goes on by itself', async () => {
    await using scene = await openScene(runtimes.echo);
    await scene.api.ready();

    await expect(scene.api.reset({ signal: AbortSignal.abort(reason) })).rejects.toMatchObject({ code: 'ERR_ABORTED' });

    expect(await scene.api.invoke({})).toMatchObject({ status: 'success' });
    await scene.expectNothingLeft();
  });
});

describe('the option shutdown', () => {
  test('lets a runtime write its report', async () => {
    await using directory = await temporaryDirectory();
    const report = join(directory.path, 'report.txt');
    await using scene = await openScene(runtimes.writesFileOnSigterm, {
      env: { REPORT_FILE: report },
      shutdown: { signal: 'SIGTERM', graceMs: 20_000 },
    });
    await scene.api.invoke({});
    await scene.api.invoke({});

    await scene.api.reset();

    expect(await readFile(report, 'utf8')).toBe('served 2');
    await scene.api.invoke({});
    await scene.expectNothingLeft();
    expect(await readFile(report, 'utf8')).toBe('served 1');
  });

  test('when it is left out, the runtime is killed at once, as Lambda does', async () => {
    await using directory = await temporaryDirectory();
    await using scene = await openScene(runtimes.writesFileOnSigterm, {
      env: { REPORT_FILE: join(directory.path, 'report.txt') },
    });
    await scene.api.invoke({});

    await scene.expectNothingLeft();

    expect(await directory.list()).toEqual([]);
  });
});

describe('an Init phase that fails', () => {
  test('is told by ready() and by one invocation, then tried again', async () => {
    await using scene = await openScene(runtimes.exitsInInit);

    const ready = await scene.api.ready();
    const first = await scene.api.invoke({});
    expect(scene.pids).toHaveLength(1);
    const second = await scene.api.invoke({});

    expect(ready).toMatchObject({ status: 'init-error', exit: { code: 7 }, error: { errorType: 'Runtime.ExitError' } });
    expect(ready).toHaveProperty('message', expect.stringContaining('stderr | no configuration found'));
    for (const result of [first, second]) {
      expect(result).toMatchObject({
        status: 'init-error',
        logs: { stdout: 'about to start\n', stderr: 'no configuration found\n' },
      });
    }
    expect(scene.pids).toHaveLength(2);
  });

  test('three times, ends three waiting invocations by three processes', async () => {
    await using scene = await openScene(runtimes.exitsInInit);

    const results = await Promise.all([1, 2, 3].map(() => scene.api.invoke({})));

    expect(results).toMatchObject(
      [1, 2, 3].map((serial) => ({ status: 'init-error', requestId: nthRequestId(serial), exit: { code: 7 } })),
    );
    expect(new Set(scene.pids).size).toBe(3);
    await scene.expectNothingLeft();
  });

  test('starts no process that nobody waits for', async () => {
    await using scene = await openScene(runtimes.exitsInInit);

    await scene.api.ready();
    await scene.api.invoke({});
    await scene.api.close();

    expect(scene.pids).toHaveLength(1);
  });
});

describe('the option onViolation', () => {
  test("'fail' rejects the invocation, and hands over the violations and the result", async () => {
    await using api = await createRuntimeApi({ command: runtimes.answersTwice, onViolation: 'fail' });

    const error = await api.invoke({}).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(HarnessError);
    expect(error).toMatchObject({
      code: 'ERR_PROTOCOL_VIOLATION',
      message: expect.stringContaining('second-answer'),
      cause: {
        violations: [{ rule: 'second-answer' }, { rule: 'second-answer' }],
        result: { status: 'success', payload: 'first' },
      },
    });
    expect(await api.invoke({ behave: true })).toMatchObject({ status: 'success' });
  });

  test('calls back with each violation', async () => {
    const violations: Violation[] = [];
    await using api = await createRuntimeApi({
      command: runtimes.answersTwice,
      onViolation: (violation) => void violations.push(violation),
    });

    expect(await api.invoke({})).toMatchObject({ status: 'success' });

    expect(violations).toEqual(api.violations);
    expect(violations).toHaveLength(2);
  });
});

describe('what the harness tells of', () => {
  test('is in the transcript, in order', async () => {
    await using api = await createRuntimeApi({ command: runtimes.echo });
    await api.ready();
    await api.invoke({ name: 'Nim' });

    const requestId = nthRequestId(1);
    const next = { type: 'exchange', method: 'GET', path: '/2018-06-01/runtime/invocation/next' };
    expect(api.transcript).toMatchObject([
      { type: 'platform.initStart', runtime: expect.stringContaining('echo.mjs') },
      { type: 'runtime.started', pid: expect.any(Number) },
      { ...next, requestId, response: { status: 200, body: '{"name":"Nim"}' } },
      { type: 'platform.initReport', status: 'success' },
      { type: 'invocation.queued', requestId, eventBytes: 14 },
      { type: 'platform.start', requestId },
      { type: 'exchange', method: 'POST', requestId, requestBody: '{"name":"Nim"}', response: { status: 202 } },
      { type: 'invocation.responded', requestId, kind: 'response' },
      next,
      { type: 'platform.runtimeDone', requestId, status: 'success' },
    ]);
  });

  test('reaches listeners until they leave', async () => {
    await using api = await createRuntimeApi({ command: runtimes.echo });
    const heard: string[] = [];
    const leave = [
      api.on('invocation.queued', ({ requestId }) => heard.push(`queued ${requestId}`)),
      api.on('platform.start', ({ requestId }) => heard.push(`start ${requestId}`)),
      api.on('invocation.responded', ({ kind }) => heard.push(kind)),
      api.on('platform.runtimeDone', ({ status }) => heard.push(status)),
    ];

    await api.invoke({});
    for (const stop of leave) stop();
    await api.invoke({});

    expect(heard).toEqual([`queued ${nthRequestId(1)}`, `start ${nthRequestId(1)}`, 'response', 'success']);
  });

  test('can be read as a story', async () => {
    await using scene = await openScene(runtimes.exitsInInvoke);
    await scene.api.invoke({ behave: true });
    await scene.api.invoke({ code: 9 });

    const story = scene.api.timeline();

    expectInOrder(story, [
      'init      started:',
      `process   started, pid ${scene.pids[0]}`,
      'init      success after',
      `invoke    ${nthRequestId(1)} delivered to the runtime`,
      `runtime → POST /2018-06-01/runtime/invocation/${nthRequestId(1)}/response {"pid":${scene.pids[0]}} → 202`,
      `invoke    ${nthRequestId(1)} answered by response`,
      `invoke    ${nthRequestId(1)} ended: success after`,
      `test    → invoke ${nthRequestId(2)} (10 bytes)`,
      'process   exited: code 9',
      `invoke    ${nthRequestId(2)} ended: runtime-exit after`,
    ]);
  });

  test('is limited to the last entries', async () => {
    await using api = await createRuntimeApi({ command: runtimes.echo, transcriptLimit: 3 });
    const all: TranscriptEntry[] = [];
    api.on('platform.runtimeDone', (entry) => all.push(entry));

    for (let round = 0; round < 5; round++) await api.invoke({});

    expect(api.transcript).toHaveLength(3);
    expect(all).toHaveLength(5);
    expect(api.timeline()).toMatch(/^ +\(\d+ earlier entries were dropped\)\n/);
  });
});

function expectInOrder(text: string, parts: readonly string[]): void {
  let from = 0;
  for (const part of parts) {
    expect(text.slice(from)).toContain(part);
    from = text.indexOf(part, from) + part.length;
  }
}
