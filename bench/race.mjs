import { performance } from 'node:perf_hooks';
import { Contender } from './contender.mjs';

/** Fresh processes for each: one may happen to be compiled or laid out a little better than the next. */
const generations = 3;

/** Until then, Node is still compiling. */
const warmUpMs = 500;

/**
 * Lets contenders do their tasks in turn, in short blocks, until the time is up. Whatever else the machine does befalls all
 * alike, so figures of the same round can be compared.
 *
 * @param {Record<string, { task: string, options: object, count: number }>} entrants
 *   `count`: how often a block does the task
 * @param {number} seconds warm-up and the start of processes not counted
 * @returns {Promise<{ figures: Record<string, number[]>, failures: Record<string, string> }>}
 *   what each measured per task, one figure for each round; who failed is out of the race
 */
export async function race(entrants, seconds) {
  const figures = Object.fromEntries(Object.keys(entrants).map((name) => [name, []]));
  const failures = {};
  for (let generation = 0; generation < generations; generation++) {
    const contenders = {};
    await inTurn(Object.keys(entrants), failures, async (name) => {
      const { task, options, count } = entrants[name];
      contenders[name] = await Contender.open(task, options);
      const endsAt = performance.now() + warmUpMs;
      do await contenders[name].run(count);
      while (performance.now() < endsAt);
    });
    const names = Object.keys(entrants);
    for (const endsAt = performance.now() + (seconds * 1000) / generations; performance.now() < endsAt; ) {
      await inTurn(names, failures, async (name) => {
        const { count } = entrants[name];
        figures[name].push((await contenders[name].run(count)) / count);
      });
      // Whoever comes first in one round comes last in the next.
      names.reverse();
    }
    await Promise.all(Object.values(contenders).map((contender) => contender.close()));
  }
  return { figures, failures };
}

async function inTurn(names, failures, action) {
  for (const name of names) {
    if (failures[name] !== undefined) continue;
    try {
      await action(name);
    } catch (error) {
      failures[name] = error.message;
    }
  }
}
