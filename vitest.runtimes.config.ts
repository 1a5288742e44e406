import { fileURLToPath } from 'node:url';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { examplesWithoutToolchain } from './test/runtimes/examples.ts';
import { TableReporter } from './test/runtimes/table-reporter.ts';

const root = fileURLToPath(new URL('.', import.meta.url));
const dist = fileURLToPath(new URL('dist', import.meta.url));

const config: ViteUserConfig = defineConfig({
  // The examples import the package by its name, as a user does.
  resolve: {
    alias: [
      { find: /^lambda-runtime-harness$/, replacement: `${dist}/index.mjs` },
      { find: /^lambda-runtime-harness\/(\w+)$/, replacement: `${dist}/$1.mjs` },
    ],
  },
  test: {
    include: ['test/runtimes/**/*.runtimes.ts', 'examples/**/*.test.ts'],
    exclude: ['**/node_modules/**', ...examplesWithoutToolchain(root)],
    // Crates are compiled once, for the runtimes and the example.
    env: { CARGO_TARGET_DIR: `${root}.runtimes/cargo`, CARGO_PROFILE_DEV_DEBUG: '0' },
    globalSetup: ['test/helpers/build.ts'],
    testTimeout: 120_000,
    hookTimeout: 900_000,
    reporters: ['default', new TableReporter()],
  },
});

export default config;
