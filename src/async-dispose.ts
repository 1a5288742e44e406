/** Node 20 and 22 lack the symbol in some sandboxes; compilers that lower `await using` fall back to this one, too. */
export const asyncDispose: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');
