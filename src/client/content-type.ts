import { HarnessError } from '../errors.ts';

/** Throws `ERR_INVALID_OPTION` for what no header can carry. */
export function checkContentType(contentType: string): void {
  if (typeof contentType === 'string' && /^[\t\x20-\x7e]+$/.test(contentType)) return;
  throw new HarnessError(
    'ERR_INVALID_OPTION',
    `A content type is a line of ASCII, such as text/plain; it was given ${JSON.stringify(contentType)}.`,
  );
}
