import { setTimeout } from 'node:timers/promises';

class NameMissing extends Error {
  name = 'NameMissing';
}

export async function handler({ name, pauseMs = 0 }, context) {
  if (name === undefined) throw new NameMissing('the event has no name');
  console.log(`greeting ${name}, ${context.getRemainingTimeInMillis()} ms left`);
  await setTimeout(pauseMs);
  return `Hello ${name}!`;
}
