import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const isLinux = process.platform === 'linux';

/** Whether a process still runs; a zombie does not. */
export function isAlive(pid: number): boolean {
  const state = isLinux ? stateOf(pid) : psState(pid);
  return state !== undefined && !/^[ZX]/.test(state);
}

/** The living processes whose environment holds `name=value`. */
export function processesWith(name: string, value: string): number[] {
  const assignment = `${name}=${value}`;
  return isLinux ? pids().filter((pid) => isAlive(pid) && environmentOf(pid).includes(assignment)) : psWith(assignment);
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);
}

function stateOf(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  // The name in parentheses may hold anything, so the fields are counted from its end.
  return stat === '' ? undefined : stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
}

function environmentOf(pid: number): string[] {
  return read(`/proc/${pid}/environ`).split('\0');
}

/** Empty if the process is gone, or another user's. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function psState(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

function psWith(assignment: string): number[] {
  return execFileSync('ps', ['-axEww', '-o', 'pid=,command='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.split(' ').includes(assignment))
    .map((line) => Number.parseInt(line, 10));
}
