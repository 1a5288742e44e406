import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CapturedLogs, createRuntimeApi, type RuntimeApi, type RuntimeApiOptions } from '../../src/index.ts';
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
  /**
   * Builds what has to be built, into a folder that git ignores and that may hold what an earlier run built.
   * Resolves to the command, or to all options with which it is started.
   */
  build(folder: string): Promise<readonly string[] | RuntimeApiOptions>;
  /** Where an official client answers otherwise than the table above says: what it is known to answer. */
  readonly known?: KnownAnswers;
  /** Tests of what only this runtime can do, in the same table. `start` starts it; `options` is what `build()` resolved to. */
  more?(runtime: BuiltRuntime): void;
}

export interface BuiltRuntime {
  start(more?: RuntimeApiOptions): Promise<RuntimeApi>;
  options(): RuntimeApiOptions;
}

/** What a client is known to answer, with its version. Each entry has a row in docs/languages.md. */
export interface KnownAnswers {
  /** The result of `fail`, where the client words errors its own way. */
  readonly failure?: object;
  /** What `ready()` resolves to with `INIT=fail`. */
  readonly initFailure?: object;
  /** The results of `exit`, by code, where the client does something about an exit. */
  readonly exits?: Readonly<Record<number, object>>;
  /** Whether the handler sees the event as bytes. Otherwise the client parses it, and writes the payload itself. */
  readonly bytes?: 'parsed';
  /** Events that come back changed: what is sent, and the result. */
  readonly changed?: readonly { readonly event: unknown; readonly result: object }[];
  /** Keys that the answer to `context` lacks or holds otherwise, when all were given. */
  readonly context?: object;
  /** The same, when none was given; undefined for a key that is missing. */
  readonly noContext?: object;
  /** The client context that is sent, where the client dies of the usual one, which lacks keys. */
  readonly clientContext?: Readonly<Record<string, unknown>>;
  /** The rules that the client breaks in every life, sorted. */
  readonly violations?: readonly string[];
  /** What the client itself prints, as a pattern of whole lines, not counted as the handler's. */
  readonly chatter?: RegExp;
}

/** A minute is not part of any behaviour: only a runtime that is stuck takes as long. */
const options: RuntimeApiOptions = { timeoutMs: 60_000, initTimeoutMs: 60_000, onViolation: 'fail' };

const mebibyte = 1024 * 1024;

/** What every runtime can do, whatever it is written in. */
export function testBehaviours(language: Language): void {
  describe.skipIf(isMissing(language))(language.name, () => {
    let built: RuntimeApiOptions = {};

    beforeAll(async () => {
      const folder = fileURLToPath(new URL(`../../.runtimes/${folderOf(language)}`, import.meta.url));
      await mkdir(folder, { recursive: true });
      const result = await language.build(folder);
      built = { ...options, ...(Array.isArray(result) ? { command: result } : result) };
    });

    const { known = {} } = language;
    const expectViolations = (api: RuntimeApi): void => {
      const rules = api.violations.map(({ rule }) => rule);
      expect([...new Set(rules)].sort()).toEqual(known.violations ?? []);
    };
    const ownLines = ({ logs }: { readonly logs: CapturedLogs }): readonly unknown[] =>
      logs.lines.filter(({ text }) => !known.chatter?.test(text));
    const start = (more: RuntimeApiOptions = {}): Promise<RuntimeApi> =>
      createRuntimeApi({ ...built, ...more, env: { ...built.env, ...more.env } });

    test('echoes what JSON can hold', async () => {
      await using api = await start();
      const changed = known.changed ?? [];

      for (const event of events.filter((each) => !changed.some(({ event }) => event === each))) {
        const result = await api.invoke(event);

        expect(result).toMatchObject({ status: 'success', payload: event, isJson: true });
      }
      expectViolations(api);
      for (const { event, result } of changed) expect(await api.invoke(event)).toMatchObject(result);
    });

    if (known.bytes !== 'parsed') {
      test('echoes events byte by byte', async () => {
        await using api = await start();

        for (const raw of ['\n{ "a" : 1 }\n\n', '{"a":"\\u00e9 é \\ud83e\\udd8a"}', ' ', '']) {
          const result = await api.invoke({ raw });

          expect(result).toMatchObject({ status: 'success', body: Buffer.from(raw) });
        }
        expectViolations(api);
      });
    }

    test('reports the error of a handler, and goes on', async () => {
      await using api = await start();

      const failed = await api.invoke({ op: 'fail' });
      const next = await api.invoke('next');

      expect(failed).toMatchObject({ status: 'function-error', functionError: 'Unhandled' });
      expect(failed).toMatchObject(known.failure ?? failure);
      expect(next).toMatchObject({ status: 'success', payload: 'next' });
      expect(processesOf(api)).toHaveLength(1);
      expectViolations(api);
    });

    test('reports an init error', async () => {
      await using api = await start({ env: { INIT: 'fail' } });

      const init = await api.ready();

      expect(init).toMatchObject({ status: 'init-error' });
      expect(init).toMatchObject(known.initFailure ?? initFailure);
      expectViolations(api);
    });

    test('is replaced when it exits, whatever the code', async () => {
      await using api = await start();

      for (const code of [0, 1, 42]) {
        const exited = await api.invoke({ op: 'exit', code });
        const next = await api.invoke(`after ${code}`);

        expect(exited).toMatchObject(known.exits?.[code] ?? { status: 'runtime-exit', exit: { code, signal: null } });
        expect(next).toMatchObject({ status: 'success', payload: `after ${code}` });
      }
      expect(new Set(processesOf(api)).size).toBe(4);
      expectViolations(api);
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
      expectViolations(api);
    });

    test('sees its deadline, and how far away that is', async () => {
      await using api = await start();
      await api.ready();
      // Some clients count the remaining milliseconds in 32 bits.
      const deadlineMs = Date.now() + 20 * 24 * 60 * 60 * 1000;

      const earliest = Date.now();
      const result = await api.invoke<Context>({ op: 'context' }, { deadline: new Date(deadlineMs) });
      const latest = Date.now();

      if (result.status !== 'success') throw new Error(result.message);
      // Not every client shows the handler the deadline itself.
      expect(result.payload.deadlineMs ?? deadlineMs).toBe(deadlineMs);
      expect(result.payload.remainingMs).toBeGreaterThanOrEqual(deadlineMs - latest);
      expect(result.payload.remainingMs).toBeLessThanOrEqual(deadlineMs - earliest);
    });

    test('sees client context, identity, tenant, trace and ARN', async () => {
      await using api = await start();
      const clientContext = known.clientContext ?? { client: { app_title: 'Zoë' }, custom: { key: 'a: "b"' } };
      const cognitoIdentity = { cognitoIdentityId: 'an-identity', cognitoIdentityPoolId: 'a-pool' };
      const traceId = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';
      const functionArn = 'arn:aws:lambda:eu-west-1:210987654321:function:other:live';

      const result = await api.invoke(
        { op: 'context' },
        { clientContext, cognitoIdentity, tenantId: 'a-tenant', traceId, invokedFunctionArn: functionArn },
      );

      expect(result).toMatchObject({
        status: 'success',
        payload: { clientContext, cognitoIdentity, tenantId: 'a-tenant', traceId, functionArn, ...known.context },
      });
    });

    test('sees no context that nobody gave', async () => {
      await using api = await start();

      const expected = { clientContext: null, cognitoIdentity: null, tenantId: '', ...known.noContext };

      const result = await api.invoke<Record<string, unknown>>({ op: 'context' });

      if (result.status !== 'success') throw new Error(result.message);
      for (const [key, value] of Object.entries(expected)) expect(result.payload[key], key).toEqual(value);
    });

    test('receives 1 MiB, and answers with it', async () => {
      await using api = await start();
      const event = 'é'.repeat(mebibyte / 2 - 1);

      const result = await api.invoke(event);

      if (result.status !== 'success') throw new Error(result.message);
      if (known.bytes !== 'parsed') expect(result.body.length).toBe(mebibyte);
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
        expect(ownLines(result)).toEqual(
          expect.arrayContaining([
            { stream: 'stdout', text: `stdout of ${event.line}` },
            { stream: 'stderr', text: `stderr of ${event.line}` },
          ]),
        );
        expect(ownLines(result)).toHaveLength(2);
      }
      expect(processesOf(api)).toHaveLength(1);
      expectViolations(api);
    });

    test('prints nothing that nobody asked for', async () => {
      await using api = await start();

      const init = await api.ready();
      const result = await api.invoke(1);

      expect(ownLines(init)).toEqual([]);
      expect(ownLines(result)).toEqual([]);
    });

    test('is gone after close(), having waited for an event', async () => {
      await using scene = await openScene(built.command ?? [], built);

      await scene.api.invoke(1);

      await scene.expectNothingLeft();
    });

    test('is gone after close(), in the middle of an invocation', async () => {
      await using scene = await openScene(built.command ?? [], built);

      const hanging = scene.api.invoke({ op: 'hang' });
      await hanging.delivered;

      await scene.expectNothingLeft();
      await expect(hanging).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    });

    language.more?.({ start, options: () => built });
  });
}

const failure = {
  error: { errorType: 'Fixture.Failed', errorMessage: 'as asked', stackTrace: ['first line', 'second line'] },
  errorTypeHeader: 'Fixture.Failed',
  body: Buffer.from(
    '{"errorType":"Fixture.Failed","errorMessage":"as asked","stackTrace":["first line","second line"]}',
  ),
};

const initFailure = {
  error: { errorType: 'Fixture.InitFailed', errorMessage: 'as asked' },
  exit: { code: 1, signal: null },
};

const events: readonly unknown[] = [
  {},
  { name: 'Nim', list: [1, 2.5, -3e-7, [], {}], nested: { deeper: { deepest: [null, true, false] } } },
  { text: 'añb 漢字 🦊 \u2028 \u0000 " \\ /', 'a kéy': '\t\r\n' },
  // Half a character: JSON.stringify() escapes it, and not every parser accepts it.
  'a lone \ud83d',
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
  readonly deadlineMs?: number;
  readonly remainingMs: number;
}

/** One folder per runtime, named after it. */
function folderOf({ name }: Language): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}

/** The process IDs of all runtimes that were started, in order. */
function processesOf(api: RuntimeApi): number[] {
  return api.transcript.flatMap((entry) => (entry.type === 'runtime.started' ? [entry.pid ?? -1] : []));
}
