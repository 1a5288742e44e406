import { accessSync, closeSync, constants, openSync, readSync, type Stats, statSync } from 'node:fs';
import { delimiter, extname, isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HarnessError } from '../errors.ts';

/** A bootstrap that is there and looks as if it can be run. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The file it comes down to, found on `PATH` if need be. */
  readonly path: string;
}

/**
 * Looks at a command before it is run, so that what the operating system would say in one number is said in words.
 * Throws `ERR_INVALID_COMMAND`. Asks without waiting: a round trip to another thread takes longer than any of the answers.
 */
export function findCommand(command: readonly string[], cwd: string, searchPath: string): Command {
  checkDirectory(cwd);
  const [file = '', ...args] = command;
  const bootstrap = file === nodeBootstrap ? ownBootstrap() : undefined;
  if (bootstrap !== undefined)
    return { file: process.execPath, args: [bootstrap, ...args], cwd, path: process.execPath };
  const path = file.includes('/') ? resolve(cwd, file) : searchFor(file, searchPath);
  checkExecutable(path, { file, cwd });
  return { file, args, cwd, path };
}

const nodeBootstrap = 'lambda-node-bootstrap';

/**
 * The executable of this very package, whether or not the test runner was started by npm, which alone puts it on `PATH`.
 * It lies beside us; seen from the sources, in the build.
 */
function ownBootstrap(): string | undefined {
  for (const place of ['./bootstrap.mjs', '../../dist/bootstrap.mjs']) {
    const path = fileURLToPath(new URL(place, import.meta.url));
    if (isFile(path)) return path;
  }
  return undefined;
}

function checkDirectory(cwd: string): void {
  const found = statOf(cwd);
  if (found?.isDirectory()) return;
  throw invalid(
    `The working directory ${cwd} ${found ? 'is not a directory' : 'does not exist'}.`,
    'Give cwd an existing directory.',
  );
}

function searchFor(name: string, searchPath: string): string {
  for (const directory of searchPath.split(delimiter)) {
    const candidate = resolve(directory, name);
    if (isExecutableFile(candidate)) return candidate;
  }
  const words = name.trim().split(/\s+/);
  throw invalid(
    `The command "${name}" was not found on PATH (${searchPath}).`,
    words.length > 1
      ? adviceForBlanks(words)
      : `Install it, give its path, or write "./${name}" if it lies in the working directory.`,
  );
}

function isExecutableFile(path: string): boolean {
  if (!isFile(path)) return false;
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isFile(path: string): boolean {
  return statOf(path)?.isFile() ?? false;
}

/** `undefined` if there is nothing, or nothing that we may look at. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function checkExecutable(path: string, { file, cwd }: { file: string; cwd: string }): void {
  const found = statOf(path);
  if (!found) throw invalid(`The command "${file}" does not exist: there is no ${path}.`, adviceForMissing(file, cwd));
  if (found.isDirectory())
    throw invalid(`The command "${file}" is a directory: ${path}.`, 'Name the executable inside it.');
  if (!isExecutableFile(path)) {
    throw invalid(`The command "${file}" is not executable: ${path}.`, `Run: chmod +x ${path}`);
  }
  checkFormat(path, file);
}

function adviceForMissing(file: string, cwd: string): string {
  const [first = '', ...rest] = file.trim().split(/\s+/);
  if (rest.length > 0 && isFile(resolve(cwd, first))) return adviceForBlanks([first, ...rest]);
  return `Build it first, or correct the path.${isAbsolute(file) ? '' : ' Relative paths start at the option cwd.'}`;
}

/** There is no shell that would cut a line into words. */
function adviceForBlanks(words: readonly string[]): string {
  return `Arguments are elements of their own: [${words.map((word) => `'${word}'`).join(', ')}].`;
}

/** A shell would run a text without a shebang as a script; Lambda, which has no shell, does not. */
function checkFormat(path: string, file: string): void {
  const head = readHead(path);
  if (!head) return;
  if (head.length === 0) throw invalid(`The command "${file}" is an empty file: ${path}.`, 'Build it again.');
  if (!head.subarray(0, 2).equals(Buffer.from('#!'))) {
    if (head.includes(0)) return;
    throw invalid(
      `The command "${file}" is neither a program nor a script with a shebang: ${path}.`,
      `Make "${shebangFor(path)}", or the path of another interpreter, its first line. Lambda needs it too.`,
    );
  }
  const line = head.toString('latin1').split('\n', 1)[0] ?? '';
  if (line.endsWith('\r')) {
    throw invalid(
      `The first line of "${file}" ends with a carriage return, which becomes part of the interpreter's name: ${path}.`,
      `Save the script with Unix line ends: sed -i 's/\\r$//' ${path}`,
    );
  }
  const interpreter = line.slice(2).trim().split(/\s/, 1)[0] ?? '';
  if (interpreter === '' || !isExecutableFile(interpreter)) {
    throw invalid(
      `The interpreter "${interpreter}" in the first line of "${file}" does not exist.`,
      `Correct the shebang of ${path}.`,
    );
  }
}

const interpreters: Readonly<Record<string, string>> = {
  '.js': 'node',
  '.mjs': 'node',
  '.cjs': 'node',
  '.ts': 'node',
  '.mts': 'node',
  '.py': 'python3',
  '.rb': 'ruby',
  '.pl': 'perl',
  '.php': 'php',
  '.bash': 'bash',
};

function shebangFor(path: string): string {
  const interpreter = interpreters[extname(path)];
  return interpreter === undefined ? '#!/bin/sh' : `#!/usr/bin/env ${interpreter}`;
}

function readHead(path: string): Buffer | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    // Execute permission does not imply that we may read it.
    return undefined;
  }
  try {
    const buffer = Buffer.alloc(512);
    return buffer.subarray(0, readSync(fd, buffer));
  } finally {
    closeSync(fd);
  }
}

function invalid(problem: string, advice: string): HarnessError {
  return new HarnessError('ERR_INVALID_COMMAND', `${problem} ${advice}`);
}
