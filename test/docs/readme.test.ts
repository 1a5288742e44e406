import { expect, test } from 'vitest';
import { createRuntimeApi } from '../../src/index.ts';
import { blockOfReadme, comparable, projectOfTheReadme } from './readme-project.ts';

test("the README's test passes, as it stands there", () => {
  using project = projectOfTheReadme();

  const { status, output } = project.runVitest();

  expect(status, output).toBe(0);
  expect(output).toMatch(/Tests\s+2 passed/);
});

test("the README's test fails when its runtime does", () => {
  using project = projectOfTheReadme((bootstrap) => bootstrap.replace('Hello', 'Goodbye'));

  const { status, output } = project.runVitest();

  expect(status, output).toBe(1);
  expect(output).toContain('Goodbye Nim!');
});

test('the failure that the README shows is the one that happens', async () => {
  using project = projectOfTheReadme();
  await using api = await createRuntimeApi({ command: ['./bootstrap.mjs'], cwd: project.directory });

  const result = await api.invoke(null);

  expect(result.status).toBe('runtime-exit');
  if (result.status !== 'runtime-exit') return;
  expect(comparable(result.message)).toEqual(comparable(blockOfReadme('failure')));
});
