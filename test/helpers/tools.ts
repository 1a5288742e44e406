import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * For `test.skipIf(needs('bash', 'curl'))`: true, and said aloud, if one of the tools is missing.
 * With `REQUIRE_RUNTIMES=1` a missing tool is an error.
 */
export function needs(...tools: readonly string[]): boolean {
  const missing = tools.filter((tool) => !isInstalled(tool));
  if (missing.length === 0) return false;
  const complaint = `${missing.join(' and ')} not found on PATH. To install: apt-get install ${missing.join(' ')}`;
  if (process.env.REQUIRE_RUNTIMES === '1') throw new Error(`REQUIRE_RUNTIMES=1 allows no skipped test: ${complaint}`);
  console.warn(`SKIPPED: the tests that need ${tools.join(' and ')}. ${complaint}`);
  return true;
}

function isInstalled(tool: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((directory) => isExecutable(join(directory, tool)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
