import { basename, dirname } from 'node:path';
import type { Reporter, TestModule, TestState } from 'vitest/node';

/** Prints, at the end of a run, runtime × behaviour: what became of each test of the common table, and of a runtime's own tests. */
export class TableReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const runtimes = modules.map(toRuntime).sort((a, b) => a.name.localeCompare(b.name));
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

function toRuntime(module: TestModule): Runtime {
  const tests = [...module.children.allTests()];
  return {
    name: basename(dirname(module.moduleId)),
    states: new Map(tests.map((test) => [test.name, test.result().state])),
  };
}

/** The behaviours of the table are those that several runtimes show. */
function commonTitles(runtimes: readonly Runtime[]): string[] {
  const all = runtimes.flatMap(({ states }) => [...states.keys()]);
  return [...new Set(all)].filter((title) => runtimes.filter(({ states }) => states.has(title)).length > 1);
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
  return `  ${name.padEnd(24)}${cells.map((cell, index) => cell.padStart(index < cells.length - 3 ? 2 : 9)).join('')}`;
}
