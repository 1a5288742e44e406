import { describe, expect, test } from 'vitest';
import type { RuntimeApi } from '../../src/index.ts';
import { openMistake } from './mistakes.ts';

describe('a runtime that sends results as text', () => {
  test.each([
    ['an object', { a: 1 }, '[object Object]'],
    ['a string', 'Hello', 'Hello'],
    ['a list', [1, 2], '1,2'],
    ['undefined', 'nothing', ''],
  ])('is told by isJson: the payload of %s is text', async (_what, event, text) => {
    await using scene = await openMistake('sends-results-as-text.mjs');

    expect(await scene.api.invoke(event)).toMatchObject({
      status: 'success',
      payload: text,
      isJson: false,
      contentType: 'text/plain',
    });
  });

  test('succeeds by luck where text and JSON are the same', async () => {
    await using scene = await openMistake('sends-results-as-text.mjs');

    expect(await scene.api.invoke(42)).toMatchObject({ payload: 42, isJson: true, contentType: 'text/plain' });
  });
});

// JSON is sent, and no rule is broken: only the payload is another than the author expects.
describe('only the payload tells of a runtime that', () => {
  test('encodes its result twice', async () => {
    await using scene = await openMistake('encodes-twice.mjs');

    expect(await scene.api.invoke('Hello Bob!')).toMatchObject({
      status: 'success',
      payload: 'IkhlbGxvIEJvYiEi',
      isJson: true,
    });
  });

  test('loses the context', async () => {
    await using scene = await openMistake('loses-the-context.mjs');
    const cognitoIdentity = { cognitoIdentityId: 'id', cognitoIdentityPoolId: 'pool' };

    const result = await scene.api.invoke({}, { clientContext: { custom: { theme: 'dark' } }, cognitoIdentity });

    expect(result).toMatchObject({ payload: { clientContext: {}, identity: {} } });
    // What it was sent is in no doubt.
    expect(lastEventHeaders(scene.api)).toMatchObject({
      'Lambda-Runtime-Client-Context': '{"custom":{"theme":"dark"}}',
      'Lambda-Runtime-Cognito-Identity': '{"cognitoIdentityId":"id","cognitoIdentityPoolId":"pool"}',
    });
  });
});

function lastEventHeaders(api: RuntimeApi): Readonly<Record<string, string>> | undefined {
  for (const entry of [...api.transcript].reverse()) {
    if (entry.type === 'exchange' && entry.response?.status === 200) return entry.response.headers;
  }
  return undefined;
}
