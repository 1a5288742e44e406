import { HarnessError } from '../errors.ts';

/** Throws `ERR_INVALID_OPTION` unless it is `host:port`. */
export function checkAddress(what: string, address: unknown): string {
  const isRight =
    typeof address === 'string' &&
    /^(\[[\da-fA-F:.]+\]|[^\s:/@[\]?#]+):(\d{1,5})$/.test(address) &&
    hostAndPort(address).port <= 65_535;
  if (isRight) return address;
  throw new HarnessError(
    'ERR_INVALID_OPTION',
    `${what} must be host:port, without http:// and without a path, such as 127.0.0.1:9001; it is ${JSON.stringify(address)}.`,
  );
}

export function hostAndPort(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) };
}
