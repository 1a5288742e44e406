import { HarnessError } from '../errors.ts';

/** On `process`, which all copies of the library share, if they share its variables. */
const holder: unique symbol = Symbol.for('lambda-runtime-harness.exposed');

/**
 * Writes variables into this process's own environment; returns what puts everything back. Throws
 * `ERR_INVALID_OPTION` while somebody else's are there: a process has one environment.
 */
export function exposeVariables(variables: Readonly<Record<string, string>>): () => void {
  const process = globalThis.process as NodeJS.Process & { [holder]?: symbol };
  if (process[holder]) {
    throw new HarnessError(
      'ERR_INVALID_OPTION',
      'exposeEnvironment: another API of this process exposes its environment variables, and a process has only one environment. Close it before, or use a command, whose process has an environment of its own.',
    );
  }
  const own = Symbol();
  process[holder] = own;
  const { env } = process;
  // The event loop sets the trace ID for each invocation, and gives it back later than we do.
  const names = [...Object.keys(variables), '_X_AMZN_TRACE_ID'];
  const before = new Map(names.map((name) => [name, env[name]]));
  Object.assign(env, variables);
  return () => {
    if (process[holder] !== own) return;
    delete process[holder];
    for (const [name, value] of before) {
      if (value === undefined) delete env[name];
      else env[name] = value;
    }
  };
}
