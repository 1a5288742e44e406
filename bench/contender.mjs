import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const host = fileURLToPath(new URL('host.mjs', import.meta.url));

/** One side of a comparison, in a process of its own: neither pays for the other's garbage or shares its compiled code. */
export class Contender {
  #process;

  /**
   * @param {string} task name of a module in tasks/
   * @param {object} options what its `prepare()` is given
   */
  static async open(task, options) {
    const contender = new Contender();
    contender.#process = fork(host, [task, JSON.stringify(options)], { execArgv: ['--expose-gc'] });
    await contender.#reply();
    return contender;
  }

  /** Does the task `count` times; resolves to what the task measured: milliseconds for all of them unless it says else. */
  async run(count) {
    this.#process.send({ count });
    const { measured } = await this.#reply();
    return measured;
  }

  async close() {
    const exited = once(this.#process, 'exit');
    this.#process.send({ isOver: true });
    await exited;
  }

  async #reply() {
    const ending = new AbortController();
    const [reply] = await Promise.race([
      once(this.#process, 'message', ending),
      once(this.#process, 'exit', ending).then(([code]) => {
        throw new Error(`A contender exited with code ${code}.`);
      }),
    ]);
    ending.abort();
    if (reply.error !== undefined) throw new Error(reply.error);
    return reply;
  }
}
