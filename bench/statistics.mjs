/** @param {readonly number[]} figures */
export function median(figures) {
  return quantile(figures, 0.5);
}

/** @param {readonly number[]} figures */
export function sum(figures) {
  return figures.reduce((total, figure) => total + figure, 0);
}

/** The middle half of the figures. */
export function spread(figures) {
  return { from: quantile(figures, 0.25), to: quantile(figures, 0.75) };
}

/** What one side took for each unit that the other took, for each round that both were in. */
export function ratios(ours, theirs) {
  return theirs.map((figure, round) => ours[round] / figure);
}

function quantile(figures, share) {
  const sorted = figures.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  return below + (above - below) * (position % 1);
}
