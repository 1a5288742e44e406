import { expect, test } from 'vitest';
import { lastOutput } from '../../src/explanation/last-output.ts';

const shown = (...texts: string[]): string[] =>
  lastOutput(texts.map((text) => ({ stream: 'stderr', text }))).map((line) => line.replace(/^stderr \| /, ''));

test('no more than ten lines are shown, the last ones', () => {
  expect(shown(...'abcdefghijkl')).toEqual([...'cdefghijkl']);
});

test('a line that comes again and again leaves room for those before', () => {
  expect(shown('starting', ...Array<string>(300).fill('greeting Nim'), 'done')).toEqual([
    'starting',
    'greeting Nim',
    '    … (the same 299 times more)',
    'done',
  ]);
});

test('of a stack, the first frames are shown that are not of Node itself', () => {
  expect(
    shown(
      'SyntaxError: Unexpected identifier',
      '    at wrapSafe (node:internal/modules/cjs/loader:1464:18)',
      '    at Module._compile (node:internal/modules/cjs/loader:1495:20)',
      '',
      'TypeError: x is not a function',
      '    at greet (/project/greet.mjs:3:9)',
      '    at file:///project/bootstrap.mjs:7:1',
      '    at other (/project/other.mjs:1:1)',
      '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
      'Node.js v24.0.0',
    ),
  ).toEqual([
    'SyntaxError: Unexpected identifier',
    '    … 2 more frames',
    '',
    'TypeError: x is not a function',
    '    at greet (/project/greet.mjs:3:9)',
    '    at file:///project/bootstrap.mjs:7:1',
    '    … 2 more frames',
    'Node.js v24.0.0',
  ]);
});

test.each([
  ['Java', ['Exception in thread "main" java.lang.Error: no', '\tat Main.a(Main.java:1)']],
  ['Ruby', ["greet.rb:3:in 'greet': no (RuntimeError)", "\tfrom greet.rb:7:in 'block'"]],
])('so it is with the stacks of %s', (_language, [reason = '', frame = '']) => {
  expect(shown(reason, ...Array<string>(20).fill(frame))).toEqual([reason, frame, frame, '    … 18 more frames']);
});
