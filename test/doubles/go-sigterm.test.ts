import { expect, test } from 'vitest';
import { manualClock } from '../../src/index.ts';
import { isAlive } from '../helpers/processes.ts';
import { openDouble } from './double.ts';

// Apart from SIGTERM it is like go-like.

test('go-sigterm registers an extension without events, and is served all the same', async () => {
  await using scene = await openDouble('go-sigterm');

  expect(await scene.api.invoke({ name: 'Nim' })).toMatchObject({
    status: 'success',
    payload: { name: 'Nim' },
    logs: { stderr: '' },
  });

  const [register] = scene.api.transcript.filter((entry) => entry.type === 'exchange');
  expect(register).toMatchObject({
    method: 'POST',
    path: '/2020-01-01/extension/register',
    requestHeaders: { 'lambda-extension-name': 'GoLangEnableSIGTERM' },
    requestBody: '{"events":null}',
    response: { status: 200, headers: { 'Lambda-Extension-Identifier': expect.any(String) } },
  });
  expect(scene.api.violations).toEqual([]);
  await scene.expectNothingLeft();
});

test('go-sigterm is sent SIGTERM when it is stopped, lives on, and is killed when its time to clean up is over', async () => {
  const clock = manualClock();
  await using scene = await openDouble('go-sigterm', { clock });
  await scene.api.invoke({});

  const closing = scene.api.close();
  await scene.printed('cleaning up');
  expect(scene.pids.map(isAlive)).toEqual([true]);
  clock.advance(60_000);
  await closing;

  await scene.expectNothingLeft();
});

test('go-sigterm is replaced when its time is up, although it outlives SIGTERM', async () => {
  await using scene = await openDouble('go-sigterm');

  const invocation = scene.api.invoke({ op: 'hang' });
  await scene.printed('waiting');
  invocation.expire();

  expect(await invocation).toMatchObject({ status: 'timeout' });
  expect(await scene.api.invoke('after')).toMatchObject({ status: 'success', payload: 'after' });
  expect(new Set(scene.pids).size).toBe(2);
});

test('go-sigterm answers 20 events in a row while its extension waits', async () => {
  await using scene = await openDouble('go-sigterm');

  for (let round = 1; round <= 20; round++) {
    expect(await scene.api.invoke({ round })).toMatchObject({ status: 'success', payload: { round } });
  }
  expect(scene.pids).toHaveLength(1);
  expect(scene.api.violations).toEqual([]);
  await scene.expectNothingLeft();
});
