import { expect, test } from 'vitest';
import { openMistake } from './mistakes.ts';

const mistakes = [
  {
    mistake: 'calls the parts of an error type and message',
    file: 'reports-type-and-message.mjs',
    body: '{"type":"NotFound","message":"no such user"}',
    error: { errorType: 'Unhandled', errorMessage: '', type: 'NotFound', message: 'no such user' },
    violations: [
      { rule: 'error-type-missing', message: 'The runtime posted an error report without an errorType.' },
      { rule: 'error-message-missing', message: 'The runtime posted an error report without an errorMessage.' },
    ],
    advice: 'Give the error report an "errorType": a stable name, such as "ValidationError".',
  },
  {
    mistake: 'lets its language serialize an error, of which nothing is left',
    file: 'serializes-the-error.mjs',
    body: '{}',
    error: { errorType: 'Unhandled', errorMessage: '' },
    violations: [{ rule: 'error-type-missing' }, { rule: 'error-message-missing' }],
    advice: 'Give the error report an "errorType": a stable name, such as "ValidationError".',
  },
  {
    mistake: 'names errors by their address in memory',
    file: 'names-errors-by-address.mjs',
    body: '{"errorType":"ref 0x7f3c2a1b8040 --> [parent = nil, name = \\"ValueError\\"]","errorMessage":"no such user"}',
    error: {
      errorType: 'ref 0x7f3c2a1b8040 --> [parent = nil, name = "ValueError"]',
      errorMessage: 'no such user',
    },
    violations: [{ rule: 'error-type-unstable', message: expect.stringContaining('address in memory') }],
    advice: expect.stringContaining('the same in every run'),
  },
];

test.each(mistakes.map((one) => [one.mistake, one] as const))(
  'a runtime that %s',
  async (_mistake, { file, body, error, violations, advice }) => {
    await using scene = await openMistake(file);

    const result = await scene.api.invoke({});

    expect(result).toMatchObject({ status: 'function-error', body: Buffer.from(body) });
    expect(result).toHaveProperty('error', error);
    expect(scene.api.violations).toMatchObject(violations);
    expect(scene.api.violations[0]).toHaveProperty('advice', advice);
    for (const { rule } of violations)
      expect(result).toHaveProperty('message', expect.stringContaining(`VIOLATION ${rule}`));
    expect(await scene.api.invoke({ behave: true })).toMatchObject({ payload: { pid: scene.pids[0] } });
    await scene.expectNothingLeft();
  },
);

test('a runtime that responds after its error: the error counts, and the response is refused and recorded', async () => {
  await using scene = await openMistake('responds-after-error.mjs');

  const result = await scene.api.invoke({});

  expect(result).toMatchObject({
    status: 'function-error',
    error: { errorType: 'NotFound', errorMessage: 'no such user' },
    message: expect.stringContaining('VIOLATION second-answer'),
  });
  expect(scene.api.violations).toMatchObject([
    {
      rule: 'second-answer',
      advice: 'Post either /response or /error, once for each event. Lambda refuses the second with 403.',
      exchange: { path: expect.stringMatching(/\/response$/) },
    },
  ]);
  expect(await scene.api.invoke({ behave: true })).toMatchObject({ payload: { pid: scene.pids[0] } });
  await scene.expectNothingLeft();
});
