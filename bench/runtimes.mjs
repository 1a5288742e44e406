import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** What the subjects have to start. `cwd` is the function's folder, in which @vercel/fun looks for `bootstrap`. */
export const runtimes = {
  raw: { command: [execPath, here('raw-runtime.mjs')] },
  streaming: { command: [execPath, here('streaming-runtime.mjs')] },
  node: { command: [here('bootstraps/node/bootstrap')], cwd: here('bootstraps/node') },
  bash: { command: [here('bootstraps/bash/bootstrap')], cwd: here('bootstraps/bash') },
};
