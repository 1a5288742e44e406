import { readdirSync, readlinkSync } from 'node:fs';

/** The pipes to runtimes that this process has open, one for each descriptor, by the names the operating system shows; Linux only. */
export function openPipes(fds: readonly (number | string)[] = readdirSync('/proc/self/fd')): string[] {
  return fds.map(nameOf).filter((name) => name.includes('/lambda-runtime-harness-'));
}

function nameOf(fd: number | string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    // Closed; also the descriptor by which the list was read.
    return '';
  }
}
