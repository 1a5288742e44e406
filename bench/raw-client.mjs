import { connect } from 'node:net';

/**
 * A runtime that costs next to nothing: one kept-alive socket, requests written by hand, every event sent back as it came.
 * An address may go on with a path, as that of `cargo lambda watch` does.
 */
export function serve(address) {
  const [authority, ...path] = address.replace(/^http:\/\//, '').split('/');
  const [host, port] = authority.split(':');
  const base = `${['', ...path.filter(Boolean)].join('/')}/2018-06-01/runtime`;
  const socket = connect({ host, port: Number(port), noDelay: true });
  const next = `GET ${base}/invocation/next HTTP/1.1\r\nHost: ${authority}\r\n\r\n`;
  socket.write(next);
  let isPoll = true;
  readReplies(socket, ({ headers, body }) => {
    isPoll = !isPoll;
    if (isPoll) {
      socket.write(next);
      return;
    }
    const requestId = headerOf(headers, 'lambda-runtime-aws-request-id');
    socket.write(
      `POST ${base}/invocation/${requestId}/response HTTP/1.1\r\nHost: ${authority}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    socket.write(body);
  });
  socket.on('error', () => {});
  return socket;
}

/** Calls back for each reply; all of them must announce their length, or be sent in chunks. */
function readReplies(socket, onReply) {
  let parts = [];
  let size = 0;
  let wanted = 0;
  socket.on('data', (bytes) => {
    parts.push(bytes);
    size += bytes.length;
    if (size < wanted) return;
    const read = parts.length === 1 ? bytes : Buffer.concat(parts);
    parts = [read];
    const headEnd = read.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const headers = read.latin1Slice(0, headEnd);
    const body = bodyOf(headers, read.subarray(headEnd + 4));
    wanted = headEnd + 4 + body.missing + (size - headEnd - 4);
    if (body.missing > 0) return;
    parts = [];
    size = 0;
    wanted = 0;
    onReply({ headers, body: body.bytes });
  });
}

function bodyOf(headers, read) {
  const length = headerOf(headers, 'content-length');
  if (length !== undefined) return { bytes: read, missing: Number(length) - read.length };
  if (headerOf(headers, 'transfer-encoding') !== 'chunked') return { bytes: read, missing: 0 };
  if (!read.subarray(-5).equals(Buffer.from('0\r\n\r\n'))) return { bytes: read, missing: 1 };
  const chunks = [];
  for (let rest = read; ; ) {
    const lineEnd = rest.indexOf('\r\n');
    const chunkSize = Number.parseInt(rest.latin1Slice(0, lineEnd), 16);
    if (chunkSize === 0) return { bytes: Buffer.concat(chunks), missing: 0 };
    chunks.push(rest.subarray(lineEnd + 2, lineEnd + 2 + chunkSize));
    rest = rest.subarray(lineEnd + 2 + chunkSize + 2);
  }
}

function headerOf(headers, name) {
  return new RegExp(`^${name}: *(.*)$`, 'im').exec(headers)?.[1];
}
