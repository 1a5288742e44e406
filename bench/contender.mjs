import { fork } from 'node:child_process';
import { once } from 'node:events';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { onCores } from './cores.mjs';

const host = fileURLToPath(new URL('host.mjs', import.meta.url));

/** A block that takes longer than this hangs. */
const longestBlockMs = 30_000;

/** One side of a comparison, in a process of its own: neither pays for the other's garbage or shares its compiled code. */
export class Contender {
  #process;

  /**
   * @param {string} task name of a module in tasks/
   * @param {object} options what its `prepare()` is given; `cores`: the cores it may use, if not all
   */
  static async open(task, options) {
    const contender = new Contender();
    contender.#process = fork(host, [task, JSON.stringify(options)], {
      ...boundTo(options.cores, ['--expose-gc']),
      // What bootstraps print when they are killed is of no interest; errors come as messages.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    await contender.#reply();
    return contender;
  }

  /** Does the task `count` times; resolves to what it measured: milliseconds for all of them, unless the task says else. */
  async run(count) {
    this.#process.send({ count });
    const { measured } = await this.#reply();
    return measured;
  }

  async close() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.send({ isOver: true });
    const cancel = this.#killAfter(longestBlockMs);
    await exited;
    cancel();
  }

  async #reply() {
    const cancel = this.#killAfter(longestBlockMs);
    const ending = new AbortController();
    try {
      const [reply] = await Promise.race([
        once(this.#process, 'message', ending),
        once(this.#process, 'exit', ending).then(([, signal]) => {
          throw new Error(signal === 'SIGKILL' ? 'it hung' : 'it exited');
        }),
      ]);
      if (reply.error !== undefined) throw new Error(reply.error);
      return reply;
    } finally {
      ending.abort();
      cancel();
    }
  }

  #killAfter(delayMs) {
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), delayMs);
    return () => clearTimeout(timer);
  }
}

function boundTo(cores, execArgv) {
  const [file, ...args] = onCores(cores, [execPath, ...execArgv]);
  return { execPath: file, execArgv: args };
}
