import { testBehaviours } from '../behaviours.ts';
import { source } from '../toolchains.ts';

testBehaviours({
  name: 'bash and curl',
  probes: [
    ['bash', '-c', '[ -n "$EPOCHREALTIME" ]'],
    ['curl', '--version'],
    ['awk', 'BEGIN { exit }'],
  ],
  packages: ['bash', 'curl', 'mawk'],
  build: async () => [source('bash-hand-written/bootstrap')],
});
