import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { TableReporter } from './test/consumers/table-reporter.ts';

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/consumers/**/*.consumers.ts'],
    testTimeout: 300_000,
    hookTimeout: 600_000,
    reporters: ['verbose', new TableReporter()],
  },
});

export default config;
