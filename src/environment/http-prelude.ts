import { concat } from './bytes.ts';
import { isObject } from './json-object.ts';

/** What a streaming function says of its HTTP response before the body (AWS docs: "Response streaming", function URLs). */
export interface HttpPrelude {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly cookies?: readonly string[];
  readonly [key: string]: unknown;
}

export const preludeContentType = 'application/vnd.awslambda.http-integration-response';

const separatorLength = 8;

/** Headers included; far more than any HTTP client accepts. */
const maxPreludeBytes = 1024 * 1024;

export type PreludeStep =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'complete'; readonly prelude: HttpPrelude; readonly rest: Uint8Array }
  /** There is no prelude: all bytes so far belong to the body. */
  | { readonly kind: 'invalid'; readonly reason: string; readonly rest: Uint8Array };

/** Finds the end of the prelude, eight NUL bytes, whatever pieces the bytes come in. */
export class PreludeParser {
  readonly #chunks: Uint8Array[] = [];
  #byteLength = 0;
  #zeros = 0;

  push(chunk: Uint8Array): PreludeStep {
    this.#chunks.push(chunk);
    for (let index = 0; index < chunk.byteLength; index++) {
      this.#zeros = chunk[index] === 0 ? this.#zeros + 1 : 0;
      if (this.#zeros === separatorLength) return this.#split(this.#byteLength + index + 1);
    }
    this.#byteLength += chunk.byteLength;
    if (this.#byteLength <= maxPreludeBytes) return { kind: 'incomplete' };
    return this.#invalid(`no 8 NUL bytes within ${maxPreludeBytes} bytes`);
  }

  /** The body has ended before the prelude did. */
  end(): PreludeStep {
    return this.#invalid('no 8 NUL bytes behind it');
  }

  #split(end: number): PreludeStep {
    const bytes = concat(this.#chunks);
    const prelude = parse(new TextDecoder().decode(bytes.subarray(0, end - separatorLength)));
    if (typeof prelude === 'string') return this.#invalid(prelude);
    return { kind: 'complete', prelude, rest: bytes.subarray(end) };
  }

  #invalid(reason: string): PreludeStep {
    return { kind: 'invalid', reason, rest: concat(this.#chunks) };
  }
}

/** The prelude, or what is wrong with it. */
function parse(text: string): HttpPrelude | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'it is not JSON';
  }
  if (!isObject(value)) return 'it is not a JSON object';
  const { statusCode, headers, cookies } = value;
  if (statusCode !== undefined && !isStatus(statusCode)) return 'its statusCode is not a number from 100 to 599';
  if (headers !== undefined && !isObject(headers)) return 'its headers are not an object';
  if (cookies !== undefined && !isTexts(cookies)) return 'its cookies are not a list of strings';
  return value as HttpPrelude;
}

function isStatus(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 100 && value <= 599;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
