import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { createRuntimeApi, type RuntimeApi } from '../../src/index.ts';
import { heldBytes, mebibyte } from './memory.ts';

const streamsMebibytes = [process.execPath, fileURLToPath(new URL('streams-mebibytes.mjs', import.meta.url))];

export interface Measure {
  /** Bytes of this process. */
  readonly measure: () => number;
  /** How much is read from one measurement to the next. */
  readonly everyMebibytes: number;
  /** Read before: what grows once, grows then. */
  readonly warmUpMebibytes: number;
}

export interface StreamFigures {
  readonly bytesBefore: number;
  /** The most that was measured while the response was read. */
  readonly bytesAtMost: number;
  readonly servedMs: number;
}

/** Reads a streamed response of so many MiB that nobody keeps; the runtime is a process of its own. */
export async function stream(mebibytes: number, how: Measure): Promise<StreamFigures> {
  await using api = await createRuntimeApi({ command: streamsMebibytes, timeoutMs: Number.POSITIVE_INFINITY });
  await read(api, how.warmUpMebibytes, how);
  heldBytes();
  const bytesBefore = how.measure();
  const beganAt = performance.now();
  const bytesAtMost = await read(api, mebibytes, how);
  expect(api.violations).toEqual([]);
  return { bytesBefore, bytesAtMost, servedMs: performance.now() - beganAt };
}

async function read(api: RuntimeApi, mebibytes: number, { measure, everyMebibytes }: Measure): Promise<number> {
  const invocation = api.invoke({ mebibytes }, { invokeMode: 'response-stream' });
  let bytes = 0;
  let bytesAtMost = 0;
  let measuredAt = 0;
  for await (const chunk of invocation.chunks) {
    bytes += chunk.byteLength;
    if (bytes - measuredAt < everyMebibytes * mebibyte) continue;
    measuredAt = bytes;
    bytesAtMost = Math.max(bytesAtMost, measure());
  }
  expect(bytes).toBe(mebibytes * mebibyte);
  expect(await invocation).toMatchObject({ status: 'success', streamed: true, bodyBytes: bytes });
  return bytesAtMost;
}
