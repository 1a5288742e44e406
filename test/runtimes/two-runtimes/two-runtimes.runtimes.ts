import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { createRuntimeApi, type InvocationResult, type InvokeEvent } from '../../../src/index.ts';
import { isMissing, source } from '../toolchains.ts';

const toolchain = {
  name: 'a function in bash, and the same in Python',
  probes: [
    ['bash', '--version'],
    ['curl', '--version'],
    ['awk', 'BEGIN { exit }'],
    ['python3', '-c', 'import http.client, json'],
  ],
  packages: ['bash', 'curl', 'mawk', 'python3'],
} as const;

const bash = [source('bash-hand-written/bootstrap')];
const python = ['python3', source('python-hand-written/bootstrap.py')] as const;

/** Only a runtime that is stuck takes as long. */
const timeoutMs = 60_000;

describe.skipIf(isMissing(toolchain))(toolchain.name, () => {
  test('answer the same events alike', async () => {
    await using original = await createRuntimeApi({ command: bash, timeoutMs });
    await using port = await createRuntimeApi({ timeoutMs });
    // As a debugger or a container would be started: nothing but these variables ties it to its API.
    await using _process = startProcess(python, port.environmentVariables);

    for (const event of events) {
      const [expected, actual] = await Promise.all([original.invoke(event), port.invoke(event)]);

      expect(answerOf(actual), JSON.stringify(event)).toEqual(answerOf(expected));
    }
    expect(original.violations).toEqual([]);
    expect(port.violations).toEqual([]);
  });

  test('differ where bash cannot hold a byte', async () => {
    await using original = await createRuntimeApi({ command: bash, timeoutMs });
    await using port = await createRuntimeApi({ timeoutMs });
    await using _process = startProcess(python, port.environmentVariables);
    const event = { raw: 'a\0b' };

    const [expected, actual] = await Promise.all([original.invoke(event), port.invoke(event)]);

    expect(answerOf(expected)).toEqual({ status: 'success', payload: 'ab' });
    expect(answerOf(actual)).toEqual({ status: 'success', payload: 'a\0b' });
  });
});

/** Recorded from the function that is to be replaced, or made up: whatever its port has to cope with. */
const events: readonly InvokeEvent[] = [
  { name: 'Nim', list: [1, 2.5, null], nested: { text: 'añb 漢字 🦊' } },
  'a string',
  null,
  { op: 'fail' },
  { op: 'big', bytes: 300_000 },
  { raw: '\n{ "a" : 1 }\n\n' },
  'after all that',
];

/** What the caller of a function sees. Durations and logs may differ. */
function answerOf(result: InvocationResult): object {
  const { status } = result;
  return status === 'success' ? { status, payload: result.payload } : { status, error: result.error };
}

/** Starts a process that ends with the test. */
function startProcess([file, ...args]: readonly [string, ...string[]], env: Record<string, string>): AsyncDisposable {
  const process = spawn(file, args, { env, stdio: 'inherit' });
  const exited = once(process, 'exit');
  return {
    async [Symbol.asyncDispose]() {
      process.kill();
      await exited;
    },
  };
}
