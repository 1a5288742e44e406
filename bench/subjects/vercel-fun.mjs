import fun from '@vercel/fun';

/** The runtime `provided` of @vercel/fun: starts `bootstrap` in the function's folder. */
export async function start({ cwd }) {
  const invoke = await fun.createFunction({
    Code: { Directory: cwd },
    Handler: 'function.handler',
    Runtime: 'provided',
    Environment: { Variables: {} },
  });
  return { invoke, stop: () => invoke.destroy() };
}
