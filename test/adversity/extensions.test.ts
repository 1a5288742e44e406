import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { createRuntimeApi, manualClock } from '../../src/index.ts';
import { openScene, runtimes } from '../helpers/fixtures.ts';
import { isAlive } from '../helpers/processes.ts';
import { connect, paths } from '../helpers/wire-client.ts';
import { endOf } from './end-of.ts';

const callsWhileAskedToEnd = [
  process.execPath,
  fileURLToPath(new URL('runtimes/calls-while-asked-to-end.mjs', import.meta.url)),
];
const ignoresSigterm = { IGNORE_SIGTERM: '1' };

describe('a runtime with an extension that is asked to end', () => {
  test('may call whatever it likes: everything is refused, nothing is a violation', async () => {
    await using scene = await openScene(callsWhileAskedToEnd);
    const { api } = scene;
    const invocation = api.invoke({});
    await invocation.delivered;
    const answers = scene.printed('next 403, response 410, initError 202, register 403, wait 403');

    invocation.expire();

    expect(await invocation).toMatchObject({ status: 'timeout' });
    await answers;
    expect(api.violations).toEqual([]);
    await scene.expectNothingLeft();
  });

  test('and ignores that is killed once, however many ask', async () => {
    await using scene = await openScene(runtimes.registersExtension, { env: ignoresSigterm });
    const { api, pids } = scene;
    await api.ready();

    const resetting = api.reset();
    const again = api.reset();
    const waiting = endOf(api.invoke({}));
    const closing = api.close();
    await Promise.all([resetting, again, closing]);

    expect(await waiting).toBe('ERR_CLOSED');
    expect(pids.filter(isAlive)).toEqual([]);
    await scene.expectNothingLeft();
  });

  test('is given its time by the wall, if the clock of the test stands still', async () => {
    const clock = manualClock();
    await using scene = await openScene(runtimes.registersExtension, { env: ignoresSigterm, clock });
    await scene.api.ready();

    await scene.api.close();

    expect(clock.now()).toBe(0);
    await scene.expectNothingLeft();
  });

  test('is given its time by the clock of the test, if that moves', async () => {
    const clock = manualClock();
    await using scene = await openScene(runtimes.registersExtension, { env: ignoresSigterm, clock });
    await scene.api.ready();
    const asked = scene.printed('asked to end');

    const closing = scene.api.close();
    await asked;
    clock.advance(500);
    await closing;

    await scene.expectNothingLeft();
  });
});

describe('an extension that polls beside a runtime that the test starts', () => {
  const register = { path: '/2020-01-01/extension/register', headers: { 'Lambda-Extension-Name': 'one' } };
  const eventNext = '/2020-01-01/extension/event/next';

  test('waits through an invocation, and is cut off by close()', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    await using extension = await connect(api.address);
    const { headers } = await extension.request('POST', register.path, { headers: register.headers, body: '{}' });
    const identifier = headers['lambda-extension-identifier'] ?? '';
    await extension.sendRequest('GET', eventNext, { headers: { 'Lambda-Extension-Identifier': identifier } });

    const invocation = api.invoke(1);
    const { requestId } = await runtime.next();
    await runtime.respond(requestId, '1');
    await runtime.poll();
    expect(await invocation).toMatchObject({ status: 'success' });
    await api.close();

    expect((await extension.ended()).toString()).toBe('');
  });

  test('whose registration breaks off is not registered', async () => {
    await using api = await createRuntimeApi();
    await using extension = await connect(api.address);
    await using witness = await connect(api.address);

    await extension.send(
      `POST ${register.path} HTTP/1.1\r\nHost: localhost\r\nLambda-Extension-Name: one\r\nContent-Length: 100\r\n\r\n{"events":[]}`,
    );
    expect((await witness.request('GET', paths.ping)).status).toBe(200);
    await extension.reset();
    expect((await witness.request('GET', paths.ping)).status).toBe(200);
    const again = await witness.request('POST', register.path, { headers: register.headers, body: '{}' });

    expect(again.status).toBe(200);
  });
});
