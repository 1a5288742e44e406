import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createRuntimeApi } from '../../src/index.ts';

const entry = fileURLToPath(new URL('../../dist/client.mjs', import.meta.url));
const commonJsEntry = fileURLToPath(new URL('../../dist/client.cjs', import.meta.url));

/** A runtime in its own process, of the package as it is shipped. */
const script = (code: string): readonly string[] => [
  process.execPath,
  '--input-type=module',
  '-e',
  `import { processIsIdle, runEventLoop } from ${JSON.stringify(entry)};\n${code}`,
];

describe('a process that imports the client', () => {
  test.each([
    ['ESM', `const client = await import(${JSON.stringify(entry)});`],
    ['CommonJS', `const client = require(${JSON.stringify(commonJsEntry)});`],
  ])('loads undici with the first call only: %s', async (_format, load) => {
    await using api = await createRuntimeApi();
    const code = `
      const { createRequire } = require('node:module');
      const { cache } = createRequire(${JSON.stringify(entry)});
      const isLoaded = () => Object.keys(cache).some((path) => path.includes('node_modules/undici'));
      (async () => {
        ${load}
        const seen = [isLoaded()];
        const runtime = client.createRuntimeClient({ address: ${JSON.stringify(api.address)} });
        seen.push(isLoaded());
        await runtime.postInitError('over').catch(() => {});
        seen.push(isLoaded());
        console.log(JSON.stringify(seen));
        await runtime.close();
      })();`;

    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=commonjs', '-e', code]);

    expect(JSON.parse(stdout)).toEqual([false, false, true]);
  });

  test('serves events by the variables it was given, and lives while it waits for work', async () => {
    await using api = await createRuntimeApi({
      command: script('await runEventLoop(async (event) => [event, process.env._X_AMZN_TRACE_ID ?? null]);'),
    });

    expect(await api.invoke(1)).toMatchObject({ status: 'success', payload: [1, null] });
    expect(await api.invoke(2)).toMatchObject({ status: 'success', payload: [2, null] });
    expect(api.violations).toEqual([]);
  });

  test('tells the log of errors, within the invocation', async () => {
    await using api = await createRuntimeApi({
      command: script('await runEventLoop(async () => { throw new RangeError("no such order"); });'),
    });

    const result = await api.invoke({}, { requestId: 'r-1' });

    expect(result).toMatchObject({ status: 'function-error', error: { errorType: 'RangeError' } });
    expect(result.logs.stderr).toContain('The invocation r-1 failed: RangeError: no such order');
  });

  test('exits with the error of a missing setting', async () => {
    const command = script('delete process.env.AWS_LAMBDA_FUNCTION_NAME; await runEventLoop(() => 1);');
    await using api = await createRuntimeApi({ command });

    const ready = await api.ready();

    expect(ready).toMatchObject({ status: 'init-error', exit: { code: 1 } });
    expect(ready.status === 'init-error' && ready.logs.stderr).toContain(
      'AWS_LAMBDA_FUNCTION_NAME is missing or empty',
    );
  });
});
