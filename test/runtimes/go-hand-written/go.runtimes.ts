import { join } from 'node:path';
import { testBehaviours } from '../behaviours.ts';
import { run, source } from '../toolchains.ts';

const offline = { GO111MODULE: 'on', GOFLAGS: '-mod=mod', GOPROXY: 'off', GOTOOLCHAIN: 'local', CGO_ENABLED: '0' };

testBehaviours({
  name: 'Go',
  probes: [['go', 'version']],
  packages: ['golang-go'],
  async build(folder) {
    const binary = join(folder, 'bootstrap');
    await run('go', ['build', '-o', binary, source('go-hand-written/main.go')], offline);
    return [binary];
  },
});
