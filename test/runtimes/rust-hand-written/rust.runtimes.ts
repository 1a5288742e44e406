import { join } from 'node:path';
import { testBehaviours } from '../behaviours.ts';
import { run, source } from '../toolchains.ts';

testBehaviours({
  name: 'Rust',
  probes: [
    ['rustc', '--version'],
    ['cc', '--version'],
  ],
  packages: ['rustc', 'gcc', 'libc6-dev'],
  async build(folder) {
    const binary = join(folder, 'bootstrap');
    await run('rustc', ['--edition', '2021', '-O', '-o', binary, source('rust-hand-written/bootstrap.rs')]);
    return [binary];
  },
});
