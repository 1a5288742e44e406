import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { testBehaviours } from '../behaviours.ts';
import { run, source } from '../toolchains.ts';
import { versions } from '../versions.ts';
import { testOddHandlers } from './odd-handlers.ts';
import { testStreamingHandlers } from './streaming-handlers.ts';

const folder = source('node-aws-lambda-ric');
const version = versions.node['aws-lambda-ric'];

testBehaviours({
  name: 'Node, aws-lambda-ric',
  // The package brings the sources of its native half, and of curl.
  probes: [
    ['npm', '--version'],
    ['cmake', '--version'],
    ['make', '--version'],
    ['c++', '--version'],
    ['python3', '--version'],
    ['xz', '--version'],
  ],
  packages: ['npm', 'cmake', 'make', 'g++', 'python3', 'xz-utils'],
  build: async (builds) => {
    expect(versionIn(`${folder}/package.json`)).toBe(version);
    const client = `${builds}/node_modules/aws-lambda-ric`;
    if (!isBuilt(client)) {
      for (const manifest of ['package.json', 'package-lock.json']) {
        copyFileSync(`${folder}/${manifest}`, `${builds}/${manifest}`);
      }
      await run('npm', ['ci', '--prefix', builds], headersOfNode());
    }
    return { command: [process.execPath, `${client}/index.mjs`], cwd: folder };
  },
  known: {
    // The type of an error is its name.
    failure: {
      error: {
        errorType: 'Failed',
        errorMessage: 'as asked',
        stackTrace: expect.arrayContaining(['Failed: as asked']),
      },
    },
    bytes: 'parsed',
    // `undefined` stands for a tenant ID that nobody gave.
    noContext: { tenantId: null },
  },
  more: (runtime) => {
    testOddHandlers(runtime);
    testStreamingHandlers(runtime);
  },
});

function isBuilt(client: string): boolean {
  return existsSync(`${client}/rapid-client.node`) && versionIn(`${client}/package.json`) === version;
}

/** The version of the client that a package.json names or asks for. */
function versionIn(manifest: string): unknown {
  const { version, dependencies } = JSON.parse(readFileSync(manifest, 'utf8'));
  return dependencies?.['aws-lambda-ric'] ?? version;
}

/** Where Node was installed with its headers, they need no download. */
function headersOfNode(): Record<string, string> {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, 'include/node/node_api.h')) ? { npm_config_nodedir: prefix } : {};
}
