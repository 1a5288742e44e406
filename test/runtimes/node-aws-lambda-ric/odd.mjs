// Handlers that do what handlers ought not to do.
export async function throws({ kind }) {
  throw {
    'a TypeError': () => new TypeError('not a function'),
    'an error with a cause': () => new Error('outer', { cause: new Error('inner') }),
    'an AggregateError': () => new AggregateError([new Error('one'), new Error('two')], 'several'),
    'unicode and control characters': () => new Error('añb 漢字 🦊\n"quoted" \\ \u0000 \u007f'),
    'an empty message': () => new Error(),
    'a string': () => 'a string',
    'an object': () => ({ code: 42 }),
    null: () => null,
    undefined: () => undefined,
  }[kind]();
}

export function throwsAtOnce() {
  throw new RangeError('not even a promise');
}

export function returns({ kind }) {
  return {
    undefined: () => undefined,
    'a plain value': () => 42,
    'a promise': async () => 'in time',
    NaN: () => Number.NaN,
    'a Buffer': () => Buffer.from('hi'),
    'a function': () => () => {},
    'a circle': () => {
      const itself = {};
      itself.itself = itself;
      return itself;
    },
    'a BigInt': () => 1n,
  }[kind]();
}

export async function ends({ kind }) {
  switch (kind) {
    case 'an uncaught exception':
      setImmediate(() => {
        throw new Error('uncaught');
      });
      break;
    case 'an unhandled rejection':
      Promise.reject(new Error('unhandled'));
      break;
    case 'process.exit()':
      process.exit();
      break;
    case 'process.abort()':
      process.abort();
  }
  // Resolves never, and holds nothing that would keep the process alive.
  return new Promise(() => {});
}

export async function logs() {
  console.log('several\nlines of %s', 'text');
  console.error(new Error('only logged'));
  console.debug('a detail');
}

export function callback(_event, _context, done) {
  done(null, 'never');
}

export const nested = { deeper: { handler: async () => 'found' } };

export const notAFunction = 42;
