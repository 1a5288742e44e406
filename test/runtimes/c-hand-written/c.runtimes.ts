import { join } from 'node:path';
import { testBehaviours } from '../behaviours.ts';
import { run, source } from '../toolchains.ts';

testBehaviours({
  name: 'C',
  probes: [['cc', '--version']],
  packages: ['gcc', 'libc6-dev'],
  async build(folder) {
    const binary = join(folder, 'bootstrap');
    await run('cc', ['-O1', '-Wall', '-Wextra', '-Werror', '-o', binary, source('c-hand-written/bootstrap.c')]);
    return [binary];
  },
});
