// Handlers that stream their response.
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

const { streamifyResponse, HttpResponseStream } = globalThis.awslambda;

export const text = streamifyResponse(async ({ chunks }, stream) => {
  stream.setContentType('text/plain');
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
});

export const page = streamifyResponse(async (_event, stream) => {
  const http = HttpResponseStream.from(stream, { statusCode: 201, headers: { 'x-kind': 'page' }, cookies: ['a=1'] });
  http.write('<p>first</p>');
  http.end('<p>last</p>');
});

/** Waits for the reader when it has to. */
export const many = streamifyResponse(async ({ chunks, bytes }, stream) => {
  for (let index = 0; index < chunks; index++) {
    if (!stream.write(Buffer.alloc(bytes, 'x'))) await once(stream, 'drain');
  }
  stream.end();
});

export const piped = streamifyResponse(async ({ chunks }, stream) => {
  await pipeline(Readable.from(chunks), stream);
});

export const failsBeforeTheFirstChunk = streamifyResponse(async () => {
  throw new TypeError('lost the thread: 漢字');
});

export const failsAfterAChunk = streamifyResponse(async (_event, stream) => {
  await new Promise((resolve) => stream.write('first', resolve));
  throw new TypeError('lost the thread: 漢字');
});

export const exits = streamifyResponse(async (_event, stream) => {
  await new Promise((resolve) => stream.write('first', resolve));
  process.exit(3);
});

export const hangs = streamifyResponse(async (_event, stream) => {
  stream.write('first');
  setInterval(() => {}, 60_000);
  await new Promise(() => {});
});

export const returnsAValue = streamifyResponse(async (_event, stream) => {
  stream.end('streamed');
  return 'ignored';
});

export const isNotAsync = streamifyResponse((_event, stream) => {
  stream.end('streamed');
});
