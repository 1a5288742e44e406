import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createRuntimeApi, type RuntimeApiOptions } from '../../src/index.ts';
import { read, repository } from './documents.ts';

test('a runtime that nobody attached is described in a sentence', async () => {
  await using api = await createRuntimeApi({ initTimeoutMs: 1 });

  const result = await api.invoke({});

  expect(result.status).toBe('init-error');
  if (result.status !== 'init-error') return;
  expect(result.message).not.toContain('Start a process that you start');
  expect(result.message).toContain('api.environmentVariables');
});

test('the timeout of an attached runtime does not claim that it was killed', async () => {
  await using api = await createRuntimeApi();
  const invocation = api.invoke({});
  await (await fetch(`${api.url}/2018-06-01/runtime/invocation/next`)).text();
  await invocation.delivered;

  invocation.expire();
  const result = await invocation;

  expect(result.status).toBe('timeout');
  if (result.status !== 'timeout') return;
  expect(result.message).not.toContain('It was killed');
});

test.each(['toString', 'constructor'])(
  'an option called "%s" is refused like any that does not exist',
  async (name) => {
    await expect(createRuntimeApi({ [name]: 1 } as RuntimeApiOptions)).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTION',
    });
  },
);

test('no error code is documented that nothing throws', () => {
  const codes = new Set(read('src/errors.ts').match(/(?<=\| ')ERR_\w+(?=')/g));
  const thrown = readdirSync(`${repository}/src`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && path !== 'errors.ts')
    .flatMap((path) => read(`src/${path}`).match(/(?<=')ERR_\w+(?=')/g) ?? []);

  expect([...codes].filter((code) => !thrown.includes(code))).toEqual([]);
});
