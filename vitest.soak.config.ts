import { defineConfig, type ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/soak/**/*.soak.ts'],
    testTimeout: 900_000,
    // What is measured must not share the machine with what is measured next to it.
    fileParallelism: false,
    reporters: ['verbose'],
    disableConsoleIntercept: true,
  },
});

export default config;
