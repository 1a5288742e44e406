import type { IncomingMessage } from 'node:http';

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d*)?$/i;

/** Where a request's target is a whole URL, that names a host, too. */
const authority = /^[a-z]+:\/\/([^/]*)/i;

/**
 * Whether a request was meant for this machine. A browser that was led here by a name of somebody else's, which now
 * resolves to 127.0.0.1 (DNS rebinding), still sends that name. HTTP/1.0 needs none.
 */
export function isForLoopback({ headers: { host }, url = '' }: Pick<IncomingMessage, 'headers' | 'url'>): boolean {
  if (host && !loopback.test(host)) return false;
  if (url.startsWith('/')) return true;
  const named = authority.exec(url)?.[1];
  return !named || loopback.test(named);
}
