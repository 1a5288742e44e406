import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, source, type Toolchain } from '../toolchains.ts';

/** What both folders need. The locked packages compile with Rust 1.85, which brought the edition of 2024. */
export const rust: Omit<Toolchain, 'name'> = {
  probes: [
    ['cargo', '--version'],
    ['rustc', '--edition', '2024', '--print', 'cfg'],
    ['cc', '--version'],
  ],
  packages: ['cargo-web', 'rustc-web', 'gcc', 'libc6-dev'],
};

/** Builds the programs of both folders at once; resolves to the folder that they are in. */
export async function buildPrograms(): Promise<string> {
  // Shared with examples/rust, which needs the same packages.
  const target = resolve(
    process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL('../../../.runtimes/cargo', import.meta.url)),
  );
  const manifest = source('rust-lambda-runtime/Cargo.toml');
  await run('cargo', ['build', '--quiet', '--locked', '--workspace', '--manifest-path', manifest], {
    CARGO_TARGET_DIR: target,
  });
  return join(target, 'debug');
}

/** The lines of a manifest that name the packages of these versions. */
export async function manifestLines(path: string, versions: Readonly<Record<string, string>>): Promise<string[]> {
  const lines = (await readFile(source(path), 'utf8')).split('\n');
  return lines.filter((line) => Object.keys(versions).some((name) => line.startsWith(`${name} =`)));
}
