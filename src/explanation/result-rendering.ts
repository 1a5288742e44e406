import { inspect } from 'node:util';

/** What is read of a result to show it. */
interface Result {
  readonly status: string;
  /** Missing in the result of an Init phase. */
  readonly requestId?: string;
  readonly logs: { readonly lines: readonly { readonly text: string }[] };
  /** The whole story of a failure. */
  readonly message?: string;
}

/**
 * Makes `String(result)` the whole story, and `console.log(result)` readable. What is added is not enumerable: neither
 * an equality check nor a snapshot, neither `structuredClone()` nor `JSON.stringify()` sees it.
 */
export function readable<Given extends Result>(result: Given, story: () => string): Given {
  Object.defineProperty(result, 'toString', hidden(story));
  return Object.defineProperty(result, inspect.custom, shownByInspect);
}

function hidden(value: unknown): PropertyDescriptor {
  return { configurable: true, writable: true, enumerable: false, value };
}

function inspectResult(this: Result, depth: number, options: object, show: typeof inspect): string {
  const title = `${this.requestId === undefined ? 'InitResult' : 'InvocationResult'} '${this.status}'`;
  if (depth < 0) return `[${title}]`;
  const fields = `${title} ${show(fieldsOf(this), options)}`;
  return this.message === undefined ? fields : `${fields}\n${this.message}`;
}

const shownByInspect = hidden(inspectResult);

const shown = ['requestId', 'durationMs', 'initDurationMs', 'payload', 'error', 'exit', 'response'];

/** What one looks for first, and the story does not tell. */
function fieldsOf(result: Result): object {
  const fields = Object.entries(result).filter(([name]) => shown.includes(name));
  const output = result.message === undefined && { output: result.logs.lines.map(({ text }) => text) };
  return { ...Object.fromEntries(fields), ...output };
}
