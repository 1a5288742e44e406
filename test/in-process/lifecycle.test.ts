import type { APIGatewayProxyHandlerV2, Handler, SQSHandler } from 'aws-lambda';
import { describe, expect, test, vi } from 'vitest';
import { createRuntimeApi, manualClock, type RuntimeApiOptions } from '../../src/index.ts';

/** A promise, and what settles it. */
function gate<T = void>(): { readonly opened: Promise<T>; readonly open: (value: T) => void } {
  let open: (value: T) => void = () => {};
  const opened = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('a handler in this process', () => {
  test('closes over the variables of its test', async () => {
    const seen: unknown[] = [];
    await using api = await createRuntimeApi({ handler: (event) => seen.push(event) });

    await api.invoke({ n: 1 });

    expect(seen).toEqual([{ n: 1 }]);
  });

  test('is in the transcript as any other runtime', async () => {
    await using api = await createRuntimeApi({ handler: async function greet() {} });
    await api.ready();
    await api.invoke({}, { requestId: 'one' });

    const moments = api.transcript.map((entry) =>
      entry.type === 'exchange' ? `${entry.method} ${entry.path}` : entry.type,
    );

    expect(moments).toEqual([
      'platform.initStart',
      'runtime.started',
      'GET /2018-06-01/runtime/invocation/next',
      'platform.initReport',
      'invocation.queued',
      'platform.start',
      'POST /2018-06-01/runtime/invocation/one/response',
      'invocation.responded',
      'GET /2018-06-01/runtime/invocation/next',
      'platform.runtimeDone',
    ]);
    expect(api.timeline()).toContain('the handler greet, in this process');
  });

  test('answers too late after a timeout: nobody hears of it, and nothing is unhandled', async () => {
    const late = gate<string>();
    const failing = gate();
    const pending = [() => late.opened, () => failing.opened.then(() => Promise.reject(new Error('too late')))];
    const calls = [gate(), gate()];
    await using api = await createRuntimeApi({
      handler: (index) => {
        calls[Number(index)]?.open();
        return pending[Number(index)]?.() ?? 'fresh';
      },
    });
    for (const [index, call] of calls.entries()) {
      const invocation = api.invoke(index);
      await call.opened;
      invocation.expire();
      expect(await invocation).toMatchObject({ status: 'timeout' });
    }

    late.open('late');
    failing.open();
    const result = await api.invoke(2);

    expect(result).toMatchObject({ status: 'success', payload: 'fresh' });
    const posts = api.transcript.filter((entry) => entry.type === 'exchange' && entry.method === 'POST');
    expect(posts).toHaveLength(1);
    expect(api.violations).toEqual([]);
  });

  test('that blocks the process past its timeout has timed out, as is found when the process is free again', async () => {
    const block = (ms: number): void => {
      const end = performance.now() + ms;
      while (performance.now() < end);
    };
    await using api = await createRuntimeApi({ timeoutMs: 20, handler: (ms) => block(Number(ms)) });
    await api.ready();

    const result = await api.invoke(100);

    expect(result.status).toBe('timeout');
    expect(await api.invoke(0, { timeoutMs: 10_000 })).toMatchObject({ status: 'success' });
  });

  test('that times out is told from a process that was killed', async () => {
    await using api = await createRuntimeApi({ handler: () => new Promise(() => {}) });
    const invocation = api.invoke({});
    await invocation.delivered;

    invocation.expire();

    expect(await invocation).toHaveProperty(
      'message',
      expect.stringContaining('a handler in the test process cannot be killed'),
    );
  });

  test('has no logs and no memory of its own', async () => {
    await using api = await createRuntimeApi({ handler: () => 'quiet' });

    const { logs, report } = await api.invoke({});

    expect(logs).toMatchObject({ stdout: '', stderr: '', lines: [] });
    expect(report.maxMemoryUsedMb).toBeUndefined();
  });

  test('may close its own API', async () => {
    const api = await createRuntimeApi({ handler: () => api.close() });

    await expect(api.invoke({})).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });

  test('may invoke another', async () => {
    await using inner = await createRuntimeApi({ handler: async (n) => Number(n) * 2 });
    await using outer = await createRuntimeApi({
      handler: async (n) => {
        const result = await inner.invoke<number>(n);
        return result.status === 'success' && Number(result.payload) + 1;
      },
    });

    expect(await outer.invoke(3)).toMatchObject({ payload: 7 });
  });

  test('may be a handler of @types/aws-lambda', async () => {
    const plain: Handler<{ name: string }, string> = async ({ name }) => `Hello ${name}!`;
    const callback: Handler<string, string> = (event, _context, done) => done(null, event);
    const http: APIGatewayProxyHandlerV2 = async ({ rawPath }) => ({ statusCode: 200, body: rawPath });
    const queue: SQSHandler = async () => {};

    for (const [handler, event, payload] of [
      [plain, { name: 'Nim' }, 'Hello Nim!'],
      [callback, 'text', 'text'],
      [http, { rawPath: '/' }, { statusCode: 200, body: '/' }],
      [queue, { Records: [] }, null],
    ] satisfies (readonly [RuntimeApiOptions['handler'], unknown, unknown])[]) {
      await using api = await createRuntimeApi({ handler });
      expect(await api.invoke(event)).toMatchObject({ status: 'success', payload });
    }
  });
});

describe('the time that a handler has left', () => {
  test('passes with the clock of the test', async () => {
    const clock = manualClock();
    const remaining: number[] = [];
    const started = gate();
    const goOn = gate();
    await using api = await createRuntimeApi({
      clock,
      timeoutMs: 5000,
      handler: async (_event, context) => {
        remaining.push(context.getRemainingTimeInMillis());
        started.open();
        await goOn.opened;
        remaining.push(context.getRemainingTimeInMillis());
      },
    });
    const invocation = api.invoke({});
    await started.opened;

    clock.advance(1500);
    goOn.open();
    await invocation;

    expect(remaining).toEqual([5000, 3500]);
  });

  test('is that of the deadline it was told', async () => {
    const clock = manualClock();
    await using api = await createRuntimeApi({
      clock,
      handler: (_event, context) => context.getRemainingTimeInMillis(),
    });

    expect(await api.invoke({}, { deadline: 70 })).toMatchObject({ payload: 70 });
    expect(await api.invoke({}, { deadline: -5 })).toMatchObject({ payload: -5 });
  });

  test('ends in a timeout when the clock of the test says so', async () => {
    const clock = manualClock();
    await using api = await createRuntimeApi({ clock, timeoutMs: 900_000, handler: () => new Promise(() => {}) });
    const invocation = api.invoke({});
    await invocation.delivered;

    clock.advance(900_000);

    expect(await invocation).toMatchObject({ status: 'timeout', durationMs: 900_000 });
  });

  test('is real under fake timers', async () => {
    vi.useFakeTimers();
    await using api = await createRuntimeApi({
      timeoutMs: 60_000,
      handler: (_event, context) => context.getRemainingTimeInMillis(),
    });
    try {
      vi.setSystemTime(0);
      const result = await api.invoke<number>({});

      expect(result.status === 'success' && Number(result.payload)).toBeGreaterThan(30_000);
      expect(result.status === 'success' && Number(result.payload)).toBeLessThanOrEqual(60_000);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('process.env', () => {
  const lookUp = (name: unknown) => process.env[String(name)] ?? null;

  test('is left alone', async () => {
    const before = { ...process.env };
    await using api = await createRuntimeApi({ handler: (name) => lookUp(name) });

    expect(await api.invoke('AWS_LAMBDA_FUNCTION_NAME')).toMatchObject({ payload: null });
    expect(await api.invoke('_X_AMZN_TRACE_ID')).toMatchObject({ payload: null });
    expect({ ...process.env }).toEqual(before);
  });

  test('holds the Lambda environment for a handler that asks for it, until close()', async () => {
    const before = { ...process.env };
    const api = await createRuntimeApi({
      handler: (name) => lookUp(name),
      exposeEnvironment: true,
      functionName: 'orders',
      env: { TABLE_NAME: 'table', TZ: 'Asia/Tokyo' },
    });

    for (const [name, payload] of [
      ['AWS_LAMBDA_FUNCTION_NAME', 'orders'],
      ['AWS_LAMBDA_RUNTIME_API', api.address],
      ['TABLE_NAME', 'table'],
      ['TZ', 'Asia/Tokyo'],
    ]) {
      expect(await api.invoke(name as string)).toMatchObject({ payload });
    }
    expect(await api.invoke('_X_AMZN_TRACE_ID', { traceId: 'Root=1-trace' })).toMatchObject({
      payload: 'Root=1-trace',
    });
    await api.close();

    expect({ ...process.env }).toEqual(before);
  });

  test('is put back as it was, after a reset(), too', async () => {
    vi.stubEnv('TABLE_NAME', 'mine');
    vi.stubEnv('_X_AMZN_TRACE_ID', 'mine, too');
    const before = { ...process.env };
    await using api = await createRuntimeApi({
      handler: (name) => lookUp(name),
      exposeEnvironment: true,
      env: { TABLE_NAME: 'table' },
    });
    try {
      expect(await api.invoke('TABLE_NAME')).toMatchObject({ payload: 'table' });

      await api.reset();

      expect({ ...process.env }).toEqual(before);
      expect(await api.invoke('TABLE_NAME')).toMatchObject({ payload: 'table' });
      await api.close();
      expect({ ...process.env }).toEqual(before);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test('belongs to one API at a time', async () => {
    const options: RuntimeApiOptions = { handler: (name) => lookUp(name), exposeEnvironment: true };
    const before = { ...process.env };
    const first = await createRuntimeApi(options);

    await expect(createRuntimeApi(options)).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTION',
      message: expect.stringContaining('another API of this process exposes its environment variables'),
    });

    expect(await first.invoke('AWS_LAMBDA_RUNTIME_API')).toMatchObject({ payload: first.address });
    await first.close();
    await using second = await createRuntimeApi(options);
    expect(await second.invoke('AWS_LAMBDA_RUNTIME_API')).toMatchObject({ payload: second.address });
    await second.close();
    expect({ ...process.env }).toEqual(before);
  });
});
