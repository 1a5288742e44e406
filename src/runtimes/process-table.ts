import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { systemClock } from '../clock/system-clock.ts';

/** Sends a signal to a whole process group; a group that is gone needs none. */
export function signalGroup(groupId: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-groupId, signal);
  } catch {
    // ESRCH: nobody is left. EPERM (macOS): only zombies are left.
  }
}

const longestWaitMs = 2000;
const waitStepMs = 2;

/**
 * Kills a process group and, on Linux, whoever left it for a session of its own but still carries the variable that
 * marks the group's descendants; resolves when nobody is left alive. Elsewhere no process can read another's variables.
 */
export async function killAll(groupId: number, mark: { variable: string; value: string }): Promise<void> {
  const giveUpAt = systemClock.now() + longestWaitMs;
  // Who is killed lingers for a moment, and may have forked a moment before: look again until nobody is found.
  while (systemClock.now() < giveUpAt) {
    signalGroup(groupId, 'SIGKILL');
    const escaped = pids().filter((pid) => carries(pid, `${mark.variable}=${mark.value}`) && isAlive(pid));
    for (const pid of escaped) kill(pid);
    if (escaped.length === 0 && !groupIsAlive(groupId)) return;
    await new Promise<void>((resolve) => void systemClock.schedule(waitStepMs, resolve));
  }
}

function groupIsAlive(groupId: number): boolean {
  try {
    process.kill(-groupId, 0);
  } catch {
    return false;
  }
  // Zombies count for the signal, but run no more: whoever adopted them may be slow to bury them, or never do.
  return process.platform !== 'linux' || pids().some((pid) => statOf(pid)?.groupId === groupId && isAlive(pid));
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

function carries(pid: number, assignment: string): boolean {
  try {
    return readProc(`/proc/${pid}/environ`).includes(`${assignment}\0`);
  } catch {
    // Gone, or another user's.
    return false;
  }
}

function isAlive(pid: number): boolean {
  const stat = statOf(pid);
  return stat !== undefined && stat.state !== 'Z' && stat.state !== 'X';
}

function pids(): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** What the operating system says the process is doing, in words; `undefined` where it cannot be told. */
export function describeActivity(pid: number): string | undefined {
  const stat = process.platform === 'linux' ? statOf(pid) : undefined;
  return stat && activities[stat.state];
}

const activities: Readonly<Record<string, string>> = {
  R: 'busy: it was using the CPU',
  S: 'idle: it was waiting, not computing',
  I: 'idle: it was waiting, not computing',
  D: 'waiting for a disk or another device',
  T: 'stopped by a signal (SIGSTOP, or Ctrl-Z)',
  t: 'stopped by a debugger',
  Z: 'dead already',
};

/** `/proc/PID/stat`: the name in parentheses may hold spaces and parentheses, so fields count from its end. */
function statOf(pid: number): { state: string; groupId: number } | undefined {
  try {
    const stat = readProc(`/proc/${pid}/stat`);
    const [state = '', , groupId] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state, groupId: Number(groupId) };
  } catch {
    return undefined;
  }
}

const procBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/** Reads a file of the kernel's; `readFileSync()` takes twice as long, and every process of the machine is looked at. */
function readProc(path: string): string {
  const fd = openSync(path, 'r');
  try {
    let text = '';
    for (;;) {
      const length = readSync(fd, procBuffer);
      if (length === 0) return text;
      text += procBuffer.toString('latin1', 0, length);
    }
  } finally {
    closeSync(fd);
  }
}

/** Measures how much memory a process has held at most; Linux only. The file stays open: it is read often. */
export class MemoryMeter {
  #fd: number | undefined;
  #maxMb: number | undefined;

  constructor(pid: number) {
    try {
      this.#fd = openSync(`/proc/${pid}/status`, 'r');
    } catch {
      // Not Linux, or the process is gone.
    }
  }

  read(): number | undefined {
    if (this.#fd === undefined) return this.#maxMb;
    try {
      const length = readSync(this.#fd, procBuffer, 0, procBuffer.length, 0);
      const status = procBuffer.toString('latin1', 0, length);
      const kibibytes = Number.parseInt(status.slice(status.indexOf('VmHWM:') + 6), 10);
      if (kibibytes > 0) this.#maxMb = Math.ceil(kibibytes / 1024);
    } catch {
      // ESRCH: it is gone; what was read before stands.
    }
    return this.#maxMb;
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}
