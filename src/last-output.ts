import type { LogLine } from './environment/runtime.ts';

const shownLines = 10;

/** Of a longer stack, these say where it happened. */
const shownFrames = 2;

/** The last lines of what a runtime printed. Long stacks are shortened: the reason of a crash stands before its frames. */
export function lastOutput(lines: readonly LogLine[]): string[] {
  const texts: string[] = [];
  let frames = 0;
  const endFrames = (): void => {
    const hidden = frames - shownFrames;
    if (hidden > 0) texts.push(`    … ${hidden} more frame${hidden === 1 ? '' : 's'}`);
    frames = 0;
  };
  for (const { stream, text } of lines) {
    if (isFrame(text) && ++frames > shownFrames) continue;
    if (!isFrame(text)) endFrames();
    texts.push(`${stream} | ${text}`);
  }
  endFrames();
  return texts.slice(-shownLines);
}

/** A line of a stack as Node and Java print it. */
function isFrame(text: string): boolean {
  return /^\s+(at \S|\.\.\. \d+ more)/.test(text);
}
