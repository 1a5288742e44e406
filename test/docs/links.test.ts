import { existsSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import { expect, test } from 'vitest';
import { type Document, documents, prose, read, repository } from './documents.ts';

interface Link {
  readonly from: string;
  readonly target: string;
}

const links = documents.flatMap(linksOf).filter(({ target }) => !/^[a-z]+:/.test(target));

test('the documents link to one another', () => {
  expect(links.length).toBeGreaterThan(50);
});

test.each(documents.filter(({ path }) => path.startsWith('docs/')))('the README leads to $path', ({ path }) => {
  expect(links).toContainEqual({ from: 'README.md', target: path });
});

test('every relative link leads to a file or folder of the repository', () => {
  const broken = links.filter((link) => !existsSync(`${repository}/${fileOf(link)}`));

  expect(broken).toEqual([]);
});

test('every anchor is a heading of the document it names', () => {
  const broken = links.filter((link) => {
    const anchor = link.target.split('#')[1];
    return anchor !== undefined && !anchorsOf(read(fileOf(link))).includes(anchor);
  });

  expect(broken).toEqual([]);
});

test('anchors are made as GitHub makes them', () => {
  expect(anchorsOf('# `a(b?)` and C\n\n```sh\n# no heading\n```\n\n## Twice\n\n## Twice\n')).toEqual([
    'ab-and-c',
    'twice',
    'twice-1',
  ]);
});

function linksOf(document: Document): Link[] {
  return [...prose(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({ from: document.path, target }));
}

function fileOf({ from, target }: Link): string {
  const [path = ''] = target.split('#');
  return path === '' ? from : posix.join(dirname(from), path);
}

function anchorsOf(text: string): string[] {
  const seen = new Map<string, number>();
  return [...prose({ path: '', text }).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => {
    const slug = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
}
