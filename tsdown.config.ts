import { defineConfig } from 'tsdown';

const common = {
  entry: ['src/index.ts'],
  dts: true,
  sourcemap: true,
  target: 'node20' as const,
  platform: 'node' as const,
};

// Jest cannot `require` an ES module, so the CommonJS build carries get-port inside (its licence: THIRD-PARTY.md).
export default defineConfig([
  { ...common, format: 'esm' },
  { ...common, format: 'cjs', deps: { alwaysBundle: ['get-port'] } },
]);
