import { describe, expect, test } from 'vitest';
import { createRuntimeApi } from '../../src/index.ts';
import { openScene, runtimes } from '../helpers/fixtures.ts';
import {
  announced,
  connect,
  paths,
  refused,
  replyOf,
  rulesBroken,
  type WireClient,
  type WireResponse,
} from '../helpers/wire-client.ts';

const extension = { register: '/2020-01-01/extension/register', next: '/2020-01-01/extension/event/next' } as const;
const noEvents = '{"events":[]}';

function register(client: WireClient, name: string, body: string = noEvents): Promise<WireResponse> {
  return client.request('POST', extension.register, { headers: { 'Lambda-Extension-Name': name }, body });
}

describe('registering an extension', () => {
  test('is answered with an identifier, and what the function is', async () => {
    await using api = await createRuntimeApi({ functionName: 'greeter', functionVersion: '7', handlerName: 'a.b' });
    await using client = await connect(api.address);

    const response = await register(client, 'one');

    expect(response.status).toBe(200);
    expect(response.headers['content-type']).toBe('application/json');
    expect(response.headers['lambda-extension-identifier']).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(JSON.parse(response.body.toString())).toEqual({
      functionName: 'greeter',
      functionVersion: '7',
      handler: 'a.b',
    });
    expect(api.violations).toEqual([]);
  });

  test('needs no events, or null for them', async () => {
    await using api = await createRuntimeApi();
    await using client = await connect(api.address);

    expect((await register(client, 'one', '{"events":null}')).status).toBe(200);
    expect((await register(client, 'two', '{}')).status).toBe(200);
  });

  test.each([
    ['an empty name', '', noEvents, 'Extension.InvalidExtensionName', 'Empty extension name'],
    [
      'events',
      'one',
      '{"events":["INVOKE"]}',
      'Extension.InvalidEventType',
      'No events allowed for internal extensions',
    ],
    [
      'events that are no list',
      'one',
      '{"events":"INVOKE"}',
      'InvalidRequestFormat',
      'events is not a list of strings',
    ],
    ['a body that is no JSON', 'one', '', 'InvalidRequestFormat', 'the body is not a JSON object'],
    ['a body that is no object', 'one', '7', 'InvalidRequestFormat', 'the body is not a JSON object'],
    ['a body that is a list', 'one', '[]', 'InvalidRequestFormat', 'the body is not a JSON object'],
  ])('with %s is refused', async (_what, name, body, errorType, message) => {
    await using api = await createRuntimeApi();
    await using client = await connect(api.address);

    expect(replyOf(await register(client, name, body))).toEqual(refused(403, errorType, message));
  });

  test('twice with one name is refused, and so is the eleventh', async () => {
    await using api = await createRuntimeApi();
    await using client = await connect(api.address);
    for (let serial = 1; serial <= 9; serial++) await register(client, `extension-${serial}`);

    const again = await register(client, 'extension-1');
    const tenth = await register(client, 'extension-10');
    const eleventh = await register(client, 'extension-11');

    expect(replyOf(again)).toEqual(
      refused(403, 'Extension.InvalidExtensionState', 'Extension with this name already registered'),
    );
    expect(tenth.status).toBe(200);
    expect(replyOf(eleventh)).toEqual(refused(403, 'Extension.TooManyExtensions', 'Extension limit (10) reached'));
  });

  test('is closed once the runtime has asked for work', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    await using client = await connect(api.address);
    await runtime.park();

    const response = await register(client, 'late');

    expect(replyOf(response)).toEqual(
      refused(403, 'Extension.RegistrationClosed', 'Extension registration closed already'),
    );
  });
});

describe('the poll of an extension', () => {
  test.each([
    ['no identifier', undefined, 'Extension.MissingExtensionIdentifier', 'Missing Lambda-Extension-Identifier header'],
    ['a malformed one', 'me', 'Extension.InvalidExtensionIdentifier', 'Invalid Lambda-Extension-Identifier'],
    [
      'one that was never given out',
      '00000000-0000-0000-0000-000000000000',
      'Extension.UnknownExtensionIdentifier',
      'Unknown extension 00000000-0000-0000-0000-000000000000',
    ],
  ])('with %s is refused', async (_what, identifier, errorType, message) => {
    await using api = await createRuntimeApi();
    await using client = await connect(api.address);

    const response = await client.request('GET', extension.next, {
      headers: identifier === undefined ? {} : { 'Lambda-Extension-Identifier': identifier },
    });

    expect(replyOf(response)).toEqual(refused(403, errorType, message));
  });

  test('waits while invocations come and go, and a second one beside it is refused', async () => {
    await using api = await createRuntimeApi();
    await using runtime = await connect(api.address);
    await using first = await connect(api.address);
    await using second = await connect(api.address);
    const { headers } = await register(first, 'one');
    const poll = {
      headers: { 'Lambda-Extension-Identifier': headers['lambda-extension-identifier'] ?? '', Expect: '100-continue' },
    };
    const refusal = announced(
      api,
      'exchange',
      ({ path, response }) => path === extension.next && response !== undefined,
    );
    expect((await first.request('GET', extension.next, poll)).status).toBe(100);

    await second.request('GET', extension.next, poll);
    const invocation = api.invoke('event');
    const event = await runtime.next();
    await runtime.respond(event.requestId, event.body);
    await runtime.park();

    expect((await refusal).response).toMatchObject({ status: 403 });
    expect(await invocation).toMatchObject({ status: 'success', payload: 'event' });
    expect(rulesBroken(api)).toEqual([]);
  });

  test('may come again after the connection broke', async () => {
    await using api = await createRuntimeApi();
    const first = await connect(api.address);
    await using second = await connect(api.address);
    const { headers } = await register(first, 'one');
    const identifier = headers['lambda-extension-identifier'] ?? '';
    const hungUp = announced(api, 'exchange', ({ path, aborted }) => path === extension.next && aborted === true);
    await first.request('GET', extension.next, {
      headers: { 'Lambda-Extension-Identifier': identifier, Expect: '100-continue' },
    });

    await first.close();
    await hungUp;
    await second.request('GET', extension.next, {
      headers: { 'Lambda-Extension-Identifier': identifier, Expect: '100-continue' },
    });
    await using third = await connect(api.address);
    await third.request('GET', paths.ping);

    const polls = api.transcript.filter((entry) => entry.type === 'exchange' && entry.path === extension.next);
    expect(polls).toMatchObject([{ aborted: true }, { path: extension.next }]);
    expect(polls[1]).not.toHaveProperty('response');
  });
});

describe('a runtime that has registered an extension', () => {
  test('is sent SIGTERM before it ends, and what it prints then is heard', async () => {
    const lines: string[] = [];
    await using scene = await openScene(runtimes.registersExtension, { logs: ({ text }) => void lines.push(text) });
    expect(await scene.api.invoke('hello')).toMatchObject({ status: 'success', payload: 'hello' });

    await scene.expectNothingLeft();

    expect(lines).toEqual(['asked to end']);
  });

  test('is killed when it does not end by itself', async () => {
    const lines: string[] = [];
    await using scene = await openScene(runtimes.registersExtension, {
      env: { IGNORE_SIGTERM: '1' },
      logs: ({ text }) => void lines.push(text),
    });
    await scene.api.ready();

    await scene.expectNothingLeft();

    expect(lines).toEqual(['asked to end']);
  });

  test('is replaced by one that registers anew', async () => {
    await using api = await createRuntimeApi({ command: runtimes.registersExtension });
    await api.invoke(1);

    await api.reset();
    const result = await api.invoke(2);

    expect(result).toMatchObject({ status: 'success', payload: 2 });
    const registrations = api.transcript.filter(
      (entry) => entry.type === 'exchange' && entry.path === extension.register,
    );
    expect(registrations).toMatchObject([{ response: { status: 200 } }]);
  });
});
