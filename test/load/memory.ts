import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export const mebibyte: number = 1024 * 1024;

/** What the heap still holds when everything that can go is gone. */
export function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** The same, with the buffers outside of the heap. */
export function heldBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** All memory that the process has of the operating system, garbage and free space included. */
export function residentBytes(): number {
  return process.memoryUsage.rss();
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  // What was only weakly held the first time is gone the second.
  collect();
  collect();
}
