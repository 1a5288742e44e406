import fc from 'fast-check';
import { connect, head, paths, type WireClient } from '../helpers/wire-client.ts';

/** What a client that means no good, or knows no better, does on one connection. */
export interface HostileAct {
  readonly name: string;
  /** Sent one after the other, each when the operating system has taken the one before. */
  readonly pieces: readonly (string | Uint8Array)[];
  readonly end: 'half-close' | 'close' | 'reset' | 'stay';
}

const bytes = fc.uint8Array({ maxLength: 2000 });

const segment = fc.oneof(
  fc.constantFrom('2018-06-01', 'runtime', 'invocation', 'next', 'init', 'error', 'response', 'restore', 'ping', ''),
  fc.constantFrom('2020-01-01', 'extension', 'register', 'event', '..', '%2e%2e', '%', '*'),
  fc.stringMatching(/^[!-~]{0,12}$/),
);

/** Every path but that of the poll: whoever asks for an event by the rules is a runtime, and gets one. */
const target = fc.oneof(
  fc
    .array(segment, { maxLength: 7 })
    .map((segments) => `/${segments.join('/')}`)
    .filter((path) => !path.startsWith(paths.next)),
  fc.constantFrom(
    paths.initError,
    paths.ping,
    paths.response('unknown'),
    paths.error('%00'),
    '/2020-01-01/extension/register',
    '/2020-01-01/extension/event/next',
    '*',
    'http://attacker.example/',
    `http://localhost${paths.ping}`,
  ),
);

const method = fc.constantFrom(
  ...['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND', 'M-SEARCH', 'CONNECT'],
  ...['get', 'NONSENSE'],
);

const headerValue = fc
  .array(fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0x80, max: 0xff })), { maxLength: 60 })
  .map((codes) => String.fromCharCode(...codes).trim());

const headers = fc.dictionary(
  fc.oneof(
    fc.constantFrom('Host', 'Expect', 'Connection', 'Upgrade', 'Transfer-Encoding', 'Content-Length', 'Content-Type'),
    fc.constantFrom(
      'Lambda-Runtime-Function-Response-Mode',
      'Lambda-Runtime-Function-Error-Type',
      'Lambda-Runtime-Function-XRay-Error-Cause',
      'Lambda-Runtime-Invocation-Id',
      'Lambda-Extension-Name',
      'Lambda-Extension-Identifier',
    ),
    fc.stringMatching(/^[A-Za-z0-9-]{1,12}$/),
  ),
  fc.oneof(
    headerValue,
    fc.constantFrom('', '0', '-1', '1e9', 'chunked', '100-continue', 'upgrade', 'close', '__proto__'),
  ),
  { maxKeys: 6, noNullPrototype: true },
);

/** Requests of which most parts are as they should be. */
const request = fc
  .record({ method, target, headers, body: bytes })
  .map(({ method, target, headers, body }) =>
    Buffer.concat([
      Buffer.from(
        head(method, target, { Host: '127.0.0.1', 'Content-Length': String(body.length), ...headers }),
        'latin1',
      ),
      body,
    ]),
  );

const polite = head('GET', paths.ping, { Host: 'localhost' });

const anyEnd = fc.constantFrom('half-close', 'half-close', 'close', 'reset', 'stay');

function act(name: string, pieces: fc.Arbitrary<HostileAct['pieces']>): fc.Arbitrary<HostileAct> {
  return fc.record({ name: fc.constant(name), pieces, end: anyEnd });
}

/** Parts of a request that never becomes whole, byte by byte. */
const slowly = fc
  .record({
    start: fc.constantFrom(head('GET', paths.next, { Host: 'localhost' }), head('POST', paths.initError, {})),
    length: fc.nat(90),
    more: fc.stringMatching(/^[A-Za-z]{0,9}$/),
  })
  // Without its last line feed, the poll stays one that was never sent.
  .map(({ start, length, more }) => [...`${start.slice(0, Math.min(length, start.length - 4))}${more}`]);

const huge = fc
  .record({ count: fc.constantFrom(1, 500, 3000), size: fc.constantFrom(100, 10_000, 900_000) })
  .map(({ count, size }) => {
    const each = 'h'.repeat(Math.min(size, Math.floor(2_400_000 / count)));
    const lines = Array.from({ length: count }, (_, index) => `X-${index}: ${each}\r\n`);
    return [`GET ${paths.ping} HTTP/1.1\r\nHost: localhost\r\n`, ...lines, '\r\n'];
  });

/** More is announced than comes. */
const cutOff = fc
  .record({ target, body: bytes, missing: fc.integer({ min: 1, max: 10_000_000 }), isChunked: fc.boolean() })
  .map(({ target, body, missing, isChunked }) => {
    const length = body.length + missing;
    return isChunked
      ? [
          head('POST', target, { Host: 'localhost', 'Transfer-Encoding': 'chunked' }),
          `${length.toString(16)}\r\n`,
          body,
        ]
      : [head('POST', target, { Host: 'localhost', 'Content-Length': String(length) }), body];
  });

const noise = fc
  .record({ start: fc.constantFrom('', polite, `POST ${paths.initError} HTTP/1.1\r\nHost: localhost\r\n`), bytes })
  .map(({ start, bytes }) => [start, bytes]);

const pipelined = fc
  .array(fc.oneof(request, fc.constant(Buffer.from(polite))), { minLength: 2, maxLength: 8 })
  .map((requests) => [Buffer.concat(requests)]);

export const hostileAct: fc.Arbitrary<HostileAct> = fc.oneof(
  {
    arbitrary: act(
      'a request',
      request.map((whole) => [whole]),
    ),
    weight: 8,
  },
  { arbitrary: act('raw bytes', noise), weight: 4 },
  { arbitrary: act('slow headers', slowly), weight: 2 },
  { arbitrary: act('a body that is cut off', cutOff), weight: 3 },
  { arbitrary: act('pipelined requests', pipelined), weight: 4 },
  { arbitrary: act('huge headers', huge), weight: 1 },
);

/** Does it; resolves to everything that the server sent back. Connections that stay open are left in `open`. */
export async function perform({ pieces, end }: HostileAct, address: string, open: WireClient[]): Promise<string> {
  const client = await connect(address);
  for (const piece of pieces) await client.send(piece);
  switch (end) {
    case 'half-close':
      await client.halfClose();
      return (await client.ended().finally(() => client.close())).toString('latin1');
    case 'close':
      await client.close();
      return '';
    case 'reset':
      await client.reset();
      return '';
    case 'stay':
      open.push(client);
      return '';
  }
}
