import { describe, expect, test } from 'vitest';
import { BufferedBody } from '../../src/environment/response-body.ts';
import { chunksOf, isPending } from '../helpers/model.ts';

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);

describe('the body of a response', () => {
  test('reaches a reader chunk by chunk, as it arrives', async () => {
    const body = new BufferedBody();
    const reader = body[Symbol.asyncIterator]();
    const first = reader.next();
    expect(await isPending(first)).toBe(true);
    body.push(bytes(1), 0);
    expect(await first).toEqual({ done: false, value: bytes(1) });

    const second = reader.next();
    expect(await isPending(second)).toBe(true);
    body.push(bytes(2, 3), 0);
    expect(await second).toEqual({ done: false, value: bytes(2, 3) });
    body.end();

    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  test('reaches every reader from its beginning, early or late', async () => {
    const body = new BufferedBody();
    const early = [chunksOf(body), chunksOf(body)];
    body.push(bytes(1), 0);
    const middle = chunksOf(body);
    body.push(bytes(2), 0);
    body.end();
    const late = chunksOf(body);

    for (const chunks of [...early, middle, late]) expect(await chunks).toEqual([bytes(1), bytes(2)]);
  });

  test('ends with an error for every reader, after what had arrived', async () => {
    const body = new BufferedBody();
    const error = new Error('It was aborted.');
    const early = chunksOf(body);
    body.push(bytes(1), 0);
    body.end(error);
    await expect(early).rejects.toBe(error);

    const reader = body[Symbol.asyncIterator]();
    expect(await reader.next()).toEqual({ done: false, value: bytes(1) });
    await expect(reader.next()).rejects.toBe(error);
  });

  test('ends once: what comes later is not part of it', async () => {
    const body = new BufferedBody();
    body.push(bytes(1), 0);
    body.end();
    body.push(bytes(2), 0);
    body.end(new Error('Too late.'));

    expect(await chunksOf(body)).toEqual([bytes(1)]);
    expect(body.byteLength).toBe(1);
  });

  test('may be empty', async () => {
    const body = new BufferedBody();
    body.end();

    expect(await chunksOf(body)).toEqual([]);
    expect(body.bytes()).toEqual(bytes());
  });

  test('is known as a whole at any time', () => {
    const body = new BufferedBody();
    expect([body.byteLength, body.bytes()]).toEqual([0, bytes()]);
    body.push(bytes(1, 2), 0);
    expect([body.byteLength, body.bytes()]).toEqual([2, bytes(1, 2)]);
    body.push(bytes(3), 0);

    expect([body.byteLength, body.bytes()]).toEqual([3, bytes(1, 2, 3)]);
  });

  test('may be left by a reader before its end', async () => {
    const body = new BufferedBody();
    body.push(bytes(1), 0);
    body.push(bytes(2), 0);
    for await (const chunk of body) {
      expect(chunk).toEqual(bytes(1));
      break;
    }
    body.end();

    expect(await chunksOf(body)).toHaveLength(2);
  });
});
