/** Times in the unit that suits them. */
export function formatMs(ms) {
  return ms < 1 ? `${Math.round(ms * 1000)} µs` : `${ms.toPrecision(3)} ms`;
}

export function formatRatio(ratio) {
  return ratio < 0.1 ? ratio.toPrecision(2) : ratio.toFixed(2);
}

export function formatSpread({ from, to }, format) {
  return `${format(from)} – ${format(to)}`;
}

export function plainTable({ columns, rows }) {
  return tableLines(columns, rows)
    .map((cells) => cells.join('  ').trimEnd())
    .join('\n');
}

export function markdownTable({ columns, rows }) {
  const [head, rule, ...body] = tableLines(columns, rows);
  return [head, rule, ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function tableLines(columns, rows) {
  const widths = columns.map((column, index) => Math.max(3, column.length, ...rows.map((row) => row[index].length)));
  const pad = (cells) => cells.map((cell, index) => cell.padEnd(widths[index]));
  return [pad(columns), widths.map((width) => '-'.repeat(width)), ...rows.map(pad)];
}
