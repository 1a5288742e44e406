import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRuntimeApi, manualClock, type TranscriptEntry } from '../../src/index.ts';
import { temporaryDirectory } from '../helpers/fixtures.ts';
import { Puppeteer } from '../helpers/puppet.ts';

const runtime = fileURLToPath(new URL('greets-on-cue.mjs', import.meta.url));

/** A real run of 310 ms by a clock that stands still in between: a cold start, a success and a timeout. */
export async function tellStory(): Promise<readonly TranscriptEntry[]> {
  await using folder = await temporaryDirectory();
  await using puppeteer = await Puppeteer.listen();
  const bootstrap = join(folder.path, 'bootstrap');
  await writeFile(bootstrap, `#!/bin/sh\nexec '${process.execPath}' '${runtime}'\n`);
  await chmod(bootstrap, 0o755);
  const clock = manualClock();
  await using api = await createRuntimeApi({
    command: ['./bootstrap'],
    cwd: folder.path,
    env: puppeteer.env,
    timeoutMs: 100,
    clock,
  });
  const stopped = new Promise<void>((resolve) => void api.on('runtime.stopped', () => resolve()));

  const puppet = await puppeteer.arrival();
  clock.advance(120);
  const first = puppet.take('next');
  await api.ready();
  clock.advance(30);
  const greeting = api.invoke({ name: 'Nim' });
  await first;
  clock.advance(30);
  await puppet.take('respond');
  clock.advance(10);
  const second = puppet.take('next');
  await greeting;
  clock.advance(20);
  const slow = api.invoke({ name: 'Zoë' });
  await second;
  clock.advance(100);
  await slow;
  await stopped;
  return api.transcript;
}
