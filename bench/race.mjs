import { Contender } from './contender.mjs';

/**
 * Lets contenders do their tasks in turn, in short blocks, so that whatever else the machine does befalls all alike:
 * what is compared is always of the same moment. Each generation begins with fresh processes, because one process may be
 * compiled or laid out a little better than the next.
 *
 * @param {Record<string, { task: string, options: object, count: number }>} entrants
 *   `count`: how often a block does the task
 * @param {{ generations?: number, rounds: number, warmUpRounds?: number }} extent
 * @returns {Promise<Record<string, number[]>>} what each measured per task, one figure for each round
 */
export async function race(entrants, { generations = 3, rounds, warmUpRounds = 5 }) {
  const names = Object.keys(entrants);
  const figures = Object.fromEntries(names.map((name) => [name, []]));
  for (let generation = 0; generation < generations; generation++) {
    const contenders = await openAll(entrants);
    for (let round = -warmUpRounds; round < rounds / generations; round++) {
      // Whoever comes first in one round comes last in the next.
      if (round % 2) names.reverse();
      for (const name of names) {
        const { count } = entrants[name];
        const measured = await contenders[name].run(count);
        if (round >= 0) figures[name].push(measured / count);
      }
    }
    for (const contender of Object.values(contenders)) await contender.close();
  }
  return figures;
}

async function openAll(entrants) {
  const contenders = {};
  for (const [name, { task, options }] of Object.entries(entrants)) contenders[name] = await Contender.open(task, options);
  return contenders;
}
