import { closeSync, readSync } from 'node:fs';
import type { CancelTimer, Clock } from '../clock/clock.ts';

/** Pipes that nobody has needed for so long are closed: a test file may be over, and its process live on. */
const longestIdleMs = 1000;

/**
 * The pipes of a dead runtime, kept for the next one: to make pipes takes a process. They have no names any more; each is
 * held open by a descriptor of ours, its keeper, and Linux opens it anew through that. Elsewhere, nothing is kept.
 */
export class SparePipes {
  readonly #clock: Clock;
  #keepers: readonly number[] = [];
  #cancelExpiry: CancelTimer = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The keepers of pipes that are the caller's from here on. */
  take(): readonly number[] {
    this.#cancelExpiry();
    const keepers = this.#keepers;
    this.#keepers = [];
    return keepers;
  }

  /** Keeps pipes that nobody writes to any more, and closes others. One runtime's are enough: most tests follow each other. */
  offer(keepers: readonly number[]): void {
    const isFree = this.#keepers.length === 0 && process.platform === 'linux';
    if (isFree && keepers.every(isDeserted)) this.#keepers = keepers;
    else closeAll(keepers);
    this.#cancelExpiry();
    this.#cancelExpiry = this.#clock.schedule(longestIdleMs, () => closeAll(this.take()));
  }
}

export function closeAll(fds: readonly number[]): void {
  for (const fd of fds) closeSync(fd);
}

/** All was read, and no process has a writing end, or can come by one: what is read here next, the next runtime wrote. */
function isDeserted(keeper: number): boolean {
  try {
    return readSync(keeper, Buffer.alloc(1)) === 0;
  } catch {
    // EAGAIN: somebody still could write.
    return false;
  }
}
