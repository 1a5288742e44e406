import { expect, test } from 'vitest';
import { foldRepeats } from '../../src/explanation/repeats.ts';

const fold = (text: string): string[] =>
  foldRepeats([...text], (letter) => letter.toLowerCase()).map(
    ({ items, repeats }) => `${items.join('')}${repeats === 0 ? '' : ` +${repeats}`}`,
  );

test.each([
  ['', []],
  ['abc', ['a', 'b', 'c']],
  ['aab', ['a', 'a', 'b']],
  ['aaab', ['a +2', 'b']],
  ['xababababy', ['x', 'ab +3', 'y']],
  ['xabababa', ['x', 'ab +2', 'a']],
  ['abcdabcdabcd', ['abcd +2']],
  ['abcdeabcdeabcde', [...'abcdeabcdeabcde']],
  ['aAabBb', ['a +2', 'b +2']],
])('"%s" is folded to %j', (text, folded) => {
  expect(fold(text)).toEqual(folded);
});
