import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const repository: string = fileURLToPath(new URL('../..', import.meta.url));

export interface Document {
  /** Relative to the repository, with slashes. */
  readonly path: string;
  readonly text: string;
}

export interface CodeBlock {
  readonly document: string;
  readonly line: number;
  readonly language: string;
  /** What follows the language: the name of a file, or a kind. */
  readonly tag: string;
  readonly code: string;
}

/** The README and its like, and everything in docs/ that was written by hand. */
export const documents: readonly Document[] = [
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'THIRD-PARTY.md'],
  ...readdirSync(`${repository}/docs`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md') && !path.startsWith('api'))
    .sort()
    .map((path) => `docs/${path}`),
].map((path) => ({ path, text: read(path) }));

export function read(path: string): string {
  return readFileSync(`${repository}/${path}`, 'utf8');
}

export function codeBlocks({ path, text }: Document): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { line: number; info: string; lines: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    if (!open && line.startsWith('```')) {
      open = { line: index + 1, info: line.slice(3).trim(), lines: [] };
    } else if (open && line === '```') {
      const [language = '', ...tag] = open.info.split(' ');
      blocks.push({
        document: path,
        line: open.line,
        language,
        tag: tag.join(' '),
        code: `${open.lines.join('\n')}\n`,
      });
      open = undefined;
    } else {
      open?.lines.push(line);
    }
  }
  if (open) throw new Error(`${path}: the code block in line ${open.line} is never closed.`);
  return blocks;
}

/** The text outside of code blocks. */
export function prose({ text }: Document): string {
  return text.replaceAll(/^```.*?^```$/gms, '');
}
