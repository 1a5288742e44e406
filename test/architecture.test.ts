import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

/** What lies directly in `src` and everybody needs. */
const baseFiles = ['errors.ts', 'abort-signal.ts', 'async-dispose.ts', 'check-names.ts', 'similar-name.ts'];

/** The groups a file may belong to; what else lies directly in `src` is `root`. */
const base = ['clock', 'transcript', 'http', ...baseFiles];
const everything = [...base, 'environment', 'runtime-api', 'runtimes', 'client', 'explanation', 'root'];
const mayImport: Readonly<Record<string, readonly string[]>> = {
  clock: base,
  transcript: base,
  http: base,
  environment: ['environment', 'clock', 'transcript', ...baseFiles],
  'runtime-api': ['runtime-api', 'environment', 'http', 'transcript', ...baseFiles],
  runtimes: ['runtimes', 'environment', 'clock', 'transcript', 'client', ...baseFiles],
  client: ['client', 'clock', 'http', ...baseFiles],
  explanation: ['explanation', 'environment', 'transcript', ...baseFiles],
  bootstrap: ['bootstrap', 'client', 'clock', ...baseFiles],
  ...Object.fromEntries(baseFiles.map((file) => [file, baseFiles])),
  root: everything,
  // And the public door, see below.
  matchers: ['matchers'],
};

/** Add-ons see only what users see. */
const addOns = ['matchers'];

/** Nothing else knows that there are test runners. */
const testRunners: Readonly<Record<string, string>> = {
  'matchers/vitest.ts': 'vitest',
  'matchers/jest.ts': '@jest/globals',
};

/** Loaded when first used: importing one takes longer than creating and closing an API. */
const lazyPackages = ['undici', 'get-port'];

const timers = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'];

interface Import {
  readonly specifier: string;
  readonly kind: 'static' | 'type' | 'dynamic';
}

interface SourceFile {
  /** Relative to `src`. */
  readonly path: string;
  readonly imports: readonly Import[];
  /** Global time and timers that are used, such as `Date.now`. */
  readonly timeUses: readonly string[];
}

function read(path: string, text: string): SourceFile {
  const imports: Import[] = [];
  const timeUses: string[] = [];
  const declared = new Set<string>();
  const uses: string[] = [];
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  // A name that the file itself takes from elsewhere is not the global one.
  timeUses.push(...uses.filter((name) => !declared.has(name)));
  return { path, imports, timeUses };

  function visit(node: ts.Node): void {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      imports.push({ specifier: node.moduleSpecifier.text, kind: isTypeOnly(node) ? 'type' : 'static' });
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
      imports.push({ specifier: node.moduleSpecifier.text, kind: isTypeOnly(node) ? 'type' : 'static' });
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      imports.push({ specifier: node.argument.literal.getText().slice(1, -1), kind: 'type' });
    } else if (ts.isCallExpression(node)) {
      readCall(node);
    } else if (ts.isNewExpression(node) && node.expression.getText() === 'Date') {
      // Reading a given moment is no look at the clock.
      if (!node.arguments || node.arguments.length === 0) timeUses.push('new Date()');
    } else if ((ts.isBindingElement(node) || ts.isImportSpecifier(node)) && ts.isIdentifier(node.name)) {
      declared.add(node.name.text);
    }
    ts.forEachChild(node, visit);
  }

  function readCall(node: ts.CallExpression): void {
    const callee = node.expression.getText();
    const [argument] = node.arguments;
    if (node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const specifier = argument && ts.isStringLiteralLike(argument) ? argument.text : '(computed)';
      imports.push({ specifier, kind: 'dynamic' });
    } else if (['Date', 'Date.now', 'performance.now', 'process.nextTick', 'process.hrtime'].includes(callee)) {
      timeUses.push(callee);
    } else if (timers.includes(callee.replace(/^(globalThis|global)\./, ''))) {
      uses.push(callee);
    }
  }
}

function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) {
    const { exportClause } = node;
    const named = exportClause && ts.isNamedExports(exportClause) ? exportClause.elements : [];
    return node.isTypeOnly || (named.length > 0 && named.every((element) => element.isTypeOnly));
  }
  const { importClause } = node;
  if (!importClause) return false;
  const { name, namedBindings, phaseModifier } = importClause;
  if (phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  return (
    !name &&
    namedBindings !== undefined &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.length > 0 &&
    namedBindings.elements.every((element) => element.isTypeOnly)
  );
}

const isLocal = (specifier: string): boolean => specifier.startsWith('.');
const targetOf = (from: string, specifier: string): string => posix.join(posix.dirname(from), specifier);

function groupOf(path: string): string {
  const [folder, ...rest] = path.split('/');
  if (rest.length > 0) return folder ?? '';
  return baseFiles.includes(path) ? path : 'root';
}

function forbiddenImports({ path, imports }: SourceFile): string[] {
  const allowed = mayImport[groupOf(path)] ?? [];
  return imports
    .filter(({ specifier, kind }) => {
      if (isLocal(specifier)) {
        const target = targetOf(path, specifier);
        // The model knows that there are clocks, and has none of its own.
        if (groupOf(path) === 'environment' && groupOf(target) === 'clock') return target !== 'clock/clock.ts';
        if (addOns.includes(groupOf(path)) && target === 'index.ts') return false;
        return !allowed.includes(groupOf(target));
      }
      if (groupOf(path) === 'environment') return true;
      // Which module holds the handler, only its user knows.
      if (groupOf(path) === 'bootstrap' && specifier === '(computed)') return false;
      if (specifier.startsWith('node:')) return false;
      if (testRunners[path] === specifier) return false;
      return !(lazyPackages.includes(specifier) && kind !== 'static');
    })
    .map(({ specifier }) => `${path} → ${specifier}`);
}

function cycles(files: readonly SourceFile[], counted: readonly Import['kind'][]): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const byPath = new Map(files.map((file) => [file.path, file]));
  const walk = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      found.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
      return;
    }
    if (done.has(path)) return;
    for (const { specifier, kind } of byPath.get(path)?.imports ?? []) {
      if (isLocal(specifier) && counted.includes(kind)) walk(targetOf(path, specifier), [...trail, path]);
    }
    done.add(path);
  };
  for (const { path } of files) walk(path, []);
  return found;
}

const sourceFolder = fileURLToPath(new URL('../src', import.meta.url));
const files = readdirSync(sourceFolder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => read(path.replaceAll('\\', '/'), readFileSync(`${sourceFolder}/${path}`, 'utf8')));

describe('the sources', () => {
  test('are all found, with their imports, which all lead to one of them', () => {
    const paths = files.map(({ path }) => path);
    expect(paths).toContain('environment/execution-environment.ts');
    expect(files.find(({ path }) => path === 'index.ts')?.imports.length).toBeGreaterThan(10);

    const lost = files.flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier }) => isLocal(specifier) && !paths.includes(targetOf(path, specifier)))
        .map(({ specifier }) => `${path} → ${specifier}`),
    );
    expect(lost).toEqual([]);
  });

  test('lie in folders for which there is a rule', () => {
    expect(Object.keys(mayImport)).toEqual(
      expect.arrayContaining([...new Set(files.map(({ path }) => groupOf(path)))]),
    );
  });

  test('import only what their folder may', () => {
    expect(files.flatMap(forbiddenImports)).toEqual([]);
  });

  test('import each other in no circle, types left aside', () => {
    expect(cycles(files, ['static', 'dynamic'])).toEqual([]);
  });

  test('import each other in no circle, types included', () => {
    expect(cycles(files, ['static', 'dynamic', 'type'])).toEqual([]);
  });

  test('take time from the clock only', () => {
    const uses = files
      .filter(({ path }) => groupOf(path) !== 'clock')
      .flatMap(({ path, timeUses }) => timeUses.map((use) => `${path}: ${use}`));
    expect(uses).toEqual([]);
  });

  test('take timers from the clock only, by import, too', () => {
    const uses = files
      .filter(({ path }) => groupOf(path) !== 'clock')
      .flatMap(({ path, imports }) =>
        imports.filter(({ specifier }) => /^node:(timers|perf_hooks)/.test(specifier)).map(() => path),
      );
    expect(uses).toEqual([]);
  });
});

describe('the check itself', () => {
  test.each([
    ['environment/a.ts', "import { readFileSync } from 'node:fs';"],
    ['environment/a.ts', "import type { Server } from 'node:http';"],
    ['environment/a.ts', "import { Agent } from 'undici';"],
    ['environment/a.ts', "import { systemClock } from '../clock/system-clock.ts';"],
    ['environment/a.ts', "import { route } from '../http/router.ts';"],
    ['environment/a.ts', "type Server = import('node:http').Server;"],
    ['environment/a.ts', "export * from '../runtimes/command.ts';"],
    ['runtime-api/a.ts', "import { findCommand } from '../runtimes/command.ts';"],
    ['runtime-api/runtime/a.ts', "import { systemClock } from '../../clock/system-clock.ts';"],
    ['runtimes/a.ts', "import type { RuntimeCall } from '../runtime-api/runtime-call.ts';"],
    ['runtimes/a.ts', "const { route } = await import('../http/router.ts');"],
    ['transcript/a.ts', "import type { Invocation } from '../environment/invocation.ts';"],
    ['http/a.ts', "import { createRuntimeApi } from '../create-runtime-api.ts';"],
    ['http/a.ts', "import getPort from 'get-port';"],
    ['client/a.ts', "import { createRuntimeApi } from '../create-runtime-api.ts';"],
    ['client/a.ts', "import type { Invocation } from '../environment/invocation.ts';"],
    ['client/a.ts', "import { Pool } from 'undici';"],
    ['environment/a.ts', "import type { LambdaHandler } from '../client/lambda-handler.ts';"],
    ['matchers/a.ts', "import { openApis } from '../open-apis.ts';"],
    ['matchers/a.ts', "import type { Violation } from '../transcript/transcript.ts';"],
    ['matchers/a.ts', "import { expect } from 'vitest';"],
    ['matchers/vitest.ts', "import { expect } from '@jest/globals';"],
    ['a.ts', "import { matchers } from './matchers/matchers.ts';"],
    ['a.ts', "import { expect } from 'vitest';"],
    ['a.ts', "import { request } from 'undici';"],
    ['a.ts', "export { request } from 'undici';"],
    ['a.ts', "await import('left-pad');"],
    ['a.ts', 'await import(name);'],
    ['bootstrap/a.ts', "import { createRuntimeApi } from '../create-runtime-api.ts';"],
    ['client/a.ts', "import { loadHandler } from '../bootstrap/load-handler.ts';"],
    ['unknown/a.ts', "import '../errors.ts';"],
  ])('finds what %s must not do: %s', (path, text) => {
    expect(forbiddenImports(read(path, text))).toHaveLength(1);
  });

  test.each([
    ['environment/a.ts', "import type { Clock } from '../clock/clock.ts';"],
    ['environment/a.ts', "import { HarnessError } from '../errors.ts';"],
    ['runtime-api/runtime/a.ts', "import { route } from '../../http/router.ts';"],
    ['http/a.ts', "import { createServer } from 'node:http';"],
    ['http/a.ts', "await import('get-port');"],
    ['client/a.ts', "import type { Pool } from 'undici';"],
    ['runtimes/a.ts', "import { runEventLoop } from '../client/event-loop.ts';"],
    ['matchers/a.ts', "import { createRuntimeApi } from '../index.ts';"],
    ['matchers/vitest.ts', "import { expect } from 'vitest';"],
    ['matchers/jest.ts', "import { expect } from '@jest/globals';"],
    ['bootstrap/a.ts', "import { runEventLoop } from '../client/event-loop.ts';"],
    ['bootstrap/a.ts', 'await import(name);'],
    ['a.ts', "import type { Agent } from 'undici';"],
    ['a.ts', "// import { request } from 'undici';"],
    ['a.ts', 'const text = "import { request } from \'undici\';";'],
  ])('lets %s do: %s', (path, text) => {
    expect(forbiddenImports(read(path, text))).toEqual([]);
  });

  test.each([
    'Date.now();',
    'new Date();',
    'new Date;',
    'Date();',
    'performance.now();',
    'setTimeout(() => {}, 1);',
    'globalThis.setInterval(() => {}, 1);',
    'setImmediate(resolve);',
    'queueMicrotask(() => {});',
    'process.nextTick(() => {});',
    'class A { b = () => setTimeout(this.c, 1); }',
  ])('finds the use of global time in: %s', (text) => {
    expect(read('a.ts', text).timeUses).toHaveLength(1);
  });

  test.each([
    'new Date(milliseconds).toISOString();',
    'socket.setTimeout(0);',
    'clock.now();',
    '// Date.now()',
    'const text = "setTimeout(1)";',
    "import { setImmediate } from './elsewhere.ts'; setImmediate();",
  ])('finds none in: %s', (text) => {
    expect(read('a.ts', text).timeUses).toEqual([]);
  });

  test('finds circles of imports, and tells those of types apart', () => {
    const circle = [
      read('a.ts', "import { b } from './b/b.ts';"),
      read('b/b.ts', "import { c } from './c.ts';"),
      read('b/c.ts', "import type { A } from '../a.ts';"),
    ];

    expect(cycles(circle, ['static'])).toEqual([]);
    expect(cycles(circle, ['static', 'type'])).toEqual(['a.ts → b/b.ts → b/c.ts → a.ts']);
  });
});
