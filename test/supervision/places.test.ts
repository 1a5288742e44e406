import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { createRuntimeApi, HarnessError, type RuntimeApiOptions } from '../../src/index.ts';

/** Of whatever a promise rejects with. */
function stackOf(promise: PromiseLike<unknown>): Promise<string[]> {
  return Promise.resolve(promise).then(
    () => [],
    (error: unknown) => (error instanceof HarnessError ? String(error.stack).split('\n') : []),
  );
}

const here = /^ {4}at .*places\.test\.ts:\d+:\d+\)?$/;

test.each<[string, RuntimeApiOptions]>([
  ['a command that does not exist', { command: ['./no-such-file'] }],
  ['a command that is not on PATH', { command: ['no-such-command-anywhere'] }],
  ['an option that is wrong', { timeoutMs: -1 }],
])('the stack of the error about %s leads to the line that called createRuntimeApi()', async (_problem, options) => {
  const opening = createRuntimeApi(options);

  expect((await stackOf(opening)).filter((line) => here.test(line))).not.toEqual([]);
});

test('the stack of an error that came later has that line alone', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;

  const stack = await stackOf(createRuntimeApi({ port }));
  server.close();

  expect(stack).toEqual([expect.stringContaining('HarnessError: '), expect.stringMatching(here)]);
});

test.each(['close', 'reset'] as const)('%s() says of each invocation which it was', async (end) => {
  await using api = await createRuntimeApi();
  const first = api.invoke(1);
  const second = api.invoke(2);
  const errors = Promise.all([first, second].map((invocation) => stackOf(invocation)));

  await api[end]();

  const stacks = await errors;
  expect(stacks).toEqual(
    [first, second].map(({ requestId }) => [
      expect.stringMatching(
        new RegExp(`The invocation ${requestId}, made at .*places\\.test\\.ts:\\d+:\\d+\\)?, had not ended\\.$`),
      ),
      expect.stringMatching(here),
    ]),
  );
  expect(stacks[0]?.[1]).not.toBe(stacks[1]?.[1]);
});
