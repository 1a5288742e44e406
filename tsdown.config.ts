import { defineConfig } from 'tsdown';

const entry = {
  index: 'src/index.ts',
  client: 'src/client/index.ts',
  matchers: 'src/matchers/index.ts',
  vitest: 'src/matchers/vitest.ts',
  jest: 'src/matchers/jest.ts',
  assert: 'src/matchers/assert.ts',
};

// Declarations lead to the sources, which are shipped for that.
const dts = { sourcemap: true };

// Apart from the entries: a chunk named "index" would take the place of the entry of that name.
const chunksOf = (ending: string) => ({ outputOptions: { chunkFileNames: `chunks/[name].${ending}` } });

const common = {
  // Chunks keep their names: a build over an older one leaves nothing behind.
  hash: false,
  sourcemap: true,
  target: 'node20' as const,
  platform: 'node' as const,
};

// Jest cannot `require` an ES module, so the CommonJS build carries get-port inside (its licence: THIRD-PARTY.md).
export default defineConfig([
  { ...common, ...chunksOf('mjs'), entry, dts, format: 'esm' },
  { ...common, ...chunksOf('cjs'), entry, dts, format: 'cjs', deps: { alwaysBundle: ['get-port'] } },
  // One file without shared chunks: an executable has to start fast.
  { ...common, entry: { bootstrap: 'src/bootstrap/main.ts' }, dts: false, format: 'esm' },
]);
