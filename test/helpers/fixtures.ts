import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, vi } from 'vitest';
import { createRuntimeApi, type LogLine, type RuntimeApi, type RuntimeApiOptions } from '../../src/index.ts';
import { isAlive, processesWith } from './processes.ts';

/** The fixture programs; what each does is said in its first line. */
const files = {
  answersTwice: 'answers-twice.mjs',
  answersWrongId: 'answers-wrong-id.mjs',
  burnsCpu: 'burns-cpu.mjs',
  echo: 'echo.mjs',
  exitsAfterError: 'exits-after-error.mjs',
  exitsAfterResponse: 'exits-after-response.mjs',
  exitsInInit: 'exits-in-init.mjs',
  exitsInInvoke: 'exits-in-invoke.mjs',
  exitsZeroInInit: 'exits-zero-in-init.mjs',
  exitsZeroInInvoke: 'exits-zero-in-invoke.mjs',
  fails: 'fails.mjs',
  floodsStdout: 'floods-stdout.mjs',
  forksDaemon: 'forks-daemon.mjs',
  forksPoller: 'forks-poller.mjs',
  ignoresSigterm: 'ignores-sigterm.mjs',
  initErrorAndExits: 'init-error-and-exits.mjs',
  initErrorAndStaysAlive: 'init-error-and-stays-alive.mjs',
  killedBySignal: 'killed-by-signal.mjs',
  neverAnswers: 'never-answers.mjs',
  neverCallsNext: 'never-calls-next.mjs',
  postsHalfAndDies: 'posts-half-and-dies.mjs',
  postsHalfAndHangsUp: 'posts-half-and-hangs-up.mjs',
  postsHalfAndStays: 'posts-half-and-stays.mjs',
  printsAndEchoes: 'prints-and-echoes.mjs',
  printsBytes: 'prints-bytes.mjs',
  printsLines: 'prints-lines.mjs',
  registersExtension: 'registers-extension.mjs',
  reportsContext: 'reports-context.mjs',
  reportsEnvironment: 'reports-environment.mjs',
  reportsPid: 'reports-pid.mjs',
  respondsAndHangs: 'responds-and-hangs.mjs',
  slowStart: 'slow-start.mjs',
  stopsInTime: 'stops-in-time.mjs',
  writesFileOnSigterm: 'writes-file-on-sigterm.mjs',
  /** Needs bash and curl. */
  bashLoop: 'bash-loop.sh',
  /** Needs bash and curl. */
  bashOnce: 'bash-once.sh',
  /** Needs curl. */
  posixSh: 'posix-sh.sh',
  /** Needs python3. */
  python: 'python.py',
} as const;

export type RuntimeName = keyof typeof files;

/** Their commands. */
export const runtimes: Readonly<Record<RuntimeName, readonly string[]>> = Object.fromEntries(
  Object.entries(files).map(([name, file]) => [name, commandOf(file)]),
) as Record<RuntimeName, readonly string[]>;

function commandOf(file: string): readonly string[] {
  const path = fileURLToPath(new URL(`../fixtures/runtimes/${file}`, import.meta.url));
  return file.endsWith('.mjs') ? [process.execPath, path] : [path];
}

export interface TemporaryDirectory extends AsyncDisposable {
  readonly path: string;
  /** The names of what is in it. */
  list(): Promise<string[]>;
}

/** A directory that lives as long as the test. */
export async function temporaryDirectory(): Promise<TemporaryDirectory> {
  const path = await mkdtemp(join(tmpdir(), 'harness-test-'));
  return {
    path,
    list: () => readdir(path),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

/** A fixture under a Runtime API, and what it takes to see that nothing of it is left. */
export interface Scene extends AsyncDisposable {
  readonly api: RuntimeApi;
  /** The processes that the harness has started, in order. */
  readonly pids: readonly number[];
  /** Resolves when the runtime has printed the line. */
  printed(line: string): Promise<void>;
  /** Closes the API, and fails if a process, the port or a temporary file is left. */
  expectNothingLeft(): Promise<void>;
}

/**
 * Opens a scene; rejects as `createRuntimeApi()` does, after a look whether that left anything behind.
 * The temporary folder is the scene's own until its end: open one scene at a time.
 */
export async function openScene(command: readonly string[], options: RuntimeApiOptions = {}): Promise<Scene> {
  const temporary = await temporaryDirectory();
  vi.stubEnv('TMPDIR', temporary.path);
  const mark = randomUUID();
  const output = new EventEmitter();
  const seen = new Set<string>();
  const logs = ({ text }: LogLine): void => {
    seen.add(text);
    output.emit(`line ${text}`);
  };
  const dispose = async (): Promise<void> => {
    vi.unstubAllEnvs();
    await temporary[Symbol.asyncDispose]();
  };
  const env = { ...options.env, TEST_MARK: mark };
  const expectNoTrace = async (): Promise<void> => {
    expect(processesWith('TEST_MARK', mark)).toEqual([]);
    expect(await temporary.list()).toEqual([]);
  };
  const api = await createRuntimeApi({ command, logs, ...options, env }).catch(async (error: unknown) => {
    await expectNoTrace().finally(dispose);
    throw error;
  });
  const pids: number[] = [];
  const note = ({ pid = -1 }: { readonly pid: number | undefined }): void => void pids.push(pid);
  for (const entry of api.transcript) if (entry.type === 'runtime.started') note(entry);
  api.on('runtime.started', note);
  return {
    api,
    pids,
    async printed(line) {
      if (!seen.has(line)) await once(output, `line ${line}`);
    },
    async expectNothingLeft() {
      await api.close();
      expect(pids.filter(isAlive)).toEqual([]);
      await expect(connectTo(api.address)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      await expectNoTrace();
    },
    async [Symbol.asyncDispose]() {
      await api.close();
      await dispose();
    },
  };
}

/** Resolves if somebody listens there. */
export async function connectTo(address: string): Promise<void> {
  const [host, port] = address.split(':');
  const socket = connect(Number(port), host);
  try {
    await once(socket, 'connect');
  } finally {
    socket.destroy();
  }
}
