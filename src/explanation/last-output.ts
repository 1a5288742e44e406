import type { LogLine } from '../environment/runtime.ts';
import { describeRepeats, foldRepeats } from './repeats.ts';

const shownLines = 10;

/** Of a longer stack, these say where it happened. */
const shownFrames = 2;

/**
 * The last lines of what a runtime printed. Long stacks are shortened, for the reason of a crash stands before its
 * frames, and repetitions folded.
 */
export function lastOutput(lines: readonly LogLine[]): string[] {
  const texts = shortenStacks(lines);
  return foldRepeats(texts, (text) => text)
    .flatMap(({ items, repeats }) => (repeats === 0 ? items : [...items, `    ${describeRepeats(repeats)}`]))
    .slice(-shownLines);
}

function shortenStacks(lines: readonly LogLine[]): string[] {
  const texts: string[] = [];
  let shown = 0;
  let hidden = 0;
  const endStack = (): void => {
    if (hidden > 0) texts.push(`    … ${hidden} more frame${hidden === 1 ? '' : 's'}`);
    shown = 0;
    hidden = 0;
  };
  for (const { stream, text } of lines) {
    if (!isFrame(text)) {
      endStack();
    } else if (shown === shownFrames || isFrameOfNode(text)) {
      hidden++;
      continue;
    } else {
      shown++;
    }
    texts.push(`${stream} | ${text}`);
  }
  endStack();
  return texts;
}

/** A line of a stack as Node, Java or .NET print it, or Ruby. */
function isFrame(text: string): boolean {
  return /^\s+(at \S|from \S+:\d+:in |\.\.\. \d+ more)/.test(text);
}

/** It says nothing of the program. */
function isFrameOfNode(text: string): boolean {
  return /^\s+at .*\bnode:internal\//.test(text);
}
