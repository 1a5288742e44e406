import { basename, dirname } from 'node:path';
import type { Reporter, TestModule, TestState } from 'vitest/node';

/** Prints, at the end of a run, what became of the tests of each runtime. */
export class TableReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = modules.map(toRow).sort(([a], [b]) => a.localeCompare(b));
    const lines = [['runtime', 'passed', 'failed', 'skipped'], ...rows].map(toLine);
    console.log(`\n${lines.join('\n')}\n`);
  }
}

type Row = readonly [name: string, passed: string, failed: string, skipped: string];

function toRow(module: TestModule): Row {
  const states = [...module.children.allTests()].map((test) => test.result().state);
  const count = (...wanted: TestState[]): string => String(states.filter((state) => wanted.includes(state)).length);
  const name = basename(dirname(module.moduleId));
  // Without the toolchain that REQUIRE_RUNTIMES wants, there are no tests.
  if (states.length === 0) return [name, '0', 'all', '0'];
  return [name, count('passed'), count('failed', 'pending'), count('skipped')];
}

function toLine([name = '', ...counts]: readonly string[]): string {
  return `  ${name.padEnd(24)}${counts.map((count) => count.padStart(10)).join('')}`;
}
