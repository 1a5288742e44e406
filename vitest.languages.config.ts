import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { TableReporter } from './test/languages/table-reporter.ts';

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/languages/**/*.runtimes.ts'],
    globalSetup: ['test/helpers/build.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default', new TableReporter()],
  },
});

export default config;
