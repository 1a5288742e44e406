import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { FunctionError, InvocationResult, PostedError, RuntimeApi, RuntimeApiOptions } from '../../src/index.ts';
import { openScene, type Scene } from '../helpers/fixtures.ts';

/** A program that behaves on the wire as an official client does which not every machine can run. */
export interface Double {
  /** The name of its file, without `.mjs`. */
  readonly name: string;
  readonly options?: RuntimeApiOptions;
  /** What comes of a handler that throws. */
  readonly failure: Failure;
  /** What `ready()` resolves to if the start fails. */
  readonly initFailure: object;
  /** Strings are not quoted, since it knows no JSON. */
  readonly writes?: 'text';
  /** The rules that it breaks whenever it reports an error. */
  readonly errorViolations?: readonly string[];
  /** The same of an error while it starts, if those are others. */
  readonly initErrorViolations?: readonly string[];
  /** What only this one does: further tests. */
  quirks(): void;
}

export interface Failure {
  readonly status: 'function-error' | 'runtime-exit';
  /** How its process ends, if it does. */
  readonly exitCode?: number;
  /** What it posted; missing if it posts nothing. */
  readonly posted?: {
    readonly error: FunctionError;
    /** The body, byte for byte. */
    readonly body: string;
    readonly errorTypeHeader?: string;
    readonly xrayCause?: object;
    /** Request headers, by lower-case name; `undefined` if it does not send one. */
    readonly headers: Readonly<Record<string, string | undefined>>;
  };
}

/** The ID of the first invocation, as error reports may hold it. */
export const firstRequestId = '00000000-0000-4000-8000-000000000001';

/** Nothing here takes a minute, except on a machine that is stuck. */
const patience: RuntimeApiOptions = { timeoutMs: 60_000, initTimeoutMs: 60_000 };

export function commandOf(name: string): readonly string[] {
  return [process.execPath, fileURLToPath(new URL(`../fixtures/doubles/${name}.mjs`, import.meta.url))];
}

export function openDouble(name: string, options: RuntimeApiOptions = {}): Promise<Scene> {
  return openScene(commandOf(name), { ...patience, ...options });
}

/** What every double can do, and then what only this one does. */
export function testDouble(double: Double): void {
  const { name, failure, options } = double;
  const writesJson = double.writes !== 'text';
  const open = (more: RuntimeApiOptions = {}): Promise<Scene> =>
    openDouble(name, { ...options, ...more, env: { ...options?.env, ...more.env } });

  describe(name, () => {
    test('echoes objects, text beyond ASCII, numbers and null', async () => {
      await using scene = await open();

      for (const event of [{ name: 'Nim', nested: [1, { deep: true }, null] }, 'Grüße, 世界 🦊 \u2028', 42, null]) {
        expect(await scene.api.invoke(event)).toMatchObject({
          status: 'success',
          payload: event,
          isJson: writesJson || typeof event !== 'string',
        });
      }
      expect(scene.api.violations).toEqual([]);
      await scene.expectNothingLeft();
    });

    test('reports what a handler throws in its own words, and the next event is served', async () => {
      await using scene = await open();

      const result = await scene.api.invoke({ op: 'fail', message: 'no such user' });
      const next = await scene.api.invoke({ still: 'here' });

      expectFailure(result, failure);
      for (const [header, value] of Object.entries(failure.posted?.headers ?? {}))
        expect(requestHeaders(scene.api, '/error')[header]).toBe(value);
      expect(next).toMatchObject({ status: 'success', payload: { still: 'here' } });
      expect(scene.pids).toHaveLength(failure.exitCode === undefined ? 1 : 2);
      expect(rulesBroken(scene.api)).toEqual(double.errorViolations ?? []);
      await scene.expectNothingLeft();
    });

    test('fails to start', async () => {
      await using scene = await open({ env: { INIT: 'fail' } });

      expect(await scene.api.ready()).toMatchObject({ status: 'init-error', ...double.initFailure });
      expect(rulesBroken(scene.api)).toEqual(double.initErrorViolations ?? double.errorViolations ?? []);
      await scene.expectNothingLeft();
    });

    test('is replaced when its process ends in the middle of an invocation', async () => {
      await using scene = await open();

      const result = await scene.api.invoke({ op: 'exit', code: 42 });

      expect(result).toMatchObject({ status: 'runtime-exit', exit: { code: 42, signal: null } });
      expect(result).not.toHaveProperty('response');
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
      expect(new Set(scene.pids).size).toBe(2);
      await scene.expectNothingLeft();
    });

    test('is replaced when its time is up', async () => {
      await using scene = await open();

      const invocation = scene.api.invoke({ op: 'hang' });
      await scene.printed('waiting');
      invocation.expire();

      expect(await invocation).toMatchObject({
        status: 'timeout',
        logs: { stdout: expect.stringContaining('waiting') },
      });
      expect(await scene.api.invoke('after')).toMatchObject({ payload: 'after' });
      expect(new Set(scene.pids).size).toBe(2);
      expect(scene.api.violations).toEqual([]);
      await scene.expectNothingLeft();
    });

    test('answers 20 events in a row, each with its own', async () => {
      await using scene = await open();

      for (let round = 1; round <= 20; round++) {
        const result = await scene.api.invoke({ round });

        expect(result).toMatchObject({ status: 'success', payload: { round } });
      }
      expect(scene.pids).toHaveLength(1);
      expect(scene.api.violations).toEqual([]);
      await scene.expectNothingLeft();
    });

    double.quirks();
  });
}

function expectFailure(result: InvocationResult, failure: Failure): void {
  expect(result.status).toBe(failure.status);
  const { exitCode, posted } = failure;
  expect(exitCodeOf(result)).toBe(exitCode);
  const seen = postedIn(result);
  expect(seen?.body.toString()).toBe(posted?.body);
  expect(seen?.error).toEqual(posted?.error);
  expect(seen?.errorTypeHeader).toBe(posted?.errorTypeHeader);
  expect(seen?.xrayCause).toEqual(posted?.xrayCause);
}

function exitCodeOf(result: InvocationResult): number | null | undefined {
  return 'exit' in result ? result.exit?.code : undefined;
}

function postedIn(result: InvocationResult): PostedError | undefined {
  if (result.status === 'function-error') return result;
  return result.status === 'runtime-exit' && result.response?.kind === 'error' ? result.response : undefined;
}

/** The headers of the last request whose path ends like this. */
export function requestHeaders(api: RuntimeApi, pathEnd: string): Readonly<Record<string, unknown>> {
  for (const entry of [...api.transcript].reverse()) {
    if (entry.type === 'exchange' && entry.path.endsWith(pathEnd)) return entry.requestHeaders;
  }
  throw new Error(`No request to ${pathEnd} in:\n${api.timeline()}`);
}

/** The rules that were broken, each once. */
export function rulesBroken(api: RuntimeApi): readonly string[] {
  return [...new Set(api.violations.map(({ rule }) => rule))].sort();
}

/** One byte more than Lambda accepts as a buffered response. */
export const tooManyBytes: number = 6 * 1024 * 1024 + 101;

/** What the caller gets for it, whatever the client makes of the 413. */
export const tooLarge: object = { status: 'function-error', error: { errorType: 'Function.ResponseSizeTooLarge' } };
