import type { Reporter, TestModule, TestState, TestSuite } from 'vitest/node';

/** Prints, at the end of a run, project × Node version. */
export class TableReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const suites = modules.flatMap((module) => [...module.children.suites()]);
    const projects = [...new Set(suites.flatMap((suite) => [...statesOf(suite).keys()]))];
    const rows = projects.map((project) => [project, ...suites.map((suite) => markOf(suite, project))]);
    const lines = [['', ...suites.map(({ name }) => name)], ...rows].map(toLine);
    console.log(`\n${lines.join('\n')}\n`);
  }
}

function statesOf(suite: TestSuite): Map<string, TestState> {
  return new Map([...suite.children.allTests()].map((test) => [test.name, test.result().state]));
}

function markOf(suite: TestSuite, project: string): string {
  return statesOf(suite).get(project) ?? '';
}

function toLine([project = '', ...cells]: readonly string[]): string {
  return `  ${project.padEnd(18)}${cells.map((cell) => cell.padEnd(18)).join('')}`.trimEnd();
}
