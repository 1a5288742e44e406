import { testBehaviours } from '../behaviours.ts';
import { source } from '../toolchains.ts';

testBehaviours({
  name: 'Python',
  probes: [['python3', '-c', 'import http.client, json']],
  packages: ['python3'],
  build: async () => ['python3', source('python-hand-written/bootstrap.py')],
});
