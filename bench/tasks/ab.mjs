export async function prepare({ mode, subject, tree }) {
  let s;
  const command=[process.execPath, '/work/main/bench/raw-runtime.mjs'];
  if (subject) s = await (await import(subject)).start({ command });
  else { const { createRuntimeApi } = await import(`${tree}/dist/index.mjs`); const api = await createRuntimeApi(mode.startsWith('inproc')?{ handler: async (e)=>e }:{ command }); s={ invoke:(e)=>api.invoke(e), stop:()=>api.close() }; }
  return { async run(count){ const c0=process.cpuUsage(); for(let i=0;i<count;i++) await s.invoke({ serial:i }); const c=process.cpuUsage(c0); if (mode.endsWith('cpu')) return (c.user+c.system)/1000; }, close: s.stop };
}
