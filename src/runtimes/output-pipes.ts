import { execFile } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { type FileHandle, mkdtemp, open as openHandle, rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
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
    return await openBoth(stdout, stderr);
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

async function openBoth(stdout: string, stderr: string): Promise<OutputPipes> {
  const opened: number[] = [];
  const opening = async (fd: number | Promise<number>): Promise<number> => {
    opened.push(await fd);
    return fd;
  };
  try {
    // The reading ends first: a writing end opens at once only when there is a reader.
    const readerFds = [await opening(openReader(stdout)), await opening(openReader(stderr))];
    const writerFds = [
      await opening(openSync(stdout, constants.O_WRONLY)),
      await opening(openSync(stderr, constants.O_WRONLY)),
    ] as const;
    const readers = readerFds.map((fd, index) => toReader(index === 0 ? 'stdout' : 'stderr', fd));
    return { readers, writerFds, closeWriters: () => writerFds.forEach((fd) => void closeSync(fd)) };
  } catch (error) {
    for (const fd of opened) closeSync(fd);
    throw error;
  }
}

/**
 * Opens a reading end that a socket will own and close. A worker thread keeps a list of the descriptors that were opened
 * in it and closes them when it ends, whoever owns them by then: there, a file handle opens it and is made to forget it.
 */
async function openReader(path: string): Promise<number> {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  if (isMainThread) return openSync(path, flags);
  const handle = await openHandle(path, flags);
  const { fd } = handle;
  if (release(handle)) return fd;
  await handle.close();
  return openSync(path, flags);
}

function release(handle: FileHandle): boolean {
  const key = Object.getOwnPropertySymbols(handle).find(({ description }) => description === 'kHandle');
  const native = key && (handle as unknown as Record<symbol, { releaseFD?: () => void }>)[key];
  if (!native?.releaseFD) return false;
  native.releaseFD();
  return true;
}

function toReader(stream: OutputPipe['stream'], fd: number): OutputPipe {
  const socket = new Socket({ fd, readable: true, writable: false });
  socket.unref();
  return { stream, fd, socket };
}
