import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { threadId } from 'node:worker_threads';
import type { Clock } from '../clock/clock.ts';
import { systemClock } from '../clock/system-clock.ts';
import type { RuntimeExit } from '../environment/runtime.ts';
import { HarnessError, reasonOf } from '../errors.ts';
import type { Command } from './command.ts';
import { killAll, MemoryMeter, signalGroup } from './process-table.ts';

/** How a runtime is asked to end before it is killed. */
export interface Shutdown {
  readonly signal: NodeJS.Signals;
  readonly graceMs: number;
}

export interface SpawnParts {
  readonly command: Command;
  readonly environmentVariables: Readonly<Record<string, string>>;
  readonly outputFds: readonly [stdout: number, stderr: number];
  readonly clock: Clock;
  readonly onUnexpectedExit: (exit: RuntimeExit) => void;
}

/** Carried by the runtime and all its descendants, so that those who left its process group can be found. */
const markVariable = '_LAMBDA_RUNTIME_HARNESS_MARK';

/**
 * Becomes the runtime by `exec`, and leaves a watcher behind in the same process group: when the pipe on descriptor 3
 * closes – because we close it, or because we are gone, however that came – the watcher kills the group, itself included.
 * It ignores the signals with which a group is asked to end, and the shell's own variables do not reach the runtime.
 */
const guardScript = [
  '( ( trap "" TERM INT HUP QUIT USR1 USR2; exec 0</dev/null 1>&- 2>&-; read _ <&3; kill -9 0 ) & )',
  'exec 3<&-',
  'unset PWD OLDPWD SHLVL _',
  // Where the shell is bash, it sets this one again.
  'if [ -n "$BASH_VERSION" ]; then exec env -u SHLVL "$@"; fi',
  'exec "$@"',
].join('; ');

/** A process in a process group of its own, ended for sure. */
export class SupervisedProcess {
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #lifeline: Readable;
  readonly #mark: string;
  readonly #clock: Clock;
  readonly #memory: MemoryMeter;
  readonly #exited: Promise<RuntimeExit>;
  #hasExited = false;
  #onUnexpectedExit: ((exit: RuntimeExit) => void) | undefined;
  #stopping: Promise<void> | undefined;

  /** Rejects with `ERR_SPAWN` if the operating system refuses. */
  static async spawn(parts: SpawnParts): Promise<SupervisedProcess> {
    // Of one thread at one moment. For a UUID, every import would load node:crypto first, 1.5 to 4 ms.
    const mark = `${process.pid}-${threadId}-${systemClock.epochMs()}`;
    try {
      const child = spawnGuarded(parts, mark);
      await once(child, 'spawn');
      return new SupervisedProcess(child, mark, parts);
    } catch (error) {
      const problem = `The runtime could not be started: ${reasonOf(error)}. Command: ${parts.command.path}`;
      throw new HarnessError('ERR_SPAWN', problem, { cause: error });
    }
  }

  private constructor(child: ChildProcess, mark: string, parts: SpawnParts) {
    this.pid = child.pid as number;
    this.#child = child;
    this.#lifeline = child.stdio[3] as Readable;
    this.#mark = mark;
    this.#memory = new MemoryMeter(this.pid);
    this.#clock = parts.clock;
    this.#onUnexpectedExit = parts.onUnexpectedExit;
    // Whoever waits for the runtime keeps the test process alive; the runtime itself does not.
    child.unref();
    unref(this.#lifeline);
    this.#lifeline.on('error', () => {});
    this.#exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.#hasExited = true;
        this.#memory.close();
        void this.#bury({ code, signal }).then(resolve);
      });
    });
  }

  maxMemoryUsedMb(): number | undefined {
    return this.#memory.read();
  }

  /** Ends the process and its descendants, at once or after having asked; resolves when none is left. */
  stop(shutdown: Shutdown | undefined): Promise<void> {
    this.#stopping ??= this.#stop(shutdown);
    return this.#stopping;
  }

  async #stop(shutdown: Shutdown | undefined): Promise<void> {
    this.#onUnexpectedExit = undefined;
    if (!this.#hasExited && shutdown) await this.#askToEnd(shutdown);
    if (!this.#hasExited) signalGroup(this.pid, 'SIGKILL');
    await this.#exited;
  }

  /** The grace is the clock's, but real time runs out as well: a clock that stands still must not hold up `close()`. */
  async #askToEnd({ signal, graceMs }: Shutdown): Promise<void> {
    signalGroup(this.pid, signal);
    const cancels: (() => void)[] = [];
    const graceIsOver = new Promise<void>((resolve) => {
      for (const clock of new Set([this.#clock, systemClock])) cancels.push(clock.schedule(graceMs, resolve));
    });
    const exited = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    await Promise.race([graceIsOver, exited]);
    for (const cancel of cancels) cancel();
  }

  /** The process is gone: so must be everything that it started. */
  async #bury(exit: RuntimeExit): Promise<RuntimeExit> {
    await killAll(this.pid, { variable: markVariable, value: this.#mark });
    this.#lifeline.destroy();
    this.#onUnexpectedExit?.(exit);
    return exit;
  }
}

function spawnGuarded({ command, environmentVariables, outputFds }: SpawnParts, mark: string): ChildProcess {
  return spawn('/bin/sh', ['-c', guardScript, 'guard', command.file, ...command.args], {
    cwd: command.cwd,
    env: { ...environmentVariables, [markVariable]: mark },
    // A session and process group of its own: signals for the test runner do not reach it, ours reach all of it.
    detached: true,
    stdio: ['ignore', ...outputFds, 'pipe'],
  });
}

function unref(stream: Readable): void {
  (stream as Readable & { unref?: () => void }).unref?.();
}
