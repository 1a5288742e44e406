import { describe, expect, test } from 'vitest';
import { parseXRayCause, type XRayCause, type XRayException } from '../../src/environment/xray-cause.ts';

const maxBytes = 65_536;
const maxTextBytes = 30_720;

const sizeOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));
const exception = (bytes: number): XRayException => ({ message: 'x'.repeat(bytes), type: 'E', stack: [] });

function parsed(cause: Partial<XRayCause>): XRayCause {
  const read = parseXRayCause(JSON.stringify(cause));
  if (!read) throw new Error('The cause was not accepted.');
  return read;
}

describe('a cause for X-Ray', () => {
  test('keeps what X-Ray knows, and drops other keys', () => {
    const text = JSON.stringify({
      working_directory: '/var/task',
      exceptions: [{ message: 'm', type: 't', stack: [{ path: 'p', line: 3, label: 'l', column: 4 }], remote: true }],
      paths: ['a', 'b'],
      message: 'text',
      id: 'dropped',
    });

    expect(parseXRayCause(text)).toEqual({
      working_directory: '/var/task',
      exceptions: [{ message: 'm', type: 't', stack: [{ path: 'p', line: 3, label: 'l' }] }],
      paths: ['a', 'b'],
      message: 'text',
    });
  });

  test.each([
    ['{"message":"m"}', 'message', 'm'],
    ['{"working_directory":"/"}', 'working_directory', '/'],
    ['{"paths":["p"]}', 'paths', ['p']],
    ['{"exceptions":[{}]}', 'exceptions', [{ message: '', type: '', stack: [] }]],
  ] as const)('%s is enough of one', (text, key, value) => {
    expect(parseXRayCause(text)?.[key]).toEqual(value);
  });

  test.each([
    '',
    'text',
    'null',
    '[]',
    '"text"',
    '{}',
    '{"unknown":1}',
    '{"working_directory":"","exceptions":[],"paths":[],"message":""}',
    '{"exceptions":{}}',
    '{"paths":"p"}',
  ])('%o is none', (text) => {
    expect(parseXRayCause(text)).toBeUndefined();
  });

  test('of just the largest size is left alone', () => {
    const empty = sizeOf({ working_directory: '', exceptions: [], paths: [], message: '' });
    const message = 'x'.repeat(maxBytes - empty);
    expect(parsed({ message }).message).toBe(message);

    expect(parsed({ message: `${message}x` }).message.length, 'one byte more is cut').toBe(maxTextBytes);
  });

  test.each([
    [8, 11, 10],
    [6, 16, 10],
    [4, 20, 10],
    [2, 40, 10],
    [0, 80, 10],
  ])('that is too large keeps the first %d exceptions of %d KiB out of %d', (kept, kibibytes, count) => {
    // Each is a little smaller than its name, to leave room for the rest of the cause.
    const exceptions = Array.from({ length: count }, (_, index) => exception((kibibytes * 1024 * 0.65) | index));
    const factor = [0.8, 0.6, 0.4, 0.2].find(
      (candidate) =>
        sizeOf({ working_directory: '', exceptions: exceptions.slice(0, count * candidate), paths: [], message: '' }) <=
        maxBytes,
    );
    expect(Math.round((factor ?? 0) * count), 'the example is what its title says').toBe(kept);

    expect(parsed({ exceptions }).exceptions).toEqual(exceptions.slice(0, kept));
  });

  test('that is too large is cut in exceptions and paths alike, rounded down', () => {
    const exceptions = Array.from({ length: 7 }, () => exception(10_000));
    const paths = Array.from({ length: 9 }, (_, index) => `path ${index}`);

    const { exceptions: kept, paths: keptPaths } = parsed({ exceptions, paths });
    // 0.8: ⌊5.6⌋ exceptions and ⌊7.2⌋ paths.
    expect(kept).toHaveLength(5);
    expect(keptPaths).toEqual(paths.slice(0, 7));
  });

  test('that fits no other way loses its lists, and its texts are cut', () => {
    const cause = parsed({
      working_directory: 'd'.repeat(40_000),
      message: 'm'.repeat(40_000),
      exceptions: [exception(10)],
      paths: ['p'],
    });

    expect(cause.exceptions).toEqual([]);
    expect(cause.paths).toEqual([]);
    expect(cause.message).toBe(`${'m'.repeat(maxTextBytes - 3)}...`);
    expect(cause.working_directory).toBe(`${'d'.repeat(maxTextBytes - 3)}...`);
    expect(sizeOf(cause)).toBeLessThanOrEqual(maxBytes);
  });

  test('keeps a short text whole when the other one is cut', () => {
    const cause = parsed({ working_directory: '/var/task', message: 'm'.repeat(70_000) });

    expect(cause.working_directory).toBe('/var/task');
  });

  test('is measured in bytes of UTF-8, not in characters', () => {
    // 33 000 characters are 66 000 bytes.
    const { message } = parsed({ message: 'ü'.repeat(33_000) });

    expect(message.endsWith('ü...')).toBe(true);
    expect(Buffer.byteLength(message)).toBeLessThanOrEqual(maxTextBytes);
    expect(Buffer.byteLength(message)).toBeGreaterThan(maxTextBytes - 4);
  });

  test.each(['ü', '€', '😀'])('is never cut within a character: %s', (character) => {
    for (const offset of ['', 'a', 'aa', 'aaa']) {
      const { message } = parsed({ message: offset + character.repeat(70_000) });
      expect(message).not.toContain('\uFFFD');
      expect(message.slice(offset.length, -3).replaceAll(character, '')).toBe('');
    }
  });
});
