import { expect, test } from 'vitest';
import { openScene, runtimes } from '../helpers/fixtures.ts';
import { announced } from '../helpers/wire-client.ts';
import { openMistake } from './mistakes.ts';

const requestId = '00000000-0000-4000-8000-000000000001';

test('a runtime that mixes up the contexts dies of one that comes alone, and its init error is out of place', async () => {
  await using scene = await openMistake('mixes-up-the-contexts.mjs');
  const cognitoIdentity = { cognitoIdentityId: 'id', cognitoIdentityPoolId: 'pool' };

  const result = await scene.api.invoke({}, { cognitoIdentity });

  expect(result).toMatchObject({ status: 'runtime-exit', exit: { code: 2, signal: null } });
  expect(scene.api.violations).toMatchObject([
    {
      rule: 'init-error-after-next',
      requestId,
      advice:
        'Post /init/error only before the first GET /next. Report errors of a handler with /invocation/{id}/error.',
    },
  ]);
  for (const part of ['VIOLATION init-error-after-next', 'stderr | panic: runtime error: invalid memory address'])
    expect(result).toHaveProperty('message', expect.stringContaining(part));
  expect(await scene.api.invoke({}, { cognitoIdentity, clientContext: {} })).toMatchObject({ status: 'success' });
  await scene.expectNothingLeft();
});

test('a runtime that does not read the status takes a refusal for an event, and answers to nobody', async () => {
  await using scene = await openMistake('does-not-read-the-status.mjs');
  const answered = announced(scene.api, 'exchange', ({ path }) => path.endsWith('/undefined/response'));

  const result = await scene.api.invoke({});

  expect(result).toMatchObject({ status: 'init-error', error: { errorType: 'Config.Missing' } });
  expect(await answered).toMatchObject({ response: { status: 400 } });
  expect(scene.api.violations).toMatchObject([
    { rule: 'call-after-init-error', message: expect.stringContaining('called next') },
    { rule: 'unknown-request-id', message: expect.stringContaining('"undefined"') },
  ]);
  await scene.expectNothingLeft();
});

test('a runtime that parses outside of try dies of an event that is not JSON, and the message shows of what', async () => {
  await using scene = await openMistake('parses-outside-of-try.mjs');

  const result = await scene.api.invoke({ raw: '' });

  expect(result).toMatchObject({ status: 'runtime-exit', exit: { code: 1, signal: null } });
  for (const part of ['(exit status 1) during the Invoke phase, before it responded', 'stderr | SyntaxError: '])
    expect(result).toHaveProperty('message', expect.stringContaining(part));
  expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
  await scene.expectNothingLeft();
});

test('a runtime that does not answer if there is no result is given the event again, which is recorded', async () => {
  await using scene = await openMistake('does-not-answer-nothing.mjs');

  expect(await scene.api.invoke({})).toMatchObject({ status: 'success', payload: { times: 2 } });

  expect(scene.api.violations).toMatchObject([
    {
      rule: 'next-before-answer',
      message: `The runtime asked for an event while ${requestId} was unanswered.`,
      advice: expect.stringContaining('Lambda hands out the same event again'),
      requestId,
    },
  ]);
  await scene.expectNothingLeft();
});

test('a runtime that does not drain replies is served over as many connections as it takes', async () => {
  await using scene = await openMistake('does-not-drain-replies.mjs');

  for (let round = 1; round <= 50; round++) {
    expect(await scene.api.invoke({ round })).toMatchObject({ status: 'success', payload: { round } });
  }

  expect(scene.pids).toHaveLength(1);
  expect(scene.api.violations).toEqual([]);
  await scene.expectNothingLeft();
});

test('a runtime that counts characters has its response cut off, in the middle of a character', async () => {
  await using scene = await openMistake('counts-characters.mjs');

  const result = await scene.api.invoke({ text: 'Grüße' });

  const whole = Buffer.from('{"text":"Grüße"}');
  expect(result).toMatchObject({ status: 'success', isJson: false, body: whole.subarray(0, -2) });
  expect(await scene.api.invoke({ behave: true })).toMatchObject({ payload: { pid: scene.pids[0] } });
  await scene.expectNothingLeft();
});

test('a runtime that announces more than it sends is waited for until its time is up: the message says what is missing', async () => {
  await using scene = await openScene(runtimes.postsHalfAndStays, { timeoutMs: 60_000 });

  const invocation = scene.api.invoke({});
  await invocation.chunks[Symbol.asyncIterator]().next();
  invocation.expire();

  expect(await invocation).toMatchObject({
    status: 'timeout',
    message: expect.stringContaining('10 bytes of its body have arrived, and its end has not'),
  });
  await scene.expectNothingLeft();
});
