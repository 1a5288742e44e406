import { test, vi } from 'vitest';
import { createRuntimeApi, manualClock } from '../../src/index.ts';
import { connect, head, paths, encodeChunk } from '../helpers/wire-client.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import vm from 'node:vm';
const ms = () => performance.now();
const unhandled: any[] = [];
process.removeAllListeners('unhandledRejection'); process.on('unhandledRejection', (e: any) => unhandled.push(e.message));
const warnings: any[] = []; process.on('warning', (w) => warnings.push(w.message));
const streaming = { Host: 'r', 'Lambda-Runtime-Function-Response-Mode': 'streaming', 'Transfer-Encoding': 'chunked', 'Content-Type': 'application/octet-stream' };
async function begin(api: any, options: any = { invokeMode: 'response-stream' }, headers: any = streaming) {
  const runtime = await connect(api.address);
  const invocation = api.invoke({}, options);
  const { requestId } = await runtime.next();
  await runtime.send(head('POST', paths.response(requestId), headers));
  return { runtime, invocation, requestId };
}
test('return before start', async () => {
  const api = await createRuntimeApi({ timeoutMs: 1000 });
  const { runtime, invocation } = await begin(api);
  const it = invocation.chunks[Symbol.asyncIterator]();
  await it.return();
  void (async () => { for (let i = 0; i < 30; i++) await runtime.send(encodeChunk(Buffer.alloc(65536))); await runtime.send('0\r\n\r\n'); await runtime.read(); await runtime.poll(); })().catch(() => {});
  const r = await invocation; console.log('return before start', r.status, r.message?.slice(0, 300));
  await runtime.close(); await api.close();
});
test('return while waiting', async () => {
  const api = await createRuntimeApi({ timeoutMs: 2000 });
  const { runtime, invocation } = await begin(api);
  const it = invocation.chunks[Symbol.asyncIterator]();
  const n = it.next();
  const t = ms();
  await it.return(); console.log('return while waiting took', (ms() - t).toFixed(), await n);
  await runtime.close(); await api.close();
});
test('prelude unhandled', async () => {
  const api = await createRuntimeApi();
  const inv = api.invoke({}); inv.catch(() => {});
  void inv.prelude;
  await api.close(); await sleep(20);
  console.log('prelude unhandled:', unhandled.join());
});
test('small chunks', async () => {
  for (const mode of ['buffered', 'response-stream']) {
    const api = await createRuntimeApi({ timeoutMs: Infinity });
    const { runtime, invocation } = await begin(api, { invokeMode: mode });
    const t = ms();
    const reading = (async () => { let n = 0; for await (const c of invocation.chunks) n += c.byteLength; return n; })();
    const block = Buffer.concat(Array.from({ length: 1000 }, () => encodeChunk('0123456789')));
    for (let i = 0; i < 100; i++) await runtime.send(block);
    await runtime.send('0\r\n\r\n'); await runtime.read(); await runtime.poll();
    const r = await invocation;
    console.log(mode, '100k chunks of 10 bytes', (ms() - t).toFixed(), r.status, await reading);
    await runtime.close(); await api.close();
  }
}, 60000);
test('prelude in bytes', async () => {
  const api = await createRuntimeApi({ timeoutMs: Infinity });
  const { runtime, invocation } = await begin(api, {}, { ...streaming, 'Content-Type': 'application/vnd.awslambda.http-integration-response' });
  const t = ms();
  const prelude = Buffer.from(JSON.stringify({ statusCode: 200, headers: { 'X-Big': 'x'.repeat(900 * 1024) } }) + '\0'.repeat(8));
  const pieces: Buffer[] = []; for (let i = 0; i < prelude.length; i += 16) pieces.push(encodeChunk(prelude.subarray(i, i + 16)));
  await runtime.send(Buffer.concat(pieces));
  await runtime.send('0\r\n\r\n'); await runtime.read(); await runtime.poll();
  const r: any = await invocation;
  console.log('prelude 900 KiB in 16 byte chunks', (ms() - t).toFixed(), r.status, Object.keys(r.prelude ?? {}));
  await runtime.close(); await api.close();
}, 60000);
test('violations beyond the transcript limit', async () => {
  const api = await createRuntimeApi({ transcriptLimit: 1 });
  const runtime = await connect(api.address);
  await runtime.request('GET', '/nowhere');
  await runtime.request('GET', paths.ping); await runtime.request('GET', paths.ping);
  console.log('violations with limit 1', api.violations.length, api.transcript.length);
  await runtime.close(); await api.close();
});
test('events', async () => {
  const api = await createRuntimeApi({ handler: async (e: any) => ({ got: e }) });
  for (const [name, e] of Object.entries<any>({ foreign: vm.runInNewContext('new Uint8Array([123,125])'), buffer: new Uint8Array([123, 125]).buffer, dataview: new DataView(new ArrayBuffer(2)), map: new Map([[1, 2]]), date: new Date(0), big: 10n, nested: { a: 1n }, nan: NaN, sym: Symbol('x'), fn: () => {}, undef: undefined, nul: null, proto: Object.assign(Object.create(null), { a: 1 }), frozen: Object.freeze({ raw: 'not json' }), rawgetter: { get raw() { return '{"a":1}'; } }, array: new Array(3), toJSON: { toJSON() { return undefined; } }, toJSONthrows: { toJSON() { throw 'x'; } }, proxy: new Proxy({}, { ownKeys() { throw new Error('trap'); } }) }))
    { const r: any = await api.invoke(e).catch((x) => x); console.log('event', name, r.status ?? r.code ?? r, JSON.stringify(r.payload ?? r.error ?? r.message)?.slice(0, 200)); }
  await api.close();
});
test('signals', async () => {
  const api = await createRuntimeApi({ handler: async () => 1 });
  const c = new AbortController();
  const all = Array.from({ length: 50 }, () => api.invoke({}, { signal: c.signal }));
  const rest = all.map((a) => a.then((r) => r.status, (e) => e.code));
  c.abort(new Error('enough')); console.log('signals', [...new Set(await Promise.all(rest))], warnings.join());
  const again: any = await api.invoke({}); console.log(again.status);
  await api.close();
});
test('infinity', async () => {
  const api = await createRuntimeApi({ handler: async () => new Promise(() => {}), timeoutMs: Infinity, initTimeoutMs: Infinity });
  const i = api.invoke({}); await i.delivered; i.expire(); const r: any = await i; console.log(r.error.errorMessage, r.message.slice(0, 300)); console.log(JSON.stringify(r.report));
  await api.close();
});
test('options', async () => {
  const o = Object.freeze(Object.assign(Object.create(null), { handler: async () => 1, limits: Object.freeze({ responseBytes: 10 }), functionName: 'x' }));
  const api = await createRuntimeApi(o); console.log('null proto', (await api.invoke({}, Object.freeze(Object.assign(Object.create(null), { timeoutMs: 100 })))).status);
  await api.close();
  class O { get handler() { return async () => 2; } }
  const b = await createRuntimeApi(new O() as any); console.log('getters', (await b.invoke({}) as any).payload); await b.close();
  for (const bad of [Object.create(null), null, [], 'x', 1n, new Map(), new Proxy({}, { ownKeys() { throw new Error('trap'); } })]) console.log('bad', await createRuntimeApi(bad as any).then(async (a) => { await a.close(); return 'accepted'; }, (e) => e.code ?? e.message));
  for (const v of [{ timeoutMs: 1n }, { timeoutMs: Object.create(null) }, { functionName: Symbol('x') }, { cwd: Object.create(null) }, { logs: Symbol() }, { port: [Symbol()] }, { signal: Object.create(null) }, { clock: 3n }]) console.log('bad value', Object.keys(v), await createRuntimeApi({ command: ['x'], ...v } as any).then(async (a) => { await a.close(); return 'accepted'; }, (e) => e.code ?? e.stack));
});
