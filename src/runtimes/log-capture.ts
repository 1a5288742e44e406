import { readSync } from 'node:fs';
import type { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import type { CapturedLogs, LogLine, LogSource } from '../environment/runtime.ts';

type StreamName = LogLine['stream'];

interface Chunk {
  readonly stream: StreamName;
  readonly bytes: Buffer;
}

/** A pipe the runtime prints to: read by the event loop, and at any moment by us. */
export interface OutputPipe {
  readonly stream: StreamName;
  readonly fd: number;
  readonly socket: Socket;
}

/** What is kept between two calls of `take()`. */
const maxKeptBytes = 1024 * 1024;

/** What is kept for messages. */
const maxRecentBytes = 4096;

/** The most that a pipe holds without special rights (Linux: `/proc/sys/fs/pipe-max-size`). */
const maxPipeBytes = 1024 * 1024;

const nothing = Buffer.alloc(0);

const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * Keeps what the runtime prints, in order, and can say at any moment what it printed *until now*: `take()` empties
 * the pipes itself instead of waiting for the event loop. A runtime that printed and then made an HTTP request has
 * filled the pipe before we see the request, so nothing it printed before can be missing.
 */
export class LogCapture implements LogSource {
  #pipes: OutputPipe[] = [];
  #untaken = new LastChunks(maxKeptBytes);
  #recent = new LastChunks(maxRecentBytes);
  readonly #lineReader: LineReader | undefined;

  constructor(onLine?: (line: LogLine) => void) {
    this.#lineReader = onLine && new LineReader(onLine);
  }

  /** Follows a new process; what the one before it printed is history. */
  attach(pipes: readonly OutputPipe[]): void {
    this.#recent = new LastChunks(maxRecentBytes);
    for (const pipe of pipes) {
      this.#pipes.push(pipe);
      pipe.socket.on('data', (bytes: Buffer) => this.#keep({ stream: pipe.stream, bytes }));
      // A pipe that cannot be read any more has nothing more to say.
      pipe.socket.on('error', () => {});
      pipe.socket.once('close', () => this.#forget(pipe));
    }
  }

  /** Stops following: what is still written by somebody who holds the pipe is not read. */
  detach(): void {
    for (const pipe of this.#pipes) pipe.socket.destroy();
    this.#pipes = [];
  }

  take(): CapturedLogs {
    this.#drain();
    this.#lineReader?.flush();
    const { chunks, droppedBytes } = this.#untaken.take();
    return { stdout: textOf(chunks, 'stdout'), stderr: textOf(chunks, 'stderr'), lines: linesOf(chunks), droppedBytes };
  }

  lastLines(): readonly LogLine[] {
    this.#drain();
    return linesOf(this.#recent.chunks()).slice(-20);
  }

  #forget(pipe: OutputPipe): void {
    this.#pipes = this.#pipes.filter((other) => other !== pipe);
  }

  #drain(): void {
    for (const pipe of this.#pipes) this.#drainPipe(pipe);
  }

  /** Whatever was in the pipe when we began is read; a process that floods it meanwhile does not hold us. */
  #drainPipe(pipe: OutputPipe): void {
    for (let total = 0; total < maxPipeBytes; ) {
      const bytesRead = readNow(pipe);
      if (bytesRead === 0) return;
      total += bytesRead;
      this.#keep({ stream: pipe.stream, bytes: Buffer.from(readBuffer.subarray(0, bytesRead)) });
    }
  }

  #keep(chunk: Chunk): void {
    this.#lineReader?.push(chunk);
    this.#untaken.push(chunk);
    this.#recent.push(chunk);
  }
}

/** The last so many bytes of what was pushed. */
class LastChunks {
  readonly #maxBytes: number;
  #chunks: Chunk[] = [];
  /** Chunks before this one were given up; they are cut off now and then, not one by one. */
  #first = 0;
  #bytes = 0;
  #droppedBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(chunk: Chunk): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.bytes.length;
    while (this.#bytes > this.#maxBytes) this.#dropOldest();
    if (this.#first > 1000 && this.#first > this.#chunks.length / 2) {
      this.#chunks = this.chunks();
      this.#first = 0;
    }
  }

  chunks(): Chunk[] {
    return this.#chunks.slice(this.#first);
  }

  take(): { chunks: Chunk[]; droppedBytes: number } {
    const taken = { chunks: this.chunks(), droppedBytes: this.#droppedBytes };
    this.#chunks = [];
    this.#first = 0;
    this.#bytes = 0;
    this.#droppedBytes = 0;
    return taken;
  }

  #dropOldest(): void {
    const oldest = this.#chunks[this.#first];
    if (!oldest) return;
    const dropped = Math.min(oldest.bytes.length, this.#bytes - this.#maxBytes);
    // What was given up is replaced, so that its memory is free at once.
    this.#chunks[this.#first] = { stream: oldest.stream, bytes: oldest.bytes.subarray(dropped) };
    if (dropped === oldest.bytes.length) this.#chunks[this.#first++] = { stream: oldest.stream, bytes: nothing };
    this.#bytes -= dropped;
    this.#droppedBytes += dropped;
  }
}

/** Reads what is there without waiting; 0 when there is nothing, or will never be. */
function readNow({ fd, socket }: OutputPipe): number {
  if (socket.destroyed) return 0;
  // An empty pipe is the usual case, and Node reports it by an error, whose stack would cost more than the rest.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return readSync(fd, readBuffer);
  } catch {
    // EAGAIN: the pipe is empty. Any other error is the socket's to report.
    return 0;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function textOf(chunks: readonly Chunk[], stream: StreamName): string {
  if (chunks.length === 0) return '';
  return Buffer.concat(chunks.filter((chunk) => chunk.stream === stream).map(({ bytes }) => bytes)).toString();
}

function linesOf(chunks: readonly Chunk[]): readonly LogLine[] {
  if (chunks.length === 0) return [];
  const lines: LogLine[] = [];
  const reader = new LineReader((line) => lines.push(line));
  for (const chunk of chunks) reader.push(chunk);
  reader.flush();
  return lines;
}

/** Cuts two interleaved streams of bytes into lines, in the order in which the lines were completed. */
class LineReader {
  readonly #onLine: (line: LogLine) => void;
  readonly #open: Record<StreamName, { decoder: StringDecoder; text: string }> = {
    stdout: { decoder: new StringDecoder(), text: '' },
    stderr: { decoder: new StringDecoder(), text: '' },
  };

  constructor(onLine: (line: LogLine) => void) {
    this.#onLine = onLine;
  }

  push({ stream, bytes }: Chunk): void {
    const open = this.#open[stream];
    const lines = (open.text + open.decoder.write(bytes)).split('\n');
    open.text = lines.pop() ?? '';
    for (const text of lines) this.#onLine({ stream, text });
  }

  /** Ends lines that lack their line feed. */
  flush(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      const open = this.#open[stream];
      const text = open.text + open.decoder.end();
      open.text = '';
      if (text !== '') this.#onLine({ stream, text });
    }
  }
}
