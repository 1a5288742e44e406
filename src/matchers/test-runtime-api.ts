import { createRuntimeApi, describeWait, type LogLine, type RuntimeApi, type RuntimeApiOptions } from '../index.ts';
import { explainElsewhere } from './failed-results.ts';

const outputLines = 30;
const timelineLines = 40;

/** The API of one test: made when first asked for, closed when the test ends, and explained if it fails. */
export class TestRuntimeApi {
  readonly #options: RuntimeApiOptions;
  readonly #output: LogLine[] = [];
  #api: Promise<RuntimeApi> | undefined;

  constructor(options: RuntimeApiOptions) {
    this.#options = options;
  }

  open(): Promise<RuntimeApi> {
    this.#api ??= this.#open();
    return this.#api;
  }

  async #open(): Promise<RuntimeApi> {
    const api = await createRuntimeApi(this.#listening());
    explainElsewhere(api);
    return api;
  }

  /** Says what happened, if the test failed, and closes. */
  async end(test: { readonly title: string; readonly hasFailed: boolean }): Promise<void> {
    // An API that could not be created has told the test why.
    const api = await this.#api?.catch(() => undefined);
    if (!api) return;
    if (test.hasFailed) process.stderr.write(this.#describe(api, test.title));
    await api.close();
  }

  /** Only a command has output of its own: with anything else, the option `logs` would be refused. */
  #listening(): RuntimeApiOptions {
    return this.#options.command ? { ...this.#options, logs: (line) => this.#log(line) } : this.#options;
  }

  #log(line: LogLine & { readonly requestId?: string }): void {
    this.#output.push(line);
    if (this.#output.length > outputLines) this.#output.shift();
    const { logs } = this.#options;
    if (logs === 'echo') process[line.stream].write(`${line.text}\n`);
    if (typeof logs === 'function') logs(line);
  }

  #describe(api: RuntimeApi, title: string): string {
    const timeline = api.timeline().split('\n').slice(-timelineLines);
    const output = this.#output.map(({ stream, text }) => `  ${stream} | ${text}`);
    return [
      `lambda-runtime-harness: the runtime of the failed test "${title}"`,
      `Process: ${describeProcess(api)}`,
      ...[describeWait(api)].filter((wait) => wait !== undefined),
      output.length === 0 ? 'Last output: none' : `Last output:\n${output.join('\n')}`,
      `Timeline:\n${timeline.join('\n')}\n`,
    ].join('\n');
  }
}

function describeProcess(api: RuntimeApi): string {
  const ends = api.transcript.filter(({ type }) => /^runtime\.(started|exited|stopped)$/.test(type));
  const last = ends.at(-1);
  if (!last) return 'none was started';
  if (last.type === 'runtime.exited') {
    return last.signal === null ? `exited with code ${last.exitCode}` : `ended by signal ${last.signal}`;
  }
  return last.type === 'runtime.stopped' ? 'stopped' : 'running';
}
