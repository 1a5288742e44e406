import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createRuntimeApi, type RuntimeApi, type RuntimeApiOptions } from '../../src/index.ts';
import { openScene } from '../helpers/fixtures.ts';
import { isAlive } from '../helpers/processes.ts';
import { isMissing, type Toolchain } from './toolchains.ts';

/**
 * A runtime in some language: it does what the `op` of the event says, and echoes events that have none.
 *
 * | op | |
 * |---|---|
 * | `fail` | posts an error |
 * | `exit` | exits with `code` |
 * | `hang` | never answers |
 * | `context` | answers with what the headers said |
 * | `print` | prints `line` to stdout and stderr, then echoes |
 * | `big` | answers with a JSON string of `bytes` bytes, quotes included |
 *
 * With `INIT=fail` in its environment it posts an init error and exits with code 1.
 */
export interface Language extends Toolchain {
  /** Builds what has to be built, into the folder; resolves to the command. */
  build(folder: string): Promise<readonly string[]>;
}

/** A minute is not part of any behaviour: only a runtime that is stuck takes as long. */
const options: RuntimeApiOptions = { timeoutMs: 60_000, initTimeoutMs: 60_000, onViolation: 'fail' };

const mebibyte = 1024 * 1024;

/** What every runtime can do, whatever it is written in. */
export function testBehaviours(language: Language): void {
  describe.skipIf(isMissing(language))(language.name, () => {
    let command: readonly string[] = [];

    beforeAll(async () => {
      const folder = await mkdtemp(join(tmpdir(), 'harness-languages-'));
      const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
      command = await language.build(folder).catch(async (error: unknown) => {
        await remove();
        throw error;
      });
      return remove;
    });

    const start = (more: RuntimeApiOptions = {}): Promise<RuntimeApi> =>
      createRuntimeApi({ command, ...options, ...more });

    test('echoes what JSON can hold', async () => {
      await using api = await start();

      for (const event of events) {
        const result = await api.invoke(event);

        expect(result).toMatchObject({ status: 'success', payload: event, isJson: true });
      }
      expect(api.violations).toEqual([]);
    });

    test('echoes events byte by byte', async () => {
      await using api = await start();

      for (const raw of ['\n{ "a" : 1 }\n\n', '{"a":"\\u00e9 é \\ud83e\\udd8a"}', ' ', '']) {
        const result = await api.invoke({ raw });

        expect(result).toMatchObject({ status: 'success', body: Buffer.from(raw) });
      }
      expect(api.violations).toEqual([]);
    });

    test('reports the error of a handler, and goes on', async () => {
      await using api = await start();

      const failed = await api.invoke({ op: 'fail' });
      const next = await api.invoke('next');

      expect(failed).toMatchObject({
        status: 'function-error',
        functionError: 'Unhandled',
        error: { errorType: 'Fixture.Failed', errorMessage: 'as asked', stackTrace: ['first line', 'second line'] },
        errorTypeHeader: 'Fixture.Failed',
        body: Buffer.from(
          '{"errorType":"Fixture.Failed","errorMessage":"as asked","stackTrace":["first line","second line"]}',
        ),
      });
      expect(next).toMatchObject({ status: 'success', payload: 'next' });
      expect(processesOf(api)).toHaveLength(1);
      expect(api.violations).toEqual([]);
    });

    test('reports an init error', async () => {
      await using api = await start({ env: { INIT: 'fail' } });

      const init = await api.ready();

      expect(init).toMatchObject({
        status: 'init-error',
        error: { errorType: 'Fixture.InitFailed', errorMessage: 'as asked' },
        exit: { code: 1, signal: null },
      });
      expect(api.violations).toEqual([]);
    });

    test('is replaced when it exits, whatever the code', async () => {
      await using api = await start();

      for (const code of [0, 1, 42]) {
        const exited = await api.invoke({ op: 'exit', code });
        const next = await api.invoke(`after ${code}`);

        expect(exited).toMatchObject({ status: 'runtime-exit', exit: { code, signal: null } });
        expect(next).toMatchObject({ status: 'success', payload: `after ${code}` });
      }
      expect(new Set(processesOf(api)).size).toBe(4);
      expect(api.violations).toEqual([]);
    });

    test('is replaced when its time is up', async () => {
      await using api = await start();

      const hanging = api.invoke({ op: 'hang' });
      await hanging.delivered;
      hanging.expire();
      const timedOut = await hanging;
      const next = await api.invoke('next');

      expect(timedOut.status).toBe('timeout');
      expect(next).toMatchObject({ status: 'success', payload: 'next' });
      expect(processesOf(api).map(isAlive)).toEqual([false, true]);
      expect(api.violations).toEqual([]);
    });

    test('sees its deadline, and how far away that is', async () => {
      await using api = await start();
      await api.ready();
      const deadlineMs = Date.UTC(2100, 0);

      const earliest = Date.now();
      const result = await api.invoke<Context>({ op: 'context' }, { deadline: new Date(deadlineMs) });
      const latest = Date.now();

      if (result.status !== 'success') throw new Error(result.message);
      expect(result.payload.deadlineMs).toBe(deadlineMs);
      expect(result.payload.remainingMs).toBeGreaterThanOrEqual(deadlineMs - latest);
      expect(result.payload.remainingMs).toBeLessThanOrEqual(deadlineMs - earliest);
    });

    test('sees client context, identity, tenant, trace and ARN', async () => {
      await using api = await start();
      const clientContext = { client: { app_title: 'Zoë' }, custom: { key: 'a: "b"' } };
      const cognitoIdentity = { cognitoIdentityId: 'an-identity', cognitoIdentityPoolId: 'a-pool' };
      const traceId = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
      const functionArn = 'arn:aws:lambda:eu-west-1:210987654321:function:other:live';

      const result = await api.invoke(
        { op: 'context' },
        { clientContext, cognitoIdentity, tenantId: 'a-tenant', traceId, invokedFunctionArn: functionArn },
      );

      expect(result).toMatchObject({
        status: 'success',
        payload: { clientContext, cognitoIdentity, tenantId: 'a-tenant', traceId, functionArn },
      });
    });

    test('sees no context that nobody gave', async () => {
      await using api = await start();

      const result = await api.invoke({ op: 'context' });

      expect(result).toMatchObject({
        status: 'success',
        payload: { clientContext: null, cognitoIdentity: null, tenantId: '' },
      });
    });

    test('receives 1 MiB, and answers with it', async () => {
      await using api = await start();
      const event = 'é'.repeat(mebibyte / 2 - 1);

      const result = await api.invoke(event);

      if (result.status !== 'success') throw new Error(result.message);
      expect(result.body.length).toBe(mebibyte);
      // Not compared by expect(), which would print both when they differ.
      expect(result.payload === event).toBe(true);
    });

    for (const size of [1, 6]) {
      test(`answers with ${size} MiB`, async () => {
        await using api = await start();
        const bytes = size * mebibyte;

        const result = await api.invoke({ op: 'big', bytes });

        if (result.status !== 'success') throw new Error(result.message);
        expect(result.payload === 'x'.repeat(bytes - 2)).toBe(true);
      });
    }

    test('keeps 100 invocations apart: payloads, logs and request IDs', async () => {
      await using api = await start();

      for (let round = 1; round <= 100; round++) {
        const event = { op: 'print', line: randomUUID() };
        const requestId = randomUUID();
        const result = await api.invoke(event, { requestId });

        expect(result).toMatchObject({ status: 'success', payload: event, requestId });
        expect(result.logs).toMatchObject({ stdout: `stdout of ${event.line}\n`, stderr: `stderr of ${event.line}\n` });
      }
      expect(processesOf(api)).toHaveLength(1);
      expect(api.violations).toEqual([]);
    });

    test('prints nothing that nobody asked for', async () => {
      await using api = await start();

      const init = await api.ready();
      const result = await api.invoke(1);

      expect(init.logs.lines).toEqual([]);
      expect(result.logs.lines).toEqual([]);
    });

    test('is gone after close(), having waited for an event', async () => {
      await using scene = await openScene(command, options);

      await scene.api.invoke(1);

      await scene.expectNothingLeft();
    });

    test('is gone after close(), in the middle of an invocation', async () => {
      await using scene = await openScene(command, options);

      const hanging = scene.api.invoke({ op: 'hang' });
      await hanging.delivered;

      await scene.expectNothingLeft();
      await expect(hanging).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    });
  });
}

const events: readonly unknown[] = [
  {},
  { name: 'Nim', list: [1, 2.5, -3e-7, [], {}], nested: { deeper: { deepest: [null, true, false] } } },
  { text: 'añb 漢字 🦊 \u2028 \u0000 " \\ / \ud83d', 'a kéy': '\t\r\n' },
  'a string',
  '@file',
  '% %s %n $HOME `id` $(id) "op":"exit"',
  '',
  null,
  true,
  0,
  [],
  [[['nested']]],
];

interface Context {
  readonly deadlineMs: number;
  readonly remainingMs: number;
}

/** The process IDs of all runtimes that were started, in order. */
function processesOf(api: RuntimeApi): number[] {
  return api.transcript.flatMap((entry) => (entry.type === 'runtime.started' ? [entry.pid ?? -1] : []));
}
