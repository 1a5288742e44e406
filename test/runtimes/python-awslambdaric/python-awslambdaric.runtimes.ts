import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { testBehaviours } from '../behaviours.ts';
import { run, source } from '../toolchains.ts';
import { versions } from '../versions.ts';
import { testOddHandlers } from './odd-handlers.ts';

const folder = source('python-awslambdaric');

testBehaviours({
  name: 'Python, awslambdaric',
  probes: [['python3', '-c', 'import ensurepip, venv']],
  packages: ['python3', 'python3-venv'],
  build: async (builds) => {
    const requirements = `${folder}/requirements.txt`;
    for (const file of [requirements, source('../../examples/python/requirements.txt')]) {
      expect(readFileSync(file, 'utf8')).toContain(`awslambdaric==${versions.python.awslambdaric}\n`);
    }
    const python = `${builds}/venv/bin/python`;
    await run('python3', ['-m', 'venv', `${builds}/venv`]);
    // Needs no network for what is there.
    await run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]);
    return {
      command: [python, '-m', 'awslambdaric', 'function.handler'],
      cwd: folder,
      env: { PYTHONDONTWRITEBYTECODE: '1' },
    };
  },
  known: {
    // The type of an error is the name of its class.
    failure: {
      error: { errorType: 'Failed', errorMessage: 'as asked', stackTrace: [expect.stringMatching(/, in handler\n/)] },
    },
    bytes: 'parsed',
    // `context.identity` is always there, and None stands for a tenant ID that nobody gave.
    noContext: { cognitoIdentity: { cognitoIdentityId: null, cognitoIdentityPoolId: null }, tenantId: null },
  },
  more: testOddHandlers,
});
