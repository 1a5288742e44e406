/** Where the harness takes its time from. */
export interface Clock {
  /** Monotonic milliseconds since an arbitrary moment; for durations. */
  now(): number;
  /** Real milliseconds since 1970: what a process with a clock of its own sees, whatever `now()` says. */
  epochMs(): number;
  /** Runs `action` once, `delayMs` from now; `Infinity` means never. */
  schedule(delayMs: number, action: () => void): CancelTimer;
}

export type CancelTimer = () => void;
