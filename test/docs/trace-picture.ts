import type { ChromeTrace, ChromeTraceEvent } from '../../src/index.ts';

const left = 120;
const pixelsPerMs = 2;
const rowHeight = 22;

interface Slice {
  readonly name: string;
  readonly tid: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A trace as an SVG, in the manner of the viewers of traces: a row for each track, more where slices overlap. */
export function drawTrace({ traceEvents }: ChromeTrace): string {
  const names = traceEvents.filter(({ name }) => name === 'thread_name');
  const endMs = Math.max(...traceEvents.map(({ ts = 0 }) => ts / 1000));
  const rows = names.flatMap(({ tid, args }) => rowsOf(tid, String(args?.name), traceEvents, endMs));
  const width = left + endMs * pixelsPerMs + 20;
  const height = 30 + rows.length * rowHeight;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="11">`,
    '<title>A trace of a cold start, a success and a timeout</title>',
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...ticks(endMs, height),
    ...rows.flatMap((row, index) => drawRow(row, 26 + index * rowHeight)),
    '</svg>',
    '',
  ].join('\n');
}

interface Row {
  readonly title: string;
  readonly slices: readonly Slice[];
  readonly moments: readonly ChromeTraceEvent[];
}

function rowsOf(tid: number, title: string, events: readonly ChromeTraceEvent[], endMs: number): Row[] {
  const rows: Slice[][] = [[]];
  for (const slice of slicesOf(tid, events, endMs)) {
    const free = rows.find((row) => (row.at(-1)?.toMs ?? 0) <= slice.fromMs);
    if (free) free.push(slice);
    else rows.push([slice]);
  }
  const moments = events.filter((event) => event.tid === tid && event.ph === 'i');
  return rows.map((slices, index) => (index === 0 ? { title, slices, moments } : { title: '', slices, moments: [] }));
}

function slicesOf(tid: number, events: readonly ChromeTraceEvent[], endMs: number): Slice[] {
  return events.flatMap((begun, index): Slice[] => {
    if (begun.tid !== tid || (begun.ph !== 'B' && begun.ph !== 'b')) return [];
    const isEnd = ({ name, ph, id }: ChromeTraceEvent): boolean =>
      name === begun.name && id === begun.id && (ph === 'E' || ph === 'e');
    const end = events.slice(index).find((event) => event.tid === tid && isEnd(event));
    return [
      { name: begun.name, tid, fromMs: (begun.ts ?? 0) / 1000, toMs: end?.ts === undefined ? endMs : end.ts / 1000 },
    ];
  });
}

const colours: Readonly<Record<number, string>> = { 1: '#c9daf8', 2: '#d9ead3', 3: '#fce5cd', 4: '#d9d2e9' };

function drawRow({ title, slices, moments }: Row, y: number): string[] {
  const clip = (text: string, width: number): string => {
    const room = Math.floor(width / 6.2);
    return text.length <= room ? text : room < 4 ? '' : `${text.slice(0, room - 1)}…`;
  };
  return [
    ...(title === '' ? [] : [`<text x="8" y="${y + 13}" font-weight="bold">${title}</text>`]),
    ...slices.map(({ name, tid, fromMs, toMs }) => {
      const x = left + fromMs * pixelsPerMs;
      const width = Math.max((toMs - fromMs) * pixelsPerMs, 2);
      return `<g><title>${name}</title><rect x="${x}" y="${y}" width="${width}" height="18" fill="${colours[tid]}" stroke="#666666"/><text x="${x + 4}" y="${y + 13}">${clip(name, width - 8)}</text></g>`;
    }),
    ...moments.map(({ name, ts = 0 }) => {
      const x = left + (ts / 1000) * pixelsPerMs;
      return `<g><title>${name}</title><path d="M${x} ${y - 3}v24" stroke="#cc0000" stroke-width="2"/></g>`;
    }),
  ];
}

function ticks(endMs: number, height: number): string[] {
  return Array.from({ length: Math.floor(endMs / 50) + 1 }, (_, index) => {
    const x = left + index * 50 * pixelsPerMs;
    return `<path d="M${x} 18V${height}" stroke="#dddddd"/><text x="${x}" y="13" fill="#666666">${index * 50} ms</text>`;
  });
}
