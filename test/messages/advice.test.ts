import { expect, test } from 'vitest';
import { createRuntimeApi, type InitResult, type InvocationResult, type RuntimeApi } from '../../src/index.ts';
import { temporaryDirectory } from '../helpers/fixtures.ts';

const shell = (script: string): Promise<RuntimeApi> => createRuntimeApi({ command: ['sh', '-c', script] });

const moduleOf = (script: string): Promise<RuntimeApi> =>
  createRuntimeApi({ command: [process.execPath, '--input-type=module', '-e', script] });

function storyOf(result: InvocationResult | InitResult): string {
  expect(result).toHaveProperty('message');
  return 'message' in result ? result.message : '';
}

const adviceIn = (result: InvocationResult | InitResult): string =>
  /^What to try: (.*)$/m.exec(storyOf(result))?.[1] ?? '';

test.each([
  ['code 0', 'exit 0', /ended in good order before it asked for work: .*loop/],
  ['code 127', 'no-such-program', /127 .* not found.* PATH/],
  ['code 126', '/etc/passwd', /126 .* could not be run/],
  ['another code and output', 'echo no config >&2; exit 3', /^Read the last output .* option env\.$/],
  ['another code and no output', 'exit 3', /^Run the command by itself .* option env\.$/],
])('the advice about an exit in the Init phase fits %s', async (_how, script, advice) => {
  await using api = await shell(script);

  expect(adviceIn(await api.ready())).toMatch(advice);
  expect(adviceIn(await api.invoke({}))).toMatch(advice);
});

const takesEvent = "const base = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2018-06-01/runtime/invocation';";

test.each([
  ['code 0', 0, /ended in good order with the event in hand/],
  ['code 127', 127, /127 .* not found.* PATH/],
  ['another code', 3, /^Read the last output/],
])('the advice about an exit in the Invoke phase fits %s', async (_how, code, advice) => {
  await using api = await moduleOf(`${takesEvent} await fetch(base + '/next'); process.exit(${code});`);

  expect(adviceIn(await api.invoke({}))).toMatch(advice);
});

test('where rules were broken in the Init phase, they are the advice', async () => {
  await using api = await shell('exit 1');
  await using wrong = await moduleOf(
    `${takesEvent.replace('01/', '1/')} const { status } = await fetch(base + '/next'); throw Error(status);`,
  );

  for (const result of [await wrong.ready(), await wrong.invoke({})]) {
    expect(storyOf(result)).toMatch(/^Violations: {2}unknown-path$/m);
    expect(adviceIn(result)).toMatch(
      /^The rules that the runtime broke .* unknown-path: .*2018-06-1\/.* The Runtime API has /,
    );
  }
  expect(storyOf(await api.ready())).not.toContain('Violations');
});

test('where rules were broken before an exit, they are the advice', async () => {
  await using api = await moduleOf(
    `${takesEvent} await fetch(base + '/next'); await fetch(base + '/undefined/response', { method: 'POST', body: '1' }); process.exit(1);`,
  );

  expect(adviceIn(await api.invoke({}))).toMatch(/^The rules .* unknown-request-id: .*Lambda-Runtime-Aws-Request-Id/);
});

test('where no rule was broken, but the last call was refused, that is the advice', async () => {
  const port = 'const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");';
  await using api = await moduleOf(
    `import http from 'node:http'; ${port} http.get({ host, port, path: '/2018-06-01/runtime/invocation/next', headers: { host: 'elsewhere' } }, () => process.exit(1));`,
  );

  expect(adviceIn(await api.invoke({}))).toMatch(/^The Runtime API refused the last call with 403: .*names a host/);
});

test('the last call is that of the process that failed in its Init phase, not of the one before', async () => {
  await using directory = await temporaryDirectory();
  const once = `${takesEvent} import { existsSync, writeFileSync } from 'node:fs'; if (existsSync('run')) process.exit(1); writeFileSync('run', ''); await fetch(base + '/next'); process.exit(1);`;
  const command = [process.execPath, '--input-type=module', '-e', once];
  await using api = await createRuntimeApi({ command, cwd: directory.path });

  const [first, second] = await Promise.all([api.invoke(1), api.invoke(2)]);

  expect(storyOf(first)).toMatch(/^Last call: {3}GET .*\/next/m);
  expect(second.status).toBe('init-error');
  expect(storyOf(second)).toMatch(/^Last call: {3}none/m);
});

test('calls that repeat themselves leave room in the timeline for what came before', async () => {
  await using api = await moduleOf(
    `${takesEvent} for (;;) { await fetch(base + '/next'); await fetch(base + '/undefined/response', { method: 'POST', body: '1' }); }`,
  );
  const invocation = api.invoke({});
  let violations = 0;
  const often = new Promise<void>((resolve) => api.on('violation', () => void (++violations === 101 && resolve())));
  await often;

  invocation.expire();
  const story = storyOf(await invocation);

  expect(story).toMatch(/^Violations: {2}unknown-request-id \(\d\d times\), next-before-answer \(\d\d times\)$/m);
  expect(story).toMatch(/^Timeline \(the last \d{3} entries; /m);
  expect(story).toMatch(/delivered to the runtime\n/);
  expect(story).toMatch(/\n {14}… \(the same \d+ times more\)\n/);
});

test('a timeline that is shown whole does not claim to be the end of one', async () => {
  await using api = await shell('exit 1');

  expect(storyOf(await api.invoke({}))).toMatch(/^Timeline:$/m);
  await api.invoke({});
  await api.invoke({});
  expect(storyOf(await api.invoke({}))).toMatch(/^Timeline \(the last 10 entries; api\.timeline\(\) has all\):$/m);
});
