// Drives two runtimes, one in Node and one in bash, through a success, an error, a timeout and a crash.
import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createRuntimeApi } from '../dist/index.mjs';

const directory = (name) => fileURLToPath(new URL(name, import.meta.url));
const isInstalled = (tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status === 0;

await drive('Node', {
  options: { command: ['./bootstrap.mjs'], cwd: directory('node') },
  failure: 'RangeError',
  exit: { code: 3, signal: null },
});

const missing = ['bash', 'curl'].filter((tool) => !isInstalled(tool));
if (missing.length === 0) {
  await drive('bash', {
    options: { command: ['./bootstrap'], cwd: directory('bash') },
    failure: 'Handler.Status4',
    exit: { code: null, signal: 'SIGKILL' },
  });
} else {
  console.log(`\nSKIPPED: the bash runtime, because this machine lacks ${missing.join(' and ')}.`);
}

async function drive(name, { options, failure, exit }) {
  const api = await createRuntimeApi({ ...options, timeoutMs: 900_000 });
  try {
    console.log(`\n=== A ${name} runtime, driven through ${api.address}`);

    const success = await api.invoke({ do: 'greet', name: 'Nim' });
    show('success', success, success.payload);
    assert.equal(success.status, 'success');
    assert.equal(success.payload, 'Hello Nim!');

    const failed = await api.invoke({ do: 'fail' });
    show('function error', failed, `${failed.error.errorType}: ${failed.error.errorMessage}`);
    assert.equal(failed.status, 'function-error');
    assert.equal(failed.error.errorType, failure);

    const hanging = api.invoke({ do: 'hang' });
    await hanging.delivered;
    hanging.expire(); // The timeout is 15 minutes; it passes now.
    const timedOut = await hanging;
    show('timeout', timedOut, timedOut.error.errorMessage);
    assert.equal(timedOut.status, 'timeout');

    const crashed = await api.invoke({ do: 'crash' });
    show('crash', crashed, crashed.error.errorMessage);
    console.log(crashed.message.replaceAll(/^/gm, '  │ '));
    assert.equal(crashed.status, 'runtime-exit');
    assert.deepEqual(crashed.exit, exit);

    assert.deepEqual(api.violations, []);
  } finally {
    await api.close();
  }
}

function show(what, { status, durationMs }, detail) {
  console.log(`${what.padEnd(15)} → status '${status}' after ${durationMs.toFixed(1)} ms: ${detail}`);
}
