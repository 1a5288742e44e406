import { expect, test } from 'vitest';
import { besiege } from './siege.ts';

test('a runtime is served while other clients send whatever they can', { timeout: 120_000 }, async () => {
  // Always the same cases: a failure can be repeated.
  const { actsByName, answersByStatus } = await besiege({
    seed: 20_180_601,
    numRuns: 150,
    interruptAfterTimeLimit: 90_000,
    markInterruptAsFailure: true,
  });

  expect(Object.keys(actsByName)).toHaveLength(6);
  expect(Object.keys(answersByStatus)).toEqual(expect.arrayContaining(['200', '400', '403', '404', '405', '431']));
});
