import type { Exchange } from './transcript.ts';

const apiPrefix = '/2018-06-01/runtime';

/** A path of the Runtime API without what is the same in all of them, where the invocation is known from elsewhere. */
export function shortPath({ path, requestId }: Exchange): string {
  const short = path.startsWith(apiPrefix) ? path.slice(apiPrefix.length) : path;
  if (requestId === undefined) return short;
  return short.replace(`/${encodeURIComponent(requestId)}/`, '/{id}/').replace(`/${requestId}/`, '/{id}/');
}
