import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

const entries = ['index', 'client', 'matchers', 'vitest', 'jest', 'assert'];
const shipped = [...entries.flatMap((entry) => [`${entry}.mjs`, `${entry}.cjs`]), 'bootstrap.mjs'];

/** Some tests need the package as it is shipped: in processes of their own, under other test runners. */
export function setup(): void {
  if (newest(join(root, 'src')) < builtAt()) return;
  execFileSync(process.execPath, ['node_modules/tsdown/dist/run.mjs', '--logLevel', 'error', '--no-clean'], {
    cwd: root,
    stdio: 'inherit',
  });
}

function newest(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return Math.max(...files.map((file) => statSync(join(folder, file)).mtimeMs));
}

function builtAt(): number {
  try {
    return Math.min(...shipped.map((file) => statSync(join(root, 'dist', file)).mtimeMs));
  } catch {
    return 0;
  }
}
