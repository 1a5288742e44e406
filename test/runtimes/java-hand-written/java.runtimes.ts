import { testBehaviours } from '../behaviours.ts';
import { run, source } from '../toolchains.ts';

testBehaviours({
  name: 'Java',
  probes: [
    ['javac', '-version'],
    ['java', '-version'],
  ],
  packages: ['default-jdk-headless'],
  // Compiled once: `java Bootstrap.java` would compile it at every start.
  async build(folder) {
    await run('javac', ['-d', folder, source('java-hand-written/Bootstrap.java')]);
    // A JVM that is killed would leave its performance data behind.
    return ['java', '-XX:-UsePerfData', '-XX:TieredStopAtLevel=1', '-cp', folder, 'Bootstrap'];
  },
});
