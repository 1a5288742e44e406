/** Items that follow each other, and how often the whole of them came again right after. */
export interface Block<Item> {
  readonly items: readonly Item[];
  readonly repeats: number;
}

/** What goes wrong in a loop leaves a trace of a few items, again and again. */
const longestBlock = 4;

/** To say "once more" takes as much room as to show it. */
const fewestRepeats = 2;

/** Cuts a list into blocks, so that repetitions take no room. `keyOf` says which items are the same. */
export function foldRepeats<Item>(items: readonly Item[], keyOf: (item: Item) => string): Block<Item>[] {
  const keys = items.map(keyOf);
  const blocks: Block<Item>[] = [];
  for (let start = 0; start < items.length; ) {
    const { length, repeats } = findRepeats(keys, start);
    blocks.push({ items: items.slice(start, start + length), repeats });
    start += length * (repeats + 1);
  }
  return blocks;
}

function findRepeats(keys: readonly string[], start: number): { length: number; repeats: number } {
  for (let length = 1; length <= longestBlock; length++) {
    let same = 0;
    while (start + length + same < keys.length && keys[start + same] === keys[start + length + same]) same++;
    const repeats = Math.floor(same / length);
    if (repeats >= fewestRepeats) return { length, repeats };
  }
  return { length: 1, repeats: 0 };
}

export function describeRepeats(repeats: number): string {
  return `… (the same ${repeats} times more)`;
}
