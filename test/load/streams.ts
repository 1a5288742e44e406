import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { createRuntimeApi, type RuntimeApi } from '../../src/index.ts';
import { heapBytes, mebibyte } from './memory.ts';

const streamsMebibytes = [process.execPath, fileURLToPath(new URL('streams-mebibytes.mjs', import.meta.url))];

export interface StreamFigures {
  /** Of this process, before. */
  readonly rssBefore: number;
  /** The most while the response was read. */
  readonly rssPeak: number;
  readonly servedMs: number;
}

/** Reads a streamed response of so many MiB that nobody keeps; the runtime is a process of its own. */
export async function stream(mebibytes: number): Promise<StreamFigures> {
  await using api = await createRuntimeApi({ command: streamsMebibytes, timeoutMs: Number.POSITIVE_INFINITY });
  // What grows once, grows here.
  await read(api, 32);
  heapBytes();
  const rssBefore = process.memoryUsage.rss();
  const beganAt = performance.now();
  const rssPeak = await read(api, mebibytes);
  expect(api.violations).toEqual([]);
  return { rssBefore, rssPeak, servedMs: performance.now() - beganAt };
}

async function read(api: RuntimeApi, mebibytes: number): Promise<number> {
  const invocation = api.invoke({ mebibytes }, { invokeMode: 'response-stream' });
  let bytes = 0;
  let rssPeak = 0;
  let measuredAt = 0;
  for await (const chunk of invocation.chunks) {
    bytes += chunk.byteLength;
    if (bytes - measuredAt < mebibyte) continue;
    measuredAt = bytes;
    rssPeak = Math.max(rssPeak, process.memoryUsage.rss());
  }
  expect(bytes).toBe(mebibytes * mebibyte);
  expect(await invocation).toMatchObject({ status: 'success', streamed: true, bodyBytes: bytes });
  return rssPeak;
}
