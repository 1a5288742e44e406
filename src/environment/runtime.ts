/** How a process ended: one of the two is set. */
export interface RuntimeExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** The port through which an execution environment gets its runtime. */
export interface Runtime {
  /** For messages: what is run. */
  readonly description: string;
  /** A runtime that the harness starts and may kill; the other kind is only waited for. */
  readonly isOwned: boolean;
  /**
   * Begins a fresh runtime. Rejects with a `HarnessError` when it cannot begin.
   * `onExit` is called once if the runtime ends without having been stopped – after all it sent has been received.
   */
  start(onExit: (exit: RuntimeExit) => void): Promise<{ pid: number | undefined }>;
  /**
   * Ends the runtime with all its descendants; resolves when none is left. One that has registered an extension is
   * asked first, with SIGTERM, as Lambda does.
   */
  stop(options: { readonly hasExtension: boolean }): Promise<void>;
  /** What can be said of the process now, for an explanation: idle, busy, stopped. */
  describeActivity(): string | undefined;
  /** The most memory the process has held so far; `undefined` where it cannot be measured. */
  maxMemoryUsedMb(): number | undefined;
}

/** What a runtime printed. */
export interface CapturedLogs {
  readonly stdout: string;
  readonly stderr: string;
  readonly lines: readonly LogLine[];
  /** Bytes given up because there were too many; the last ones are kept. */
  readonly droppedBytes: number;
}

/** Nothing was printed. */
export const noLogs: CapturedLogs = { stdout: '', stderr: '', lines: [], droppedBytes: 0 };

/** A line that the runtime printed, without its line feed. */
export interface LogLine {
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** The port through which an execution environment gets what its runtime printed. */
export interface LogSource {
  /** All that was printed since the last call, up to this very moment. */
  take(): CapturedLogs;
  /** The last lines printed, whether or not they were taken, for messages. */
  lastLines(): readonly LogLine[];
}
