import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';

const dist = new URL('../dist/', import.meta.url);

/** Those that load outside their test runner. */
const entries = {
  index: '../src/index.ts',
  client: '../src/client/index.ts',
  matchers: '../src/matchers/index.ts',
  assert: '../src/matchers/assert.ts',
};

describe.each(Object.entries(entries))('the built entry %s', (entry, source) => {
  test('exports what its source does, to import and to require', async () => {
    const names = Object.keys(await import(source)).sort();

    expect(Object.keys(await import(`${dist.href}${entry}.mjs`)).sort()).toEqual(names);
    expect(Object.keys(createRequire(dist)(`./${entry}.cjs`)).sort()).toEqual(names);
  });
});

test("no built module imports one of Node's own, which would load more than is used", () => {
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.mjs'));
  const imports = files.flatMap((file) =>
    readFileSync(new URL(file, dist), 'utf8')
      .split('\n')
      .filter((line) => /^(import|export) .*"node:/.test(line))
      .map((line) => `${file}: ${line}`),
  );

  expect(files).toContain('index.mjs');
  expect(imports).toEqual([]);
});
