import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { createRuntimeApi } from '../../src/index.ts';
import '../../src/matchers/vitest.ts';
import { read } from './documents.ts';
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

  const failure = await Promise.resolve(expect(api.invoke(null)).toSucceedWith('Hello you!')).catch(
    (error: unknown) => error,
  );

  const message = stripVTControlCharacters(failure instanceof Error ? failure.message : String(failure));
  const shown = blockOfReadme('failure');
  const isTheSame = JSON.stringify(comparable(message)) === JSON.stringify(comparable(shown));
  const text = read('README.md');
  const updated = text.replace(
    /^```text failure\n.*?^```$/ms,
    () => `\`\`\`text failure\n${message.replaceAll(project.directory, '/project')}\n\`\`\``,
  );
  await expect(isTheSame ? text : updated).toMatchFileSnapshot('../../README.md');
});
