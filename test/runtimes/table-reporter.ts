import { basename, dirname } from 'node:path';
import type { Reporter, TestCase, TestModule, TestState } from 'vitest/node';

/** Prints, at the end of a run, runtime × behaviour: what became of each test of the common table, and of a runtime's own tests. */
export class TableReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const runtimes = modules.flatMap(toRuntimes).sort((a, b) => a.name.localeCompare(b.name));
    const behaviours = commonTitles(runtimes);
    const lines = [
      ...behaviours.map((title, index) => `  ${column(index)}  ${title}`),
      '',
      toLine(['', ...behaviours.map((_title, index) => column(index)), 'passed', 'failed', 'skipped']),
      ...runtimes.map((runtime) => toLine([runtime.name, ...marksOf(runtime, behaviours), ...countsOf(runtime)])),
    ];
    console.log(`\n${lines.join('\n')}\n`);
  }
}

interface Runtime {
  readonly name: string;
  readonly states: ReadonlyMap<string, TestState>;
}

/** One file may drive a runtime in several ways, each in a `describe` of its own. */
function toRuntimes(module: TestModule): Runtime[] {
  const folder = dirname(module.moduleId);
  const isExample = basename(dirname(folder)) === 'examples';
  const name = isExample ? `examples/${basename(folder)}` : basename(folder);
  const suites = [...module.children.suites()];
  if (suites.length < 2) return [{ name, states: statesOf([...module.children.allTests()]) }];
  return suites.map((suite) => ({ name: `${name}: ${suite.name}`, states: statesOf([...suite.children.allTests()]) }));
}

function statesOf(tests: readonly TestCase[]): Map<string, TestState> {
  return new Map(
    tests.map((test) => [test.fullName.split(' > ').slice(1).join(' > ') || test.name, test.result().state]),
  );
}

/** The behaviours of the table are those that many runtimes show. */
function commonTitles(runtimes: readonly Runtime[]): string[] {
  const all = runtimes.flatMap(({ states }) => [...states.keys()]);
  return [...new Set(all)].filter(
    (title) => runtimes.filter(({ states }) => states.has(title)).length > Math.max(1, runtimes.length / 3),
  );
}

const symbols: Readonly<Record<TestState, string>> = { passed: '✓', failed: '✗', pending: '✗', skipped: '–' };

function marksOf({ states }: Runtime, behaviours: readonly string[]): string[] {
  return behaviours.map((title) => {
    const state = states.get(title);
    return state ? symbols[state] : ' ';
  });
}

function countsOf({ states }: Runtime): string[] {
  const count = (...wanted: TestState[]): string =>
    String([...states.values()].filter((state) => wanted.includes(state)).length);
  // Without the toolchain that REQUIRE_RUNTIMES wants, there are no tests.
  if (states.size === 0) return ['0', 'all', '0'];
  return [count('passed'), count('failed', 'pending'), count('skipped')];
}

function column(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

function toLine([name = '', ...cells]: readonly string[]): string {
  return `  ${name.padEnd(46)}${cells.map((cell, index) => cell.padStart(index < cells.length - 3 ? 2 : 9)).join('')}`;
}
