import { EventEmitter, once } from 'node:events';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRuntimeApi, HarnessError, manualClock, type RuntimeApiOptions } from '../../src/index.ts';
import { codeBlocks, read, repository } from './documents.ts';
import { comparable, type Project, projectOfTheReadme } from './readme-project.ts';

// `npx vitest run test/docs -u` writes the messages into the document.
const document = 'docs/failures.md';

const ways: Readonly<Record<string, (project: Project) => Promise<string>>> = {
  'not-executable': async (project) => {
    chmodSync(join(project.directory, 'bootstrap.mjs'), 0o644);
    return refusalOf(project);
  },
  'no-shebang': async (project) => {
    edit(project, (bootstrap) => bootstrap.replace(/^#!.*\n/, ''));
    return refusalOf(project);
  },
  'exits-at-start': async (project) => {
    edit(project, (bootstrap) => bootstrap.replace('\n\n', "\nimport { greet } from './greet.mjs';\n\n"));
    await using api = await start(project);
    return messageOf(await api.invoke({ name: 'Nim' }));
  },
  'never-asks': async (project) => {
    edit(project, (bootstrap) => bootstrap.replace(/^import[\s\S]*/m, server));
    const clock = manualClock();
    const printed = new EventEmitter();
    const listening = once(printed, 'line');
    await using api = await start(project, { clock, logs: () => void printed.emit('line') });
    const invocation = api.invoke({ name: 'Nim' });
    await listening;
    clock.advance(10_000);
    return messageOf(await invocation);
  },
  'no-loop': async (project) => {
    edit(project, (bootstrap) => bootstrap.replace('for (;;) {', '{'));
    await using api = await start(project);
    return messageOf(await api.invoke({ name: 'Nim' }));
  },
};

/** What frameworks for the web do. */
const server = `import { createServer } from 'node:http';

const server = createServer((request, response) => response.end('"Hello!"'));
server.listen(0, () => console.log('listening'));
`;

test('failures.md shows the messages about a bootstrap that is broken in five ways', async () => {
  let text = read(document);
  for (const [way, run] of Object.entries(ways)) {
    using project = projectOfTheReadme();
    const message = (await run(project)).replaceAll(project.directory, '/project');
    const shown = codeBlocks({ path: document, text }).find(({ tag }) => tag === way)?.code ?? '';
    // The numbers of the run that was written down stay as they are.
    if (JSON.stringify(comparable(message)) === JSON.stringify(comparable(shown))) continue;
    text = text.replace(blockCalled(way), () => `\`\`\`text ${way}\n${message}\n\`\`\``);
  }

  await expect(text).toMatchFileSnapshot(join(repository, document));
});

test('failures.md shows every one of these messages, and no other', () => {
  const tags = codeBlocks({ path: document, text: read(document) }).flatMap(({ language, tag }) =>
    language === 'text' ? [tag] : [],
  );

  expect(tags).toEqual(Object.keys(ways));
});

function edit({ directory }: Project, change: (bootstrap: string) => string): void {
  const path = join(directory, 'bootstrap.mjs');
  const before = readFileSync(path, 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(path, after);
}

function start({ directory }: Project, options: RuntimeApiOptions = {}) {
  return createRuntimeApi({ command: ['./bootstrap.mjs'], cwd: directory, timeoutMs: 25_000, ...options });
}

async function refusalOf(project: Project): Promise<string> {
  const refusal = await start(project).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(HarnessError);
  return String(refusal);
}

function messageOf(result: object): string {
  expect(result).toHaveProperty('message');
  return 'message' in result ? String(result.message) : '';
}

function blockCalled(tag: string): RegExp {
  return new RegExp(`^\`\`\`text ${tag}\\n.*?^\`\`\`$`, 'ms');
}
