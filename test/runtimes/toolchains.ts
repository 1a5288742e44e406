import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export interface Toolchain {
  readonly name: string;
  /** Commands that succeed where all that is needed is there. Not a look at PATH: some tools are shims for nothing. */
  readonly probes: readonly (readonly [file: string, ...args: string[]])[];
  /** What brings it on Debian. */
  readonly packages: readonly string[];
  /** Where there is a newer one, if Debian's may be too old. */
  readonly newer?: string;
}

/** True, and said aloud, if something is missing. With `REQUIRE_RUNTIMES=1` that is an error. */
export function isMissing({ name, probes, packages, newer }: Toolchain): boolean {
  const failed = probes.filter(([file, ...args]) => spawnSync(file, args, { stdio: 'ignore' }).status !== 0);
  if (failed.length === 0) return false;
  const commands = failed.map((probe) => `"${probe.join(' ')}"`).join(' and ');
  const otherwise = newer === undefined ? '' : `, or, if that is too old, see ${newer}`;
  const complaint = `${commands} failed. To install on Debian: apt-get install ${packages.join(' ')}${otherwise}`;
  if (process.env.REQUIRE_RUNTIMES === '1') {
    throw new Error(`REQUIRE_RUNTIMES=1 allows no skipped test, but ${name} is missing: ${complaint}`);
  }
  console.warn(`SKIPPED: all tests with ${name}. ${complaint}`);
  return true;
}

/** Runs a compiler; rejects with what it printed. */
export async function run(file: string, args: readonly string[], env: Record<string, string> = {}): Promise<void> {
  await promisify(execFile)(file, args, { env: { ...process.env, ...env } });
}

/** The path of a file in this folder. */
export function source(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
