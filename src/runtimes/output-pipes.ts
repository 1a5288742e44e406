import { execFile } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OutputPipe } from './log-capture.ts';

/** Two pipes: our ends to read from, and the ends that the runtime gets as its stdout and stderr. */
export interface OutputPipes {
  readonly readers: readonly OutputPipe[];
  readonly writerFds: readonly [stdout: number, stderr: number];
  /** Closes our copies of the writing ends: from then on the runtime and its children hold the only ones. */
  closeWriters(): void;
}

/**
 * Opens pipes whose reading ends we hold by number, so that they can be read at any moment. Node's own stdio "pipes"
 * are sockets: they have no public number, and a script that prints to /dev/stderr fails on them – unlike in Lambda.
 */
export async function openOutputPipes(): Promise<OutputPipes> {
  const directory = await mkdtemp(join(tmpdir(), 'lambda-runtime-harness-'));
  try {
    const stdout = join(directory, 'stdout');
    const stderr = join(directory, 'stderr');
    await makeFifos([stdout, stderr]);
    return openBoth(stdout, stderr);
  } finally {
    // Open pipes need no name: nothing is left on disk, whatever becomes of us.
    await rm(directory, { recursive: true, force: true });
  }
}

async function makeFifos(paths: readonly string[]): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    execFile('mkfifo', ['-m', '600', ...paths], (error) => (error ? reject(error) : resolve()));
  });
}

function openBoth(stdout: string, stderr: string): OutputPipes {
  const opened: number[] = [];
  const open = (path: string, flags: number): number => {
    const fd = openSync(path, flags);
    opened.push(fd);
    return fd;
  };
  try {
    // The reading end first: a writing end opens at once only when there is a reader.
    const readerFds = [stdout, stderr].map((path) => open(path, constants.O_RDONLY | constants.O_NONBLOCK));
    const writerFds = [open(stdout, constants.O_WRONLY), open(stderr, constants.O_WRONLY)] as const;
    const readers = readerFds.map((fd, index) => toReader(index === 0 ? 'stdout' : 'stderr', fd));
    return { readers, writerFds, closeWriters: () => writerFds.forEach((fd) => void closeSync(fd)) };
  } catch (error) {
    for (const fd of opened) closeSync(fd);
    throw error;
  }
}

function toReader(stream: OutputPipe['stream'], fd: number): OutputPipe {
  const socket = new Socket({ fd, readable: true, writable: false });
  socket.unref();
  return { stream, fd, socket };
}
