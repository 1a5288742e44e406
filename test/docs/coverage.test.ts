import { describe, expect, test } from 'vitest';
import { moves } from '../../src/environment/lifecycle.ts';
import { adviceFor } from '../../src/environment/violations.ts';
import { read } from './documents.ts';

describe('failures.md', () => {
  const text = table('docs/failures.md');

  test.each(membersOfUnion('src/errors.ts', 'HarnessErrorCode'))('has a row for the error code %s', (code) => {
    expect(text).toMatch(new RegExp(`^\\| \`${code}\` \\|`, 'm'));
  });

  test('has a row for nothing that is no error code', () => {
    const rows = [...text.matchAll(/^\| `(ERR_\w+)` \|/gm)].map(([, code]) => code);

    expect(rows.sort()).toEqual(membersOfUnion('src/errors.ts', 'HarnessErrorCode').sort());
  });

  test('names for each error code and each status a test that shows it', () => {
    const rows = [...text.matchAll(/^\| `(ERR_\w+)` \|.*\[[\w-]+\]\(\.\.\/(test\/[^)]+)\) \|$/gm)];
    const chapters = [...text.matchAll(/^### ([\w-]+)\n\nShown by \[[\w-]+\]\(\.\.\/(test\/[^)]+)\)\.$/gm)];
    const untold = [...rows, ...chapters].filter(([, what, test = '']) => !read(test).includes(`'${what}'`));

    // One code needs Windows.
    expect(rows).toHaveLength(membersOfUnion('src/errors.ts', 'HarnessErrorCode').length - 1);
    expect(chapters).toHaveLength(statuses().length);
    expect(untold).toEqual([]);
  });

  test('has a row for every field that all results have, and all failures', () => {
    const [results = ''] = text.split('### success');
    const rows = [...results.matchAll(/^\| `(\w+)` \|/gm)].map(([, field]) => field);

    expect(rows.sort()).toEqual([...fieldsOf('CommonResult'), ...fieldsOf('FailedResult'), 'status'].sort());
  });

  test.each(statuses())("has a chapter on the status '%s'", (status) => {
    expect(text).toMatch(new RegExp(`^### ${status}$`, 'm'));
  });
});

describe('README.md', () => {
  test.each(statuses())("has a row for the status '%s'", (status) => {
    expect(table('README.md')).toMatch(new RegExp(`^\\| \`'${status}'\` \\|`, 'm'));
  });
});

describe('violations.md', () => {
  const text = table('docs/violations.md');

  test.each(Object.entries(adviceFor))('has a row for the rule %s, with its advice', (rule, advice) => {
    const row = text.split('\n').find((line) => line.startsWith(`| \`${rule}\` |`));

    expect(row).toContain(`| ${advice} |`);
  });

  test('has a row for nothing that is no rule', () => {
    const rows = [...text.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, rule]) => rule);

    expect(rows.sort()).toEqual(Object.keys(adviceFor).sort());
  });
});

describe('options.md', () => {
  const text = table('docs/options.md');

  test.each(['src/options.ts', 'src/invoke-options.ts'])('has a row for every option of %s, and no other', (path) => {
    const chapter = text.split(/^## /m).find((part) => part.startsWith(chapterOf(path))) ?? '';
    const rows = [...chapter.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap(([, names = '']) => names.match(/\w+/g));

    expect(rows.sort()).toEqual(optionsOf(path).sort());
  });

  function chapterOf(path: string): string {
    return path === 'src/options.ts' ? '`createRuntimeApi(' : '`invoke(';
  }
});

describe('concepts.md', () => {
  const text = table('docs/concepts.md');

  test.each(Object.entries(moves))('has the allowed moves from %s', (from, allowed) => {
    const cells = Object.entries(allowed).map(([move, to]) => `${move} → \`${to}\``);

    expect(text).toContain(`| \`${from}\` | ${cells.join(' · ')} |`);
  });

  test('draws every allowed move from one state to another, and no other', () => {
    const arrows = [...text.matchAll(/^ {2}(\w+) --> (\w+): (\w+)$/gm)].map(([, from, to, move]) => [from, move, to]);
    const allowed = Object.entries(moves).flatMap(([from, tos]) =>
      Object.entries(tos)
        .filter(([, to]) => to !== from)
        .map(([move, to]) => [from, move, to]),
    );

    expect(arrows.sort()).toEqual(allowed.sort());
  });
});

describe('transcript.md', () => {
  const source = read('src/transcript/transcript.ts');
  const types = [...source.matchAll(/readonly type: '([\w.]+)'/g)].map(([, type]) => type);

  test('has a row for every type of entry, and no other', () => {
    const rows = [...table('docs/transcript.md').matchAll(/^\| `([\w.]+)` \|/gm)].map(([, type]) => type);

    expect(types.length).toBeGreaterThan(10);
    expect(rows.sort()).toEqual(types.sort());
  });
});

describe('runtimes.md', () => {
  const source = read('src/runtimes/lambda-environment-variables.ts');
  const text = table('docs/runtimes.md');

  test('names every variable that a runtime sees or that is reserved', () => {
    const inTheEnvironment = [...source.matchAll(/^ {4}([A-Za-z_]+):/gm)].map(([, name = '']) => name);
    const reserved = [...source.matchAll(/^ {2}'([A-Z_]+)',$/gm)].map(([, name = '']) => name);

    expect(inTheEnvironment.length).toBeGreaterThan(15);
    expect(reserved.length).toBeGreaterThan(15);
    expect([...inTheEnvironment, ...reserved].filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });
});

/** A document as it is before the formatter aligns the columns of its tables. */
function table(path: string): string {
  return read(path).replaceAll(/ +\|/g, ' |');
}

function statuses(): string[] {
  return [...read('src/invocation-result.ts').matchAll(/^export interface (\w+Result)\b.*?^}/gms)]
    .filter(([, name]) => unionOfResults().includes(name ?? ''))
    .map(([body]) => /readonly status: '([\w-]+)'/.exec(body)?.[1] ?? `${body} has no status`);
}

function fieldsOf(name: string): string[] {
  const [, body = ''] =
    new RegExp(`^interface ${name}\\b.*?\\{(.*?)^\\}`, 'ms').exec(read('src/invocation-result.ts')) ?? [];
  return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, field = '']) => field);
}

function unionOfResults(): string[] {
  const [, union = ''] =
    /export type InvocationResult<T = unknown> =(.*?);/s.exec(read('src/invocation-result.ts')) ?? [];
  return union.match(/\w+Result/g) ?? [];
}

function membersOfUnion(path: string, name: string): string[] {
  const [, union = ''] = new RegExp(`export type ${name} =(.*?);`, 's').exec(read(path)) ?? [];
  return [...union.matchAll(/'([^']+)'/g)].map(([, member = '']) => member);
}

function optionsOf(path: string): string[] {
  const [, body = ''] = /^export interface \w+Options \{(.*?)^\}/ms.exec(read(path)) ?? [];
  return [...body.matchAll(/^ {2}readonly (\w+)\?:/gm)].map(([, option = '']) => option);
}
