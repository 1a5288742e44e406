import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { type FileHandle, open as openHandle } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { systemClock } from '../clock/system-clock.ts';
import type { OutputPipe } from './log-capture.ts';
import { closeAll, SparePipes } from './spare-pipes.ts';

/** Two pipes: our ends to read from, and the ends that the runtime gets as its stdout and stderr. */
export interface OutputPipes {
  readonly readers: readonly OutputPipe[];
  readonly writerFds: readonly [stdout: number, stderr: number];
  /** Closes our copies of the writing ends: from then on the runtime and its children hold the only ones. */
  closeWriters(): void;
  /** Lets go of the pipes, once the runtime is dead and nobody reads them any more. */
  release(): void;
}

type Paths = readonly [stdout: string, stderr: string];

const forReading = constants.O_RDONLY | constants.O_NONBLOCK;

const spares = new SparePipes(systemClock);

/**
 * Opens pipes whose reading ends we hold by number, so that they can be read at any moment. Node's own stdio "pipes"
 * are sockets: they have no public number, and a script that prints to /dev/stderr fails on them – unlike in Lambda.
 */
export async function openOutputPipes(): Promise<OutputPipes> {
  return (await reopenPipes()) ?? (await makePipes());
}

async function reopenPipes(): Promise<OutputPipes | undefined> {
  const keepers = spares.take();
  const [stdout, stderr] = keepers;
  if (stdout === undefined || stderr === undefined) return undefined;
  // A sandbox may have no such files.
  return openEnds([`/proc/self/fd/${stdout}`, `/proc/self/fd/${stderr}`], keepers).catch(() => undefined);
}

async function makePipes(): Promise<OutputPipes> {
  const directory = mkdtempSync(join(tmpdir(), 'lambda-runtime-harness-'));
  try {
    const paths: Paths = [join(directory, 'stdout'), join(directory, 'stderr')];
    await makeFifos(paths);
    return await openEnds(paths, openKeepers(paths));
  } finally {
    // Open pipes need no name: nothing is left on disk, whatever becomes of us.
    rmSync(directory, { recursive: true, force: true });
  }
}

async function makeFifos(paths: Paths): Promise<void> {
  const mkfifo = spawn('mkfifo', ['-m', '600', ...paths], { stdio: 'ignore' });
  const [code, signal] = await once(mkfifo, 'exit');
  if (code !== 0) throw new Error(`mkfifo ${paths.join(' ')} ended with ${code ?? signal}`);
}

function openKeepers(paths: Paths): readonly number[] {
  const keepers: number[] = [];
  try {
    for (const path of paths) keepers.push(openSync(path, forReading));
    return keepers;
  } catch (error) {
    closeAll(keepers);
    throw error;
  }
}

/** Also closes the keepers if it fails. */
async function openEnds([stdout, stderr]: Paths, keepers: readonly number[]): Promise<OutputPipes> {
  const opened = [...keepers];
  const opening = async (fd: number | Promise<number>): Promise<number> => {
    opened.push(await fd);
    return fd;
  };
  try {
    const readerFds = [await opening(openReader(stdout)), await opening(openReader(stderr))];
    const writerFds = [
      await opening(openSync(stdout, constants.O_WRONLY)),
      await opening(openSync(stderr, constants.O_WRONLY)),
    ] as const;
    return {
      readers: readerFds.map((fd, index) => toReader(index === 0 ? 'stdout' : 'stderr', fd)),
      writerFds,
      closeWriters: () => closeAll(writerFds),
      release: () => spares.offer(keepers),
    };
  } catch (error) {
    closeAll(opened);
    throw error;
  }
}

/**
 * Opens a reading end that a socket will own and close. A worker thread keeps a list of the descriptors that were opened
 * in it and closes them when it ends, whoever owns them by then: there, a file handle opens it and is made to forget it.
 */
async function openReader(path: string): Promise<number> {
  if (isMainThread) return openSync(path, forReading);
  const handle = await openHandle(path, forReading);
  const { fd } = handle;
  if (disown(handle)) return fd;
  await handle.close();
  return openSync(path, forReading);
}

function disown(handle: FileHandle): boolean {
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
