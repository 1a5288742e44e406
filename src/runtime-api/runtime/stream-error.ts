import { parseErrorReport } from '../../environment/function-error.ts';
import type { ErrorAnswer } from '../../environment/invocation.ts';
import { sent, trailerOf } from '../headers.ts';
import type { RuntimeCall } from '../runtime-call.ts';

/** A stream that failed half-way ends with trailers that say why; Go's client sends them without streaming, too. */
export function errorInTrailers(call: RuntimeCall): Omit<ErrorAnswer, 'partialBody'> | undefined {
  const errorTypeHeader = trailerOf(call.request, sent.errorType);
  const encoded = trailerOf(call.request, sent.errorBody);
  if (!errorTypeHeader && !encoded) return undefined;
  const body = decode(call, encoded ?? '');
  const { error } = parseErrorReport(body.toString(), errorTypeHeader);
  return { kind: 'error', error, body, errorTypeHeader, xrayCause: undefined };
}

/** Swift's client sends a text instead. */
function decode({ environment, exchange }: RuntimeCall, encoded: string): Buffer {
  if (/^[A-Za-z0-9+/]*={0,2}$/.test(encoded) && encoded.length % 4 === 0) return Buffer.from(encoded, 'base64');
  environment.violate('error-body-not-base64', `sent the error body "${encoded}" in a trailer`, exchange);
  return Buffer.from(encoded);
}

const errorLines =
  /Lambda-Runtime-Function-Error-Type: *([^\r\n]*)\r\nLambda-Runtime-Function-Error-Body: *[^\r\n]*\r\n\s*$/i;

/** Rust's client writes the trailers into the body. Lambda takes them for a part of it, and the stream for a success. */
export function checkForErrorInBody({ environment, exchange }: RuntimeCall, tail: Uint8Array): void {
  const found = errorLines.exec(Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength).toString());
  if (!found) return;
  environment.violate(
    'error-in-body',
    `wrote the error ${found[1]} to the end of the body, as if it were trailers`,
    exchange,
  );
}
