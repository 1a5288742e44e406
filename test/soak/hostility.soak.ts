import { expect, test } from 'vitest';
import { besiege } from '../hostility/siege.ts';

const minutes = 4;

/** Different in each run; `SOAK_SEED` repeats one. */
const seed = Number(process.env.SOAK_SEED ?? Math.floor(Math.random() * 2 ** 31));

test(`a runtime is served for ${minutes} minutes while other clients send whatever they can`, async () => {
  console.log(`Hostile clients: the seed is ${seed}`);
  const { invocations, actsByName, answersByStatus } = await besiege({
    seed,
    numRuns: 10_000_000,
    interruptAfterTimeLimit: minutes * 60_000,
    markInterruptAsFailure: false,
  });
  console.log(
    `Hostile clients: ${invocations} invocations served next to`,
    actsByName,
    'answered with',
    answersByStatus,
  );

  expect(invocations).toBeGreaterThan(1000);
});
