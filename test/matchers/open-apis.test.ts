import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { createRuntimeApi, describeWait, manualClock, onFailedResult, reportOpenRuntimeApis } from '../../src/index.ts';
import { openScene, runtimes } from '../helpers/fixtures.ts';

const built = createRequire(import.meta.url)('../../dist/index.cjs') as typeof import('../../src/index.ts');

test('an API that is open is reported once, by any copy of the library', async () => {
  await using first = await createRuntimeApi();
  await using second = await built.createRuntimeApi();

  const report = built.reportOpenRuntimeApis();

  expect(report).toContain('2 API(s) were never closed');
  expect(report?.match(/created at .*open-apis\.test\.ts:\d+/g)).toHaveLength(2);
  expect(reportOpenRuntimeApis()).toBeUndefined();
  expect(first.address).not.toBe(second.address);
});

test('an API that is closed is not reported, and one that came later is', async () => {
  const closed = await createRuntimeApi();
  await closed.close();
  expect(reportOpenRuntimeApis()).toBeUndefined();

  await using _later = await createRuntimeApi();
  expect(reportOpenRuntimeApis()).toContain('1 API(s) were never closed');
});

test('an API that is open says what is waited for, and the last output', async () => {
  const clock = manualClock();
  const script = "console.log('connecting'); setInterval(() => {}, 1000)";
  await using scene = await openScene([process.execPath, '-e', script], { clock, initTimeoutMs: 4000 });
  const invocation = scene.api.invoke(1);
  await scene.printed('connecting');
  clock.advance(1500);

  expect(reportOpenRuntimeApis()?.split('\n').slice(2)).toEqual([
    expect.stringMatching(
      /^ {4}Waiting for .*node.* to ask for its first event \(Init phase\), for 1500 ms so far; initTimeoutMs is 4000\.$/,
    ),
    '    Last output:',
    '      stdout | connecting',
    expect.stringContaining('Write "await using'),
    expect.stringContaining('Give it more time than initTimeoutMs and timeoutMs together'),
    '',
  ]);
  clock.advance(2500);
  expect(await invocation).toMatchObject({ status: 'init-error' });
});

test('describeWait() says what is waited for', async () => {
  const clock = manualClock();
  await using api = await createRuntimeApi({ clock, timeoutMs: 700, initTimeoutMs: 900 });
  const next = `${api.url}/2018-06-01/runtime/invocation/next`;
  expect(describeWait(api)).toBeUndefined();

  const invocation = api.invoke(1);
  const { requestId } = invocation;
  clock.advance(200);
  expect(describeWait(api)).toBe(
    `Waiting for a runtime that asks ${api.address} for its first event (Init phase), for 200 ms so far; initTimeoutMs is 900.`,
  );

  await (await fetch(next)).text();
  await invocation.delivered;
  clock.advance(300);
  const place = /at .*open-apis\.test\.ts:\d+:\d+\)?/.source;
  expect(describeWait(api)).toMatch(
    new RegExp(
      `^Waiting for the runtime to answer the invocation ${requestId} \\(${place}\\), delivered 300 ms ago; its timeoutMs is 700\\.$`,
    ),
  );

  await fetch(next.replace('next', `${requestId}/response`), { method: 'POST', body: '1' });
  await invocation.responded;
  expect(describeWait(api)).toContain(`to ask for the next event after its answer to the invocation ${requestId}`);
  clock.advance(400);
  expect(await invocation).toMatchObject({ status: 'timeout' });
  expect(describeWait(api)).toBeUndefined();
});

test('describeWait() of an API that is closed says nothing', async () => {
  const api = await createRuntimeApi();
  api.invoke(1).catch(() => {});
  expect(describeWait(api)).toContain('Waiting for a runtime that asks');

  await api.close();

  expect(describeWait(api)).toBeUndefined();
});

test('results that are no success are told to those who want to know, in any copy of the library', async () => {
  const told: unknown[] = [];
  const stop = built.onFailedResult((failed) => told.push(failed));
  await using api = await createRuntimeApi({ command: runtimes.exitsInInvoke });
  await using failing = await createRuntimeApi({ command: ['sh', '-c', 'exit 7'] });

  const result = await api.invoke({ code: 3 });
  const init = await failing.ready();

  expect(told).toEqual([
    { api, invokedAt: expect.stringMatching(/^at .*open-apis\.test\.ts:/), message: String(result) },
    { api: failing, message: String(init) },
  ]);
  stop();
  await api.invoke({ code: 3 });
  expect(told).toHaveLength(2);
});

test('a success is told to nobody', async () => {
  const told: unknown[] = [];
  const stop = onFailedResult((failed) => told.push(failed));
  await using api = await createRuntimeApi({ command: runtimes.echo });

  await api.invoke(1);
  await api.ready();
  stop();

  expect(told).toEqual([]);
});
