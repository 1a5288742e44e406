import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../helpers/fixtures.ts';
import { deploy, type Files } from './project.ts';

/** A handler whose body is given, in a file of its own. */
const handler = (body: string): Files => ({ 'app.mjs': `export const handler = async (event) => {\n${body}\n};` });

/** Never settles, and nothing is left to do. */
const stalls = 'await new Promise(() => {});';
/** Never settles, either, but keeps the process busy. */
const hangs = 'await new Promise(() => setInterval(() => {}, 60_000));';

describe('an exception that nobody catches', () => {
  test('during an invocation is posted as its error, and ends the process with 129', async () => {
    const source = `setTimeout(() => { throw new RangeError("too far"); }, 1);\n${hangs}`;
    await using function_ = await deploy('app.handler', handler(source));

    const result = await function_.api.invoke({});

    expect(result).toMatchObject({
      status: 'runtime-exit',
      exit: { code: 129, signal: null },
      response: { error: { errorType: 'RangeError', errorMessage: 'too far' } },
    });
    expect(result.logs.stderr).toContain('RangeError: too far');
    expect(function_.api.violations).toEqual([]);
  });

  test('during the Init phase is an init error, and ends the process with 129', async () => {
    const source =
      'setTimeout(() => { throw new RangeError("too far"); }, 1);\nawait new Promise(() => setInterval(() => {}, 60_000));';
    await using function_ = await deploy('app.handler', { 'app.mjs': source });

    expect(await function_.api.ready()).toMatchObject({
      status: 'init-error',
      exit: { code: 129 },
      error: { errorType: 'RangeError', errorMessage: 'too far' },
    });
  });

  test('between two invocations ends the process with 129, and is posted nowhere', async () => {
    const source = 'process.on("SIGUSR2", () => { throw new RangeError("too late"); });';
    await using function_ = await deploy('app.handler', {
      'app.mjs': `${source}\nexport const handler = () => process.pid;`,
    });
    const { api } = function_;
    const exited = new Promise((resolve) => api.on('runtime.exited', resolve));
    const result = await api.invoke<number>({});

    process.kill(result.status === 'success' ? Number(result.payload) : Number.NaN, 'SIGUSR2');

    expect(await exited).toMatchObject({ exitCode: 129 });
    expect(api.transcript.filter((entry) => entry.type === 'exchange' && entry.path.endsWith('/error'))).toEqual([]);
    expect(await api.invoke({})).toMatchObject({ status: 'success', initDurationMs: expect.any(Number) });
  });

  test('while a response streams ends that in error trailers', async () => {
    const source = `export const handler = awslambda.streamifyResponse(async (event, stream) => {
      stream.write("half a ");
      process.on("SIGUSR2", () => { throw new RangeError("too far"); });
      process.kill(process.pid, "SIGUSR2");
      ${hangs}
    });`;
    await using function_ = await deploy('app.handler', { 'app.mjs': source });

    expect(await function_.api.invoke({})).toMatchObject({
      status: 'runtime-exit',
      exit: { code: 129 },
      response: { error: { errorType: 'RangeError', errorMessage: 'too far' } },
    });
    expect(function_.api.violations).toEqual([]);
  });
});

describe('a rejection that nobody handles', () => {
  test('during an invocation is posted as its error, and ends the process with 128', async () => {
    await using function_ = await deploy(
      'app.handler',
      handler(`Promise.reject(new RangeError("too far"));\n${hangs}`),
    );

    const result = await function_.api.invoke({});

    expect(result).toMatchObject({
      status: 'runtime-exit',
      exit: { code: 128 },
      response: {
        error: { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'RangeError: too far' },
      },
    });
  });

  test('during the Init phase is an init error, and ends the process with 128', async () => {
    const source = 'Promise.reject("no reason");\nawait new Promise(() => setInterval(() => {}, 60_000));';
    await using function_ = await deploy('app.handler', { 'app.mjs': source });

    expect(await function_.api.ready()).toMatchObject({
      status: 'init-error',
      exit: { code: 128 },
      error: { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'no reason' },
    });
  });
});

describe('a process', () => {
  test.each([0, 7])('whose handler calls process.exit(%i) is a runtime exit', async (code) => {
    await using function_ = await deploy('app.handler', handler(`process.exit(${code});`));

    expect(await function_.api.invoke({})).toMatchObject({ status: 'runtime-exit', exit: { code, signal: null } });
  });

  test('with nothing left to do while its handler waits fails the invocation, and serves the next', async () => {
    await using function_ = await deploy('app.handler', handler(`if (event.wait) ${stalls}\nreturn "fine";`));

    expect(await function_.api.invoke({ wait: true })).toMatchObject({
      status: 'function-error',
      error: { errorType: 'Runtime.NodeJsExit' },
    });
    expect(await function_.api.invoke({})).toMatchObject({ status: 'success', payload: 'fine' });
    expect(function_.api.transcript.filter(({ type }) => type === 'runtime.started')).toHaveLength(1);
  });

  test('with nothing left to do whose handler never called back answers null', async () => {
    await using function_ = await deploy('app.handler', {
      'app.js': 'exports.handler = (event, context, callback) => {};',
    });

    expect(await function_.api.invoke({})).toMatchObject({ status: 'success', payload: null });
  });

  test('that is idle lives on', async () => {
    await using function_ = await deploy('app.handler', handler('return process.pid;'));
    const pids: unknown[] = [];

    for (let n = 0; n < 3; n++) {
      const result = await function_.api.invoke({});
      pids.push('payload' in result ? result.payload : result.status);
    }

    expect(new Set(pids).size).toBe(1);
  });

  test.each(['idle', 'busy'])('that is asked to end by SIGTERM exits with 0 when it is %s', async (state) => {
    const source = `process.on("exit", (code) => console.log("exit", code));\nexport const handler = async () => { ${hangs} };`;
    const lines: string[] = [];
    await using function_ = await deploy(
      'app.handler',
      { 'app.mjs': source },
      {
        shutdown: { signal: 'SIGTERM', graceMs: 20_000 },
        logs: ({ text }) => lines.push(text),
      },
    );
    await function_.api.ready();
    if (state === 'busy') await function_.api.invoke({}).delivered;

    await function_.api.close();

    expect(lines).toEqual(['exit 0']);
  });

  test('that is asked to end by SIGTERM writes its coverage', async () => {
    await using coverage = await temporaryDirectory();
    await using function_ = await deploy('app.handler', handler('return 1;'), {
      env: { NODE_V8_COVERAGE: coverage.path },
      shutdown: { signal: 'SIGTERM', graceMs: 20_000 },
    });
    await function_.api.invoke({});

    await function_.api.close();

    expect(await coverage.list()).toEqual([expect.stringMatching(/^coverage-.*\.json$/)]);
  });

  test('whose handler listens for SIGTERM ends when that says so', async () => {
    const source =
      'process.on("SIGTERM", () => setTimeout(() => { console.log("cleaned up"); process.exit(3); }, 1));\nexport const handler = async () => {};';
    const lines: string[] = [];
    await using function_ = await deploy(
      'app.handler',
      { 'app.mjs': source },
      {
        shutdown: { signal: 'SIGTERM', graceMs: 20_000 },
        logs: ({ text }) => lines.push(text),
      },
    );
    await function_.api.ready();

    await function_.api.close();

    expect(lines).toEqual(['cleaned up']);
  });
});

test('the trace ID of an invocation is in _X_AMZN_TRACE_ID', async () => {
  await using function_ = await deploy('app.handler', handler('return process.env._X_AMZN_TRACE_ID;'));

  for (const traceId of ['Root=1-one', 'Root=1-two']) {
    expect(await function_.api.invoke({}, { traceId })).toMatchObject({ payload: traceId });
  }
});

test('what the handler prints is in the logs of its invocation', async () => {
  await using function_ = await deploy(
    'app.handler',
    handler('console.log("event", event.n); console.error("err", event.n);'),
  );

  for (const n of [1, 2, 3]) {
    const { logs } = await function_.api.invoke({ n });
    expect([logs.stdout, logs.stderr]).toEqual([`event ${n}\n`, `err ${n}\n`]);
  }
});

test('without a Runtime API the executable says what it needs', async () => {
  const file = fileURLToPath(new URL('../../dist/bootstrap.mjs', import.meta.url));

  const end = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
    execFile(process.execPath, [file, 'app.handler'], { env: {} }, (error, _stdout, stderr) =>
      resolve({ code: error?.code, stderr }),
    );
  });

  expect(end).toEqual({ code: 1, stderr: expect.stringContaining('AWS_LAMBDA_RUNTIME_API is not set') });
});
