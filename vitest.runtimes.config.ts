import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { TableReporter } from './test/runtimes/table-reporter.ts';

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/runtimes/**/*.runtimes.ts'],
    globalSetup: ['test/helpers/build.ts'],
    testTimeout: 120_000,
    hookTimeout: 900_000,
    reporters: ['default', new TableReporter()],
  },
});

export default config;
