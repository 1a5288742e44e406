import { existsSync } from 'node:fs';
import { defineConfig } from 'tsdown';

const entries = {
  index: 'src/index.ts',
  client: 'src/client/index.ts',
  matchers: 'src/matchers/index.ts',
  vitest: 'src/matchers/vitest.ts',
  jest: 'src/matchers/jest.ts',
  assert: 'src/matchers/assert.ts',
};
const existing = Object.fromEntries(Object.entries(entries).filter(([, path]) => existsSync(path)));

const common = {
  dts: true,
  sourcemap: true,
  target: 'node20' as const,
  platform: 'node' as const,
};

// Jest cannot `require` an ES module, so the CommonJS build carries get-port inside (its licence: THIRD-PARTY.md).
export default defineConfig([
  { ...common, entry: existing, format: 'esm' },
  { ...common, entry: existing, format: 'cjs', deps: { alwaysBundle: ['get-port'] } },
  // One file without shared chunks: an executable has to start fast.
  ...(existsSync('src/bootstrap/main.ts')
    ? [{ ...common, entry: { bootstrap: 'src/bootstrap/main.ts' }, format: 'esm' as const, dts: false }]
    : []),
]);
