import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export const mebibyte: number = 1024 * 1024;

/** What is still held when everything that can go is gone. */
export function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  // What was only weakly held the first time is gone the second.
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
