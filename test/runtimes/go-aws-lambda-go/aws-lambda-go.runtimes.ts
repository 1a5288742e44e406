import { join } from 'node:path';
import { expect } from 'vitest';
import { testBehaviours } from '../behaviours.ts';
import { build, folder } from './build.ts';
import { testFailures } from './failures.ts';
import { testHandlers } from './handlers.ts';
import { testShutdown } from './shutdown.ts';

testBehaviours({
  name: 'Go, aws-lambda-go',
  // Fails where Go is older than go.mod asks for.
  probes: [['env', 'GOTOOLCHAIN=local', 'go', 'list', '-C', folder, '-m']],
  packages: ['golang-go'],
  newer: 'https://go.dev/dl',
  async build(target) {
    const binary = join(target, 'bootstrap');
    await build(binary);
    return [binary];
  },
  known: {
    // The type of an error is the name of its Go type.
    failure: {
      error: { errorType: 'Failed', errorMessage: 'as asked' },
      body: Buffer.from('{"errorMessage":"as asked","errorType":"Failed"}'),
    },
    // It never posts to /init/error: a function that cannot start says why on stderr, and exits.
    initFailure: {
      error: { errorType: 'Runtime.ExitError', errorMessage: expect.stringContaining('exit status 1') },
      exit: { code: 1, signal: null },
    },
    bytes: 'parsed',
    // Structs, which are empty where nothing was sent.
    noContext: {
      clientContext: {
        client: { installation_id: '', app_title: '', app_version_code: '', app_package_name: '' },
        custom: null,
      },
      cognitoIdentity: { cognitoIdentityId: '', cognitoIdentityPoolId: '' },
    },
  },
  more(runtime) {
    testHandlers(runtime);
    testFailures(runtime);
    testShutdown(runtime);
  },
});
