import { execFile } from 'node:child_process';
import { execPath } from 'node:process';
import { promisify } from 'node:util';

/** Imports modules in a fresh process; what Node needs to start is not timed. */
export function prepare({ specifiers }) {
  const modules = specifiers.map((specifier) =>
    specifier.startsWith('.') ? new URL(specifier, import.meta.url).href : specifier,
  );
  const script = [
    'const startedAt = performance.now();',
    ...modules.map((module) => `await import(${JSON.stringify(module)});`),
    'console.log(performance.now() - startedAt);',
  ].join('\n');
  return {
    async run(count) {
      let elapsedMs = 0;
      for (let serial = 0; serial < count; serial++) {
        const { stdout } = await promisify(execFile)(execPath, ['--input-type=module', '--eval', script]);
        elapsedMs += Number(stdout);
      }
      return elapsedMs;
    },
  };
}
