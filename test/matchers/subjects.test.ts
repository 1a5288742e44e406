import { expect, test } from 'vitest';
import { createRuntimeApi, type Invocation, type RuntimeApi } from '../../src/index.ts';
import '../../src/matchers/vitest.ts';
import { type RuntimeName, runtimes } from '../helpers/fixtures.ts';

const open = (name: RuntimeName): Promise<RuntimeApi> => createRuntimeApi({ command: runtimes[name] });

const posted = (error: object): { body: string } => ({ body: JSON.stringify(error) });

test('a matcher judges a result at once', async () => {
  await using api = await open('echo');
  const result = await api.invoke('hello');

  expect(result).toSucceedWith('hello');
  expect(() => expect(result).toSucceedWith('bye')).toThrow();
});

test('a matcher waits for an invocation, and for any other promise of a result', async () => {
  await using api = await open('echo');
  const plain = async (): Promise<unknown> => api.invoke('hello');

  await expect(api.invoke('hello')).toSucceedWith('hello');
  await expect(plain()).toSucceedWith('hello');
  await expect(api.invoke('hello')).not.toSucceedWith('bye');
  await expect(expect(api.invoke('hello')).toSucceedWith('bye')).rejects.toThrow('toSucceedWith');
});

test('resolves works as with every matcher', async () => {
  await using api = await open('echo');

  await expect(api.invoke('hello')).resolves.toSucceedWith('hello');
  await expect(api.invoke('hello')).resolves.not.toTimeOut();
  await expect(expect(api.invoke('hello')).resolves.toTimeOut()).rejects.toThrow('toTimeOut');
});

test('an invocation that rejects fails the matcher and its opposite with its own error', async () => {
  const api = await open('neverAnswers');
  const invocation = api.invoke({});
  await invocation.delivered;
  await api.close();

  await expect(expect(invocation).toTimeOut()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  await expect(expect(invocation).not.toTimeOut()).rejects.toMatchObject({ code: 'ERR_CLOSED' });
});

test('matchers have asymmetric forms', async () => {
  await using api = await open('echo');
  const results = [await api.invoke(1), await api.invoke({ id: 2 })];

  expect(results).toEqual([expect.toSucceedWith(1), expect.toSucceedWith({ id: expect.any(Number) })]);
  expect(results).toEqual([expect.not.toSucceedWith(2), expect.not.toTimeOut()]);
  expect(results).not.toEqual([expect.toSucceedWith(1), expect.toSucceedWith(1)]);
  expect({ outcome: results[0] }).toMatchObject({ outcome: expect.toHaveNoViolations() });
});

test('asymmetric forms hold of nothing that they cannot judge, nor do their opposites', async () => {
  expect([42]).not.toEqual([expect.toSucceedWith(42)]);
  expect([42]).not.toEqual([expect.not.toSucceedWith(42)]);
  expect([Promise.reject(new Error('not awaited'))]).not.toEqual([expect.toTimeOut()]);
});

test('a payload is compared as by toEqual, with what the test has added to equality', async () => {
  await using api = await open('echo');
  const result = await api.invoke({ list: [1, 2], text: 'x' });

  expect(result).toSucceedWith({ list: [1, 2], text: expect.any(String), missing: undefined });
  expect(result).not.toSucceedWith({ list: [1, 2] });
  expect(result).not.toSucceedWith(undefined);
  expect(result).toSucceedWith();
});

test('texts of an error are compared as a whole, by a pattern, or by another matcher', async () => {
  await using api = await open('fails');
  const result = await api.invoke(posted({ errorType: 'TypeError', errorMessage: 'no such order', code: 7 }));

  expect(result).toFailWith({ errorType: 'TypeError', errorMessage: 'no such order' });
  expect(result).toFailWith({ errorMessage: /such/g });
  expect(result).toFailWith({ errorMessage: expect.stringContaining('order'), code: 7 });
  expect(result).not.toFailWith({ errorMessage: 'no such' });
  expect(result).not.toFailWith({ errorMessage: 'no such order', code: 8 });
  expect(result).toFailWith();
});

test('a stack trace is found by one of its frames, or compared frame by frame', async () => {
  await using api = await open('fails');
  const stackTrace = ['at load (/var/task/orders.js:7:9)', 'at handler (/var/task/index.js:3:1)'];
  const result = await api.invoke(posted({ errorType: 'E', errorMessage: 'm', stackTrace }));
  const go = await api.invoke(
    posted({ errorType: 'E', errorMessage: 'm', stackTrace: [{ path: 'main.go', line: 12, label: 'handle' }] }),
  );

  expect(result).toFailWith({ stackTrace: 'orders.js:7' });
  expect(result).toFailWith({ stackTrace: /^at handler/ });
  expect(result).toFailWith({ stackTrace });
  expect(result).toFailWith({ stackTrace: [/orders/, expect.stringContaining('index')] });
  expect(result).toFailWith({ stackTrace: expect.arrayContaining([stackTrace[1]]) });
  expect(result).not.toFailWith({ stackTrace: [/orders/] });
  expect(result).not.toFailWith({ stackTrace: 'elsewhere' });
  expect(go).toFailWith({ stackTrace: 'handle (main.go:12)' });
  expect(go).toFailWith({ stackTrace: [{ path: 'main.go', line: 12, label: 'handle' }] });
});

test('a failed init is told by ready() and by the invocation alike', async () => {
  await using api = await open('exitsInInit');
  const expected = { errorType: 'Runtime.ExitError', errorMessage: /exit status 7/, exit: { code: 7, signal: null } };

  await expect(api.ready()).toFailInit(expected);
  await expect(api.invoke({})).toFailInit(expected);
  await expect(api.ready()).not.toExitWith();
  await expect(api.ready()).toHaveLogged('no configuration', { stream: 'stderr' });
});

test('a process that exits is told from one that was ended by a signal', async () => {
  await using api = await open('exitsInInvoke');
  await using killed = await open('killedBySignal');

  await expect(api.invoke({ code: 3 })).toExitWith({ code: 3, signal: null, errorType: 'Runtime.ExitError' });
  await expect(api.invoke({ code: 0 })).toExitWith({ code: 0 });
  await expect(killed.invoke({ signal: 'SIGSEGV' })).toExitWith({ signal: 'SIGSEGV' });
  await expect(killed.invoke({ signal: 'SIGSEGV' })).toExitWith({ signal: /^SIG/, code: null });
});

test('a text may span lines of the output, a pattern stays within one', async () => {
  await using api = await open('printsLines');
  const result = await api.invoke(1);

  expect(result).toHaveLogged('of 1\nstderr of');
  expect(result).toHaveLogged(/^stdout of 1$/);
  expect(result).toHaveLogged(expect.stringMatching('stderr'), { stream: 'stderr' });
  expect(result).not.toHaveLogged('stderr', { stream: 'stdout' });
});

test('violations belong to the invocation in which they happened', async () => {
  await using api = await open('answersWrongId');
  const invocation: Invocation = api.invoke({ retry: true });

  await expect(invocation).not.toHaveNoViolations();
  expect((await invocation).violations).toMatchObject([{ rule: 'unknown-request-id' }]);
  expect(api).not.toHaveNoViolations();
});

test('a result that was cloned is judged all the same', async () => {
  await using api = await open('echo');
  const result = structuredClone(await api.invoke('hello'));

  expect(result).toSucceedWith('hello');
  expect(() => expect(result).toTimeOut()).toThrow('Received: success with payload');
});
