import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { BuiltRuntime } from '../behaviours.ts';
import { versions } from '../versions.ts';
import { events, functionUrlRequest } from './events.ts';

/** What a handler may look like, and what it sees and answers with. */
export function testHandlers({ start }: BuiltRuntime): void {
  test('is built with the pinned version', async () => {
    await using api = await start({ handlerName: 'dependencies' });

    expect(await api.invoke(null)).toMatchObject({ status: 'success', payload: versions.go });
  });

  test('is what the example asks for, too', async () => {
    const manifest = await readFile(new URL('../../../examples/go/go.mod', import.meta.url), 'utf8');
    const version = versions.go['github.com/aws/aws-lambda-go'];

    expect(manifest).toContain(`\nrequire github.com/aws/aws-lambda-go ${version}\n`);
  });

  describe('takes a handler that is', () => {
    for (const { signature, payload, stdout = '' } of signatures) {
      test(signature, async () => {
        await using api = await start({ handlerName: signature });

        const result = await api.invoke({ name: 'Nim' });

        expect(result).toMatchObject({ status: 'success', payload, contentType: 'application/json' });
        expect(result.logs).toMatchObject({ stdout, stderr: '' });
      });
    }

    test('a lambda.Handler, which sees bytes', async () => {
      await using api = await start({ handlerName: 'lambda.Handler' });

      for (const raw of ['\n{ "a" : 1 }\n\n', ' ', '', 'no JSON']) {
        const result = await api.invoke({ raw });

        expect(result).toMatchObject({ status: 'success', body: Buffer.from(raw) });
        expect(result).toMatchObject({ contentType: 'application/octet-stream' });
      }
    });

    test('a function that returns an io.Reader', async () => {
      await using api = await start({ handlerName: 'io.Reader' });

      const result = await api.invoke('<p>Zoë</p>');

      expect(result).toMatchObject({ status: 'success', payload: '<p>Zoë</p>', isJson: false, streamed: false });
      expect(result).toMatchObject({ contentType: 'application/octet-stream' });
    });

    test('a function that returns an io.ReadCloser with a content type', async () => {
      await using api = await start({ handlerName: 'io.Reader with a content type' });

      const result = await api.invoke('<p>Zoë</p>');

      expect(result).toMatchObject({ status: 'success', payload: '<p>Zoë</p>', contentType: 'text/html' });
      expect(result.logs.stdout).toBe('closed\n');
    });
  });

  test('serves a function URL with a net/http handler: a prelude, then the body', async () => {
    await using api = await start({ handlerName: 'lambdaurl' });

    const result = await api.invoke(functionUrlRequest);

    if (result.status !== 'success') throw new Error(result.message);
    expect(result.contentType).toBe('application/vnd.awslambda.http-integration-response');
    // The client says nowhere that it streams.
    expect(result.streamed).toBe(false);
    const [prelude = '', body] = result.body.toString().split('\0'.repeat(8));
    expect(JSON.parse(prelude)).toMatchObject({ statusCode: 201, headers: { 'Content-Type': 'text/plain' } });
    expect(body).toBe('POST https://abc.example.com/orders?dry=1: two cheeses');
  });

  describe('changes numbers and broken text that pass through a Go value', () => {
    const raw = '{"big":9007199254740993,"lone":"\\ud83d","html":"<&>"}';

    test('by default', async () => {
      await using api = await start({ handlerName: 'func(any) (any, error)' });

      const result = await api.invoke({ raw });

      expect(result).toMatchObject({ body: Buffer.from('{"big":9007199254740992,"html":"<&>","lone":"\ufffd"}') });
    });

    test('except for numbers, with WithUseNumber', async () => {
      await using api = await start({ handlerName: 'WithUseNumber' });

      const result = await api.invoke({ raw });

      expect(result).toMatchObject({ body: Buffer.from('{"big":9007199254740993,"html":"<&>","lone":"\ufffd"}') });
    });
  });

  test('makes text of what else the client context holds', async () => {
    await using api = await start();

    const result = await api.invoke({ op: 'context' }, { clientContext: { custom: { list: [1, 2], count: 3 } } });

    expect(result).toMatchObject({ payload: { clientContext: { custom: { list: '[1,2]', count: '3' } } } });
  });

  describe('reads and writes', () => {
    for (const [handlerName, { event, payload }] of Object.entries(events)) {
      test(handlerName, async () => {
        await using api = await start({ handlerName });

        expect(await api.invoke(event)).toMatchObject({ status: 'success', payload });
      });
    }
  });
}

interface Signature {
  readonly signature: string;
  readonly payload: unknown;
  readonly stdout?: string;
}

/** All that the documentation of lambda.Start() lists. */
const signatures: readonly Signature[] = [
  { signature: 'func()', payload: null, stdout: 'called\n' },
  { signature: 'func() error', payload: null, stdout: 'called\n' },
  { signature: 'func() (U, error)', payload: 'Hello!' },
  { signature: 'func(T)', payload: null, stdout: 'called by Nim\n' },
  { signature: 'func(T) error', payload: null },
  { signature: 'func(T) (U, error)', payload: { text: 'Hello Nim!' } },
  { signature: 'func(context.Context)', payload: null, stdout: 'called\n' },
  { signature: 'func(context.Context) error', payload: null },
  { signature: 'func(context.Context) (U, error)', payload: 'Hello!' },
  { signature: 'func(context.Context, T)', payload: null, stdout: 'called by Nim\n' },
  { signature: 'func(context.Context, T) error', payload: null },
  { signature: 'func(context.Context, T) (U, error)', payload: { text: 'Hello Nim!' } },
];
