import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PreludeParser, type PreludeStep } from '../../src/environment/http-prelude.ts';

const separator = '\0'.repeat(8);
const json = '{"statusCode":201,"headers":{"Content-Type":"text/html"},"cookies":["a=b; Path=/"]}';
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (chunk: Uint8Array): string => new TextDecoder().decode(chunk);

/** Feeds the pieces until there is a verdict; to it belong the bytes that follow. */
function parse(pieces: readonly Uint8Array[]): { step: PreludeStep; body: string } {
  const parser = new PreludeParser();
  for (const [index, piece] of pieces.entries()) {
    const step = parser.push(piece);
    if (step.kind !== 'incomplete') return { step, body: [step.rest, ...pieces.slice(index + 1)].map(text).join('') };
  }
  const step = parser.end();
  return { step, body: step.kind === 'incomplete' ? '' : text(step.rest) };
}

describe('an HTTP prelude', () => {
  test('is told from the body wherever the pieces end', () => {
    const whole = bytes(`${json}${separator}\0body`);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: whole.length }), { maxLength: 20 }), (cuts) => {
        const ends = [...cuts, whole.length].sort((a, b) => a - b);
        const pieces = ends.map((end, index) => whole.slice(ends[index - 1] ?? 0, end));

        const { step, body } = parse(pieces);

        expect(step).toMatchObject({ kind: 'complete', prelude: JSON.parse(json) });
        expect(body).toBe('\0body');
      }),
    );
  });

  test('may be all there is', () => {
    const { step, body } = parse([bytes(`{}${separator}`)]);

    expect(step).toMatchObject({ kind: 'complete', prelude: {} });
    expect(body).toBe('');
  });

  test.each([
    ['no JSON', `hello${separator}body`, 'it is not JSON'],
    ['a list', `[]${separator}body`, 'it is not a JSON object'],
    ['a status in words', `{"statusCode":"OK"}${separator}`, 'its statusCode is not a number from 100 to 599'],
    ['a status out of range', `{"statusCode":99}${separator}`, 'its statusCode is not a number from 100 to 599'],
    ['headers in a list', `{"headers":[]}${separator}`, 'its headers are not an object'],
    ['cookies in an object', `{"cookies":{}}${separator}`, 'its cookies are not a list of strings'],
    ['seven NUL bytes', `{}${'\0'.repeat(7)}body`, 'no 8 NUL bytes behind it'],
    ['nothing', '', 'no 8 NUL bytes behind it'],
  ])('of %s is none, and all bytes are the body', (_what, sent, reason) => {
    const { step, body } = parse([bytes(sent)]);

    expect(step).toMatchObject({ kind: 'invalid', reason });
    expect(body).toBe(sent);
  });

  test('is given up when it is larger than any could be', () => {
    const parser = new PreludeParser();
    expect(parser.push(new Uint8Array(1024 * 1024).fill(32))).toEqual({ kind: 'incomplete' });

    expect(parser.push(bytes(' '))).toMatchObject({ kind: 'invalid', reason: 'no 8 NUL bytes within 1048576 bytes' });
  });
});
