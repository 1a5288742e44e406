import { inspect } from 'node:util';

/** What is read of a result to show it. */
interface Result {
  readonly status: string;
  readonly requestId: string;
  readonly durationMs: number;
  readonly logs: { readonly lines: readonly { readonly text: string }[] };
  /** The whole story of a failure. */
  readonly message?: string;
}

/**
 * Makes `String(result)` the whole story, and `console.log(result)` readable. What is added is not enumerable: neither
 * an equality check nor a snapshot, neither `structuredClone()` nor `JSON.stringify()` sees it.
 */
export function readable<Given extends Result>(result: Given, story: () => string): Given {
  const hidden = { configurable: true, writable: true, enumerable: false };
  return Object.defineProperties(result, {
    toString: { ...hidden, value: story },
    [inspect.custom]: { ...hidden, value: inspectResult },
  });
}

function inspectResult(this: Result, depth: number, options: object, show: typeof inspect): string {
  const title = `InvocationResult '${this.status}'`;
  if (depth < 0) return `[${title}]`;
  const fields = `${title} ${show(fieldsOf(this), options)}`;
  return this.message === undefined ? fields : `${fields}\n${this.message}`;
}

/** What one looks for first, and the story does not tell. */
function fieldsOf(result: Result): object {
  const { requestId, durationMs, logs } = result;
  const own = Object.entries(result).filter(([name]) => ['payload', 'error', 'exit', 'response'].includes(name));
  const output = result.message === undefined && { output: logs.lines.map(({ text }) => text) };
  return { requestId, durationMs, ...Object.fromEntries(own), ...output };
}
