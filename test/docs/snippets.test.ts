import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { type CodeBlock, codeBlocks, documents, repository } from './documents.ts';

const isTs = ({ language }: CodeBlock): boolean => language === 'ts';
/** Those with a file name are run, by the test of the README. */
const isJs = ({ language, tag }: CodeBlock): boolean => language === 'js' && tag === '';
const blocks = documents.flatMap(codeBlocks).filter((block) => isTs(block) || isJs(block));

/** What the documents import as a module of the reader's. */
const modulesOfReaders = new Map([
  [
    join(repository, 'app.ts'),
    'export async function handler(event: { name: string }): Promise<string> { return event.name; }',
  ],
]);

test('every ts and js block of the documentation type-checks', () => {
  const sources = new Map(blocks.map((block) => [fileNameOf(block), sourceOf(block)]));

  expect(sources.size).toBeGreaterThan(20);
  expect(problemsOf(sources)).toEqual([]);
});

test('the check finds an option that does not exist', () => {
  const source =
    "import { createRuntimeApi } from 'lambda-runtime-harness';\nawait createRuntimeApi({ timeout: 1 });\n";

  expect(problemsOf(new Map([[join(repository, 'wrong.ts'), source]]))).toEqual([
    expect.stringContaining(
      "wrong.ts:2: Object literal may only specify known properties, but 'timeout' does not exist",
    ),
  ]);
});

test('the check finds it in a script, too', () => {
  const source = "const { createRuntimeApi } = require('lambda-runtime-harness');\ncreateRuntimeApi({ timeout: 1 });\n";

  expect(problemsOf(new Map([[join(repository, 'wrong.cjs'), source]]))).toEqual([
    expect.stringContaining("'timeout' does not exist"),
  ]);
});

test('every block is a whole module, a fragment, or a file', () => {
  const unknown = blocks
    .filter(isTs)
    .filter(({ tag }) => tag !== '' && tag !== 'fragment' && !tag.endsWith('.test.ts'));

  expect(unknown).toEqual([]);
});

/** Beside the sources, so that modules are found as they are from there. */
function fileNameOf(block: CodeBlock): string {
  return join(repository, `${block.document.replaceAll('/', '-')}.line-${block.line}.${isTs(block) ? 'ts' : 'cjs'}`);
}

/**
 * A script has Jest's globals. A fragment stands for the body of a test; its own imports replace ours. What we add is on one line, the first, so that
 * a line of the source is a line of the document.
 */
function sourceOf(block: CodeBlock): string {
  const { code, tag } = block;
  if (isJs(block)) return `const { test, expect } = require('@jest/globals');\n${code}`;
  if (tag !== 'fragment') return `\n${code}`;
  const isImport = (line: string): boolean => /^import .* from '.*';$/.test(line);
  const lines = code.split('\n');
  const imports = lines.filter(isImport);
  const names = ['createRuntimeApi', 'manualClock', 'type RuntimeApi'].filter(
    (name) => !imports.some((line) => line.includes(name)),
  );
  const before = [
    `import { ${names.join(', ')} } from 'lambda-runtime-harness';`,
    "import { expect } from 'vitest';",
    "import { spawn } from 'node:child_process';",
    ...imports,
    'declare const api: RuntimeApi;',
    'await (async () => {',
  ];
  return [before.join(' '), ...lines.map((line) => (isImport(line) ? '' : line)), '})();'].join('\n');
}

function problemsOf(sources: ReadonlyMap<string, string>): string[] {
  const options = compilerOptions();
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  const virtual = new Map([...sources, ...modulesOfReaders]);
  host.fileExists = (path) => virtual.has(path) || fileExists(path);
  host.readFile = (path) => virtual.get(path) ?? readFile(path);
  host.getSourceFile = (path, target, ...rest) => {
    const source = virtual.get(path);
    return source === undefined ? getSourceFile(path, target, ...rest) : ts.createSourceFile(path, source, target);
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  return [...sources.keys()].flatMap((path) => {
    const file = program.getSourceFile(path);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(describe);
  });
}

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(repository, 'tsconfig.json'), ts.sys.readFile);
  const { options, errors } = ts.convertCompilerOptionsFromJson(config.compilerOptions, repository);
  expect(errors).toEqual([]);
  return {
    ...options,
    isolatedDeclarations: false,
    declaration: false,
    skipLibCheck: true,
    // Blocks of JavaScript are checked, too.
    allowJs: true,
    checkJs: true,
    paths: {
      'lambda-runtime-harness': [join(repository, 'src/index.ts')],
      'lambda-runtime-harness/client': [join(repository, 'src/client/index.ts')],
      'lambda-runtime-harness/*': [join(repository, 'src/matchers/*.ts')],
      'lambda-runtime-harness/matchers': [join(repository, 'src/matchers/index.ts')],
    },
  };
}

function describe({ file, start, messageText }: ts.Diagnostic): string {
  const text = ts.flattenDiagnosticMessageText(messageText, '\n');
  if (!file || start === undefined) return text;
  const block = blocks.find((candidate) => fileNameOf(candidate) === file.fileName);
  const line = file.getLineAndCharacterOfPosition(start).line + (block?.line ?? 1);
  return `${block?.document ?? file.fileName}:${line}: ${text}`;
}
