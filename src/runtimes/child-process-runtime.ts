import type { Clock } from '../clock/clock.ts';
import type { Runtime, RuntimeExit } from '../environment/runtime.ts';
import { HarnessError, reasonOf } from '../errors.ts';
import { findCommand } from './command.ts';
import type { LogCapture } from './log-capture.ts';
import { type OutputPipes, openOutputPipes } from './output-pipes.ts';
import { describeActivity } from './process-table.ts';
import { type Shutdown, SupervisedProcess } from './supervised-process.ts';

export interface ChildProcessParts {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly environmentVariables: () => Readonly<Record<string, string>>;
  readonly logs: LogCapture;
  readonly shutdown: Shutdown | undefined;
  readonly clock: Clock;
  /** Resolves when everything has been heard that a dead process sent. */
  readonly lastWords: () => Promise<void>;
}

/** AWS docs, "Lambda execution environment", Shutdown phase: the time of a function with an internal extension. */
const shutdownWithExtension: Shutdown = { signal: 'SIGTERM', graceMs: 500 };

/** Runs a bootstrap as a child process, one at a time. */
export class ChildProcessRuntime implements Runtime {
  readonly isOwned = true;
  readonly description: string;
  readonly #parts: ChildProcessParts;
  #process: SupervisedProcess | undefined;
  #pipes: OutputPipes | undefined;
  #starting: Promise<unknown> = Promise.resolve();
  /** Rises with every `stop`: a start that was overtaken by one gives up. */
  #stops = 0;

  constructor(parts: ChildProcessParts) {
    this.#parts = parts;
    this.description = describeCommand(parts.command);
  }

  async start(onExit: (exit: RuntimeExit) => void): Promise<{ pid: number | undefined }> {
    const starting = this.#start(onExit);
    this.#starting = starting.catch(() => {});
    const { pid } = await starting;
    return { pid };
  }

  async stop({ hasExtension }: { readonly hasExtension: boolean }): Promise<void> {
    this.#stops++;
    await this.#starting;
    await this.#process?.stop(this.#parts.shutdown ?? (hasExtension ? shutdownWithExtension : undefined));
    this.#process = undefined;
    this.#releasePipes();
    // The next runtime must not be taken for this one.
    await this.#parts.lastWords();
  }

  describeActivity(): string | undefined {
    return this.#process && describeActivity(this.#process.pid);
  }

  maxMemoryUsedMb(): number | undefined {
    return this.#process?.maxMemoryUsedMb();
  }

  async #start(onExit: (exit: RuntimeExit) => void): Promise<SupervisedProcess> {
    assertSupported();
    const { command, cwd, logs } = this.#parts;
    const stops = this.#stops;
    const environmentVariables = this.#parts.environmentVariables();
    const found = findCommand(command, cwd, environmentVariables.PATH ?? '');
    const pipes = await openPipes();
    this.#pipes = pipes;
    logs.attach(pipes.readers);
    try {
      if (stops !== this.#stops)
        throw new HarnessError('ERR_CLOSED', 'The runtime was stopped while it was being started.');
      const process = await SupervisedProcess.spawn({
        command: found,
        environmentVariables,
        outputFds: pipes.writerFds,
        clock: this.#parts.clock,
        onUnexpectedExit: (exit) => void this.#exited(process, exit, onExit),
      });
      this.#process = process;
      return process;
    } catch (error) {
      this.#releasePipes();
      throw error;
    } finally {
      pipes.closeWriters();
    }
  }

  async #exited(process: SupervisedProcess, exit: RuntimeExit, onExit: (exit: RuntimeExit) => void): Promise<void> {
    await this.#parts.lastWords();
    if (process !== this.#process) return;
    this.#process = undefined;
    // Whoever is told takes the last output before the pipes are closed.
    onExit(exit);
    this.#releasePipes();
  }

  #releasePipes(): void {
    this.#parts.logs.detach();
    this.#pipes?.release();
    this.#pipes = undefined;
  }
}

const longestDescription = 200;

/** As one would type it into a shell, on one line. */
function describeCommand(command: readonly string[]): string {
  const line = command
    .map((part) => (/^[\w@%+=:,./-]+$/.test(part) ? part : `'${part.replaceAll(/\s+/g, ' ')}'`))
    .join(' ');
  return line.length <= longestDescription ? line : `${line.slice(0, longestDescription)}…`;
}

function assertSupported(): void {
  if (process.platform !== 'win32') return;
  throw new HarnessError(
    'ERR_UNSUPPORTED_PLATFORM',
    'A command cannot be run on Windows itself, which has no process groups and pipes of the kind needed. Run the tests in WSL, or start the runtime yourself with api.environmentVariables.',
  );
}

async function openPipes(): Promise<OutputPipes> {
  try {
    return await openOutputPipes();
  } catch (error) {
    throw new HarnessError(
      'ERR_SPAWN',
      `The pipes for the runtime's output could not be opened: ${reasonOf(error)}. The harness needs the command mkfifo and a writable temporary folder that can hold named pipes.`,
      { cause: error },
    );
  }
}
