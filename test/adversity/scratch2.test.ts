import { test } from 'vitest';
import { createRuntimeApi } from '../../src/index.ts';
import { fileURLToPath } from 'node:url';
const command = [process.execPath, fileURLToPath(new URL('runtimes/scratch.mjs', import.meta.url))];
const ms = () => performance.now();
const run = async (name: string, event: any, how: string, mode: any = 'response-stream') => {
  const api = await createRuntimeApi({ command, timeoutMs: 5000 });
  const invocation = api.invoke(event, { invokeMode: mode });
  let bytes = 0; let err = '';
  const it = invocation.chunks[Symbol.asyncIterator]();
  const t0 = ms();
  if (how === 'late') { const { value } = await it.next(); bytes += value?.byteLength ?? 0; await invocation.catch(() => {}); }
  if (how === 'slow') { const { value } = await it.next(); bytes += value?.byteLength ?? 0; await new Promise((r) => setTimeout(r, 600)); }
  if (how === 'never') { await invocation; }
  try { for (let s = await it.next(); !s.done; s = await it.next()) bytes += s.value.byteLength; } catch (e: any) { err = e.code; }
  const r: any = await invocation.catch((e) => e);
  const t1 = ms();
  const again: any = await api.invoke({ behave: true });
  const t2 = ms(); await api.close();
  console.log(name, how, mode, 'read', bytes, err, r.status ?? r.code, r.error?.errorType, JSON.stringify(r.exit), r.bodyBytes, r.response?.bodyBytes, `partial ${r.partialBody?.byteLength}`, 'logs', JSON.stringify(r.logs?.stdout), `took ${(t1 - t0).toFixed()} again ${again.status} close ${(ms() - t2).toFixed()}`, api.violations.map((v) => v.rule).join());
};
test('x', async () => {
  for (const how of ['now', 'late', 'slow', 'never']) for (const chunks of [3, 20]) for (const tail of [{ exit: 0 }, { end: true, exit: 0 }, { kill: true }, { end: true }])
    { if ((chunks * 65536 > 1.9e6 || 'end' in tail && !('exit' in tail)) && how !== 'now' && how !== 'slow') { /* would block */ if (!('exit' in tail) && !('kill' in tail)) continue; }
      await run(`${chunks}x64K ${JSON.stringify(tail)}`, { chunks, bytes: 65536, ...tail }, how); }
  await run('buffered', { chunks: 20, bytes: 65536, exit: 0 }, 'now', 'buffered');
  await run('buffered', { chunks: 20, bytes: 65536, end: true, exit: 0 }, 'now', 'buffered');
  await run('prelude exit', { chunks: 1, bytes: 100, http: true, exit: 3 }, 'now', 'buffered');
}, 200000);
