import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { versions } from '../runtimes/versions.ts';
import { read, repository } from './documents.ts';

const page = read('docs/languages.md');
const chapters = page.split(/^(?=##+ )/m);

/** The folders of test/runtimes that drive a runtime. */
const folders = new Set(filesBelow('test/runtimes', '.runtimes.ts').map((path) => dirname(path)));

describe('languages.md', () => {
  test.each([...folders])('names %s', (folder) => {
    expect(page).toContain(`](../${folder})`);
  });

  test.each([...folders].filter((folder) => knownAnswersIn(folder).length > 0))(
    'has a row for each answer that %s is known to give',
    (folder) => {
      const evidence = evidenceOf(folder).flatMap((cell) => cell.match(/(?<=`known\.)\w+/g) ?? []);

      expect([...new Set(evidence)].sort()).toEqual(knownAnswersIn(folder));
    },
  );

  test.each([...folders].filter((folder) => evidenceOf(folder).length > 0))(
    'names tests that %s has, and nothing besides as evidence',
    (folder) => {
      const titles = titlesIn(folder);
      const cells = evidenceOf(folder);
      const quoted = cells
        .flatMap((cell) => cell.match(/(?<=^|; )_[^_].*?_(?=;|$)/g) ?? [])
        .map((quote) => quote.slice(1, -1));

      expect(cells.filter((cell) => !/^(`known\.\w+`|_.+?_)(; (`known\.\w+`|_.+?_))*$/.test(cell))).toEqual([]);
      expect(quoted.filter((quote) => !titles.some((title) => isTitle(quote, title)))).toEqual([]);
    },
  );

  test('has the pinned version of each package, and no other', () => {
    const rows = chapterCalled('### Versions').matchAll(/^\| `([^`]+)` \| (\S+) \|$/gm);

    expect(Object.fromEntries([...rows].map(([, name, version]) => [name, version]))).toEqual(
      Object.assign({}, ...Object.values(versions)),
    );
  });

  test('names no other version of a package that it tells to install', () => {
    const named = [
      ...page.matchAll(/(aws-lambda-ric|awslambdaric|aws-lambda-java-runtime-interface-client)(?:@|==|-)(\d[\d.]*\d)/g),
    ];
    const pinned: Readonly<Record<string, string>> = Object.assign({}, ...Object.values(versions));

    expect(named.length).toBeGreaterThan(2);
    expect(named.filter(([, name = '', version]) => pinned[name] !== version)).toEqual([]);
  });

  test('quotes the test of two runtimes', () => {
    const source = read('test/runtimes/two-runtimes/two-runtimes.runtimes.ts');
    const [loop = ''] = /^ {4}for \(const event of events\) \{.*?^ {4}\}$/ms.exec(source) ?? [];
    const [answerOf = ''] = /^\/\*\*[^\n]*\n^function answerOf.*?^\}$/ms.exec(source) ?? [];

    expect(chapterCalled('## Two runtimes side by side')).toContain(loop.replaceAll(/^ {4}/gm, ''));
    expect(chapterCalled('## Two runtimes side by side')).toContain(answerOf);
    expect(loop).toContain('answerOf(actual)');
    expect(answerOf).toContain('function answerOf');
  });

  test('has a row for every double, and no other', () => {
    const rows = [...chapterCalled('### Doubles').matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name]) => name);
    const doubles = readdirSync(`${repository}/test/fixtures/doubles`).filter((name) => name.endsWith('.mjs'));

    expect(rows.sort()).toEqual(doubles.map((name) => name.replace('.mjs', '')).sort());
  });

  test('has a row for every typical mistake, and no other', () => {
    const rows = [...chapterCalled('### Typical mistakes').matchAll(/\| `([\w-]+\.\w+)` \|$/gm)].map(
      ([, name]) => name,
    );
    const mistakes = readdirSync(`${repository}/test/fixtures/mistakes`).filter((name) => /\.(mjs|sh)$/.test(name));

    expect(rows.sort()).toEqual(mistakes.sort());
  });
});

function chapterCalled(heading: string): string {
  const found = chapters.find((chapter) => chapter.startsWith(`${heading}\n`));
  if (found === undefined) throw new Error(`languages.md has no chapter "${heading}".`);
  return found;
}

/** The last column of the table that follows the words "([tests](folder)):". */
function evidenceOf(folder: string): string[] {
  const [, after = ''] = page.split(`([tests](../${folder})):\n`);
  const [table = ''] = after.trimStart().split(/\n(?!\|)/);
  const [header = '', , ...rows] = table.split('\n');
  return header.endsWith('| Seen in |') ? rows.map((row) => row.split(' | ').at(-1)?.replace(/ \|$/, '') ?? '') : [];
}

/** The keys of every `known` in the folder, sorted: in an object literal, also by way of a constant. */
function knownAnswersIn(folder: string): string[] {
  const keys = new Set<string>();
  for (const path of filesBelow(folder, '.ts')) {
    visit(ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true), (node) => {
      const isKnown =
        (ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node)) && node.name.getText() === 'known';
      if (!isKnown || !node.initializer || !ts.isObjectLiteralExpression(node.initializer)) return;
      for (const property of node.initializer.properties) {
        if (ts.isPropertyAssignment(property)) keys.add(property.name.getText());
      }
    });
  }
  return [...keys].sort();
}

/** The first arguments of `test(…)` and `describe(…)`, with `…` for what is put in; of a table of tests, each name. */
function titlesIn(folder: string): string[] {
  const titles: string[] = [];
  for (const path of filesBelow(folder, '.ts')) {
    visit(ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true), (node) => {
      if (!ts.isCallExpression(node) || !/^(test|describe)\b/.test(node.expression.getText())) return;
      const [title] = node.arguments;
      if (title && ts.isStringLiteralLike(title)) titles.push(title.text);
      if (title && ts.isTemplateExpression(title)) titles.push(`${title.head.text}…`);
    });
  }
  return titles;
}

/** "says …" stands for every title that begins so. */
function isTitle(quote: string, title: string): boolean {
  return quote.endsWith('…') ? title.startsWith(quote.slice(0, -1)) : title === quote;
}

function visit(node: ts.Node, action: (node: ts.Node) => void): void {
  action(node);
  ts.forEachChild(node, (child) => visit(child, action));
}

function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(`${repository}/${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .map((path) => `${folder}/${path}`);
}
