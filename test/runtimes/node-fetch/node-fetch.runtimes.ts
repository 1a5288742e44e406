import { testBehaviours } from '../behaviours.ts';
import { source } from '../toolchains.ts';

testBehaviours({
  name: 'Node, fetch',
  probes: [[process.execPath, '--version']],
  packages: ['nodejs'],
  build: async () => [process.execPath, source('node-fetch/bootstrap.mjs')],
});
