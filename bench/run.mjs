import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, type } from 'node:os';
import { argv, version } from 'node:process';
import { Contender } from './contender.mjs';
import { race } from './race.mjs';
import { curves, figures, races, skipped } from './rows.mjs';
import { median, ratios, spread } from './statistics.mjs';
import { formatMs, formatRatio, formatSpread, markdownTable, plainTable } from './table.mjs';

/**
 * `node bench/run.mjs [--write] [words]`: runs everything, or what has one of the words in its name, and prints the table;
 * `--write` also puts it into docs/performance.md.
 */
const words = argv.slice(2).filter((argument) => !argument.startsWith('--'));
const isWanted = ({ what }) => words.length === 0 || words.some((word) => what.includes(word));

const startedAt = Date.now();
const comparisonRows = await flatInTurn(races.filter(isWanted), compare);
const figureRows = await flatInTurn(figures.filter(isWanted), measure);
const curveRows = await flatInTurn(curves.filter(isWanted), climb);
const sections = [
  { columns: ['What', 'Ours', 'Peer', '', 'Ratio', 'Spread', 'Reach', ''], rows: comparisonRows },
  { columns: ['What', 'Ours', 'Spread', 'Reach', ''], rows: figureRows },
  { columns: ['Cost curve', 'Size', 'Per invocation', 'Against the first', 'Spread'], rows: curveRows },
].filter(({ rows }) => rows.length > 0);
const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim()}), ${type()}, Node.js ${version}`;
const notes = skipped.map(({ name, hint }) => `Not compared, because it is not there: ${name} (${hint}).`);

console.log(`\n${machine}\n`);
for (const section of sections) console.log(`${plainTable(section)}\n`);
for (const note of notes) console.log(note);
console.log(`${Math.round((Date.now() - startedAt) / 1000)} s`);
if (argv.includes('--write')) writeResults();

async function compare({ what, task, subject = 'harness', options, count, seconds, against, missing }) {
  if (missing.length > 0) return [[what, `skipped: ${missing.join(', ')} is missing`, '', '', '', '', '', '']];
  if (Object.keys(against).length === 0) return [];
  const entrants = { ours: { task, options: { subject, ...options }, count } };
  for (const [name, peer] of Object.entries(against)) {
    entrants[name] = { task, options: { subject: name, ...options, ...peer.options }, count };
  }
  say(`${what} …`);
  const { figures: found, failures } = await race(entrants, seconds);
  if (failures.ours !== undefined) throw new Error(failures.ours);
  return Object.entries(against).map(([name, { name: title, reach }]) => {
    if (found[name].length === 0) return [what, formatMs(median(found.ours)), title, failures[name], '', '', '', ''];
    const rounds = ratios(found.ours, found[name]);
    const verdict = reach.isMet({
      ratio: median(rounds),
      difference: median(found[name].map((theirs, round) => found.ours[round] - theirs)),
    });
    return [
      what,
      formatMs(median(found.ours)),
      title,
      `${formatMs(median(found[name]))}${failures[name] === undefined ? '' : `, then ${failures[name]}`}`,
      formatRatio(median(rounds)),
      formatSpread(spread(rounds), formatRatio),
      reach.text,
      verdictOf(verdict),
    ];
  });
}

async function measure({ what, task, count, unit, scale, reach, repeats, combine }) {
  say(`${what} …`);
  const contender = await Contender.open(task, {});
  const found = [];
  for (let repeat = 0; repeat < repeats; repeat++) found.push((await contender.run(count)) / scale);
  await contender.close();
  const format = (figure) => `${figure.toFixed(1)} ${unit}`;
  return [
    [
      what,
      format(combine(found)),
      formatSpread(spread(found), format),
      reach.text,
      verdictOf(reach.isMet(combine(found))),
    ],
  ];
}

async function climb({ what, seconds, entrants }) {
  say(`${what} …`);
  const { figures: found, failures } = await race(entrants, seconds);
  const [first] = Object.keys(entrants);
  return Object.keys(entrants).map((name) => {
    if (failures[name] !== undefined) throw new Error(`${what}, ${name}: ${failures[name]}`);
    const rounds = ratios(found[name], found[first]);
    return [
      what,
      name,
      formatMs(median(found[name])),
      formatRatio(median(rounds)),
      formatSpread(spread(rounds), formatRatio),
    ];
  });
}

async function flatInTurn(items, action) {
  const rows = [];
  for (const item of items) rows.push(...(await action(item)));
  return rows;
}

function verdictOf(isMet) {
  return isMet ? 'reached' : 'missed';
}

function say(text) {
  console.error(text);
}

function writeResults() {
  const page = new URL('../docs/performance.md', import.meta.url);
  const results = [`Measured on ${machine}.`, ...sections.map(markdownTable), ...notes].join('\n\n');
  const between = /(<!-- results -->)[\s\S]*(<!-- end of results -->)/;
  writeFileSync(
    page,
    readFileSync(page, 'utf8').replace(between, (_all, begin, end) => `${begin}\n\n${results}\n\n${end}`),
  );
}
