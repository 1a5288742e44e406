import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createRuntimeApi } from '../../src/index.ts';
import { needs } from '../helpers/tools.ts';

const answersAndDies = fileURLToPath(new URL('../fixtures/runtimes/answers-and-dies.py', import.meta.url));

// Its death may be noticed before its answer is read; 6 MiB take many reads.
describe.skipIf(needs('python3')).each([10, 1_000_000, 6_000_000])('an answer of %d bytes', (bytes) => {
  test.each([
    ['the same connection', {}],
    ['a new connection', { NEW_CONNECTION: '1' }],
  ])('on %s is heard to its end, though the runtime is dead by then', async (_name, variables) => {
    await using api = await createRuntimeApi({
      command: [answersAndDies],
      env: { RESPONSE_BYTES: String(bytes), ...variables },
    });

    const results = await Promise.all(Array.from({ length: 5 }, () => api.invoke({})));

    for (const result of results) {
      expect(result).toMatchObject({ status: 'runtime-exit', exit: { code: 0, signal: null } });
      expect(result.logs.stdout).toBe('last words\n');
      expect(result.status === 'runtime-exit' && result.response).toMatchObject({
        kind: 'response',
        body: { length: bytes },
      });
    }
  });
});
