import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { createRuntimeApi, reportOpenRuntimeApis } from '../../src/index.ts';

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
