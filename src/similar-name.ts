/** A typing error or two. */
const mostEdits = 2;

/** Shorter ones are in many names, and near to many. */
const shortestPart = 3;

/** Of the names that there are, the one that was probably meant. */
export function similarName(given: string, names: readonly string[]): string | undefined {
  const wanted = given.toLowerCase();
  const distances = names.map((name) => ({ name, edits: editsBetween(wanted, name.toLowerCase()) }));
  const [nearest] = distances.sort((a, b) => a.edits - b.edits);
  if (nearest && nearest.edits <= Math.min(mostEdits, wanted.length / 2)) return nearest.name;
  const related = (relation: Relation): string | undefined =>
    names.find((name) => relation(wanted, name.toLowerCase()) || relation(name.toLowerCase(), wanted));
  return related(isBeginning) ?? related(isPart);
}

type Relation = (part: string, whole: string) => boolean;
const isBeginning: Relation = (part, whole) => part.length >= shortestPart && whole.startsWith(part);
const isPart: Relation = (part, whole) => part.length >= shortestPart && whole.includes(part);

/** How many letters have to be put in, left out or replaced. */
function editsBetween(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const above = row;
    row = [index + 1];
    for (let column = 0; column < to.length; column++) {
      const replaced = cost(above, column) + (letter === to[column] ? 0 : 1);
      row.push(Math.min(replaced, cost(above, column + 1) + 1, cost(row, column) + 1));
    }
  }
  return cost(row, to.length);
}

function cost(row: readonly number[], column: number): number {
  return row[column] ?? 0;
}
