import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Exchange, RuntimeApi } from '../../../src/index.ts';
import { type KnownAnswers, testBehaviours } from '../behaviours.ts';
import { buildJavaClient, type JavaCommand, versionsNotInPom } from './java-client.ts';

const toolchain = {
  probes: [
    ['javac', '-version'],
    ['java', '-version'],
    ['jar', '--version'],
    ['mvn', '--version'],
    // The client's native library is for Linux.
    ['test', '-d', '/proc/self'],
  ],
  packages: ['default-jdk-headless', 'maven'],
} as const;

let command: JavaCommand = () => [];

async function build(folder: string, handler: string): Promise<readonly string[]> {
  // One folder for both kinds of handler.
  command = await buildJavaClient(join(folder, '../java-ric'));
  return command(handler);
}

const known: KnownAnswers = {
  failure: {
    error: {
      errorType: 'java.lang.IllegalStateException',
      errorMessage: 'as asked',
      stackTrace: [
        expect.stringMatching(/^Fixture\.act\(Fixture\.java:\d+\)$/),
        expect.stringMatching(/^Fixture\$(Objects|Bytes)\.handleRequest\(Fixture\.java:\d+\)$/),
      ],
    },
    errorTypeHeader: 'Runtime.UserException',
    xrayCause: {
      working_directory: process.cwd(),
      exceptions: [{ type: 'java.lang.IllegalStateException', message: 'as asked' }],
      paths: ['Fixture.java'],
    },
    logs: {
      stdout: expect.stringContaining('java.lang.IllegalStateException: as asked\n\tat Fixture.act'),
      stderr: '',
    },
  },
  initFailure: {
    error: { errorType: 'java.lang.IllegalStateException', errorMessage: 'as asked' },
    exit: { code: 1, signal: null },
  },
};

test('the pom names the pinned versions', async () => {
  expect(await versionsNotInPom()).toEqual([]);
});

testBehaviours({
  ...toolchain,
  name: 'Java client, RequestStreamHandler',
  build: (folder) => build(folder, 'Fixture$Bytes'),
  known,
});

testBehaviours({
  ...toolchain,
  name: 'Java client, RequestHandler',
  build: (folder) => build(folder, 'Fixture$Objects'),
  known: {
    ...known,
    bytes: 'parsed',
    // Keys whose value is null are not written.
    noContext: { clientContext: undefined, cognitoIdentity: undefined },
  },
  more({ start }) {
    test('calls a method that takes and returns objects of its own', async () => {
      await using api = await start({ command: command('Greeter::greet') });

      const greeted = await api.invoke({ name: 'Nim', times: 2 });
      const confused = await api.invoke({ name: 'Nim', times: 'two' });

      expect(greeted).toMatchObject({ status: 'success', payload: { greetings: ['Hello Nim!', 'Hello Nim!'] } });
      expect(confused).toMatchObject({
        status: 'function-error',
        error: { errorType: 'java.lang.RuntimeException', errorMessage: 'An error occurred during JSON parsing' },
      });
    });

    test('answers what is not JSON with an error, and goes on', async () => {
      await using api = await start();

      for (const raw of ['', ' ', '{']) {
        expect(await api.invoke({ raw })).toMatchObject({
          status: 'function-error',
          error: { errorType: 'java.lang.RuntimeException', errorMessage: 'An error occurred during JSON parsing' },
        });
      }
      expect(await api.invoke('next')).toMatchObject({ status: 'success', payload: 'next' });
    });

    test('reports an Error as it reports an exception', async () => {
      await using api = await start();

      const failed = await api.invoke({ op: 'error' });
      const next = await api.invoke('next');

      expect(failed).toMatchObject({
        status: 'function-error',
        error: { errorType: 'java.lang.AssertionError', errorMessage: 'as asked' },
      });
      expect(next).not.toHaveProperty('initDurationMs');
    });

    test('reports a stack overflow, then ends with code 0', async () => {
      await using api = await start();

      const overflown = await api.invoke({ op: 'recurse' });
      const next = await api.invoke('next');

      expect(overflown).toMatchObject({
        status: 'runtime-exit',
        exit: { code: 0, signal: null },
        response: {
          kind: 'error',
          error: { errorType: 'java.lang.StackOverflowError' },
          errorTypeHeader: 'Runtime.UserException',
        },
      });
      expect(next).toMatchObject({ status: 'success', payload: 'next', initDurationMs: expect.any(Number) });
    });

    test('takes its handler from the command, not from _HANDLER', async () => {
      await using api = await start({ handlerName: 'no.such.Handler' });

      expect(await api.invoke('next')).toMatchObject({ status: 'success', payload: 'next' });
    });

    test('is gone at once with Runtime.halt()', async () => {
      await using api = await start();

      const halted = await api.invoke({ op: 'halt', code: 3 });

      expect(halted).toMatchObject({ status: 'runtime-exit', exit: { code: 3, signal: null } });
      expect(halted).not.toHaveProperty('response');
    });

    test('reports a missing class for each event, not as an init error', async () => {
      await using api = await start({ command: command('no.such.Handler::run') });

      expect(await api.ready()).toMatchObject({ status: 'ready' });
      for (const event of [1, 2]) {
        expect(await api.invoke(event)).toMatchObject({
          status: 'function-error',
          error: { errorType: 'java.lang.ClassNotFoundException', errorMessage: 'Class not found: no.such.Handler' },
          errorTypeHeader: 'Runtime.BadFunctionCode',
        });
      }
    });

    test('reports a missing method without an errorType', async () => {
      await using api = await start({ command: command('Greeter::noSuchMethod'), onViolation: 'record' });

      const result = await api.invoke({});

      expect(result).toMatchObject({
        status: 'function-error',
        error: {
          errorType: 'Runtime.BadFunctionCode',
          errorMessage: 'No public method named noSuchMethod with appropriate method signature found on class Greeter',
        },
        errorTypeHeader: 'Runtime.BadFunctionCode',
      });
      expect(api.violations).toMatchObject([{ rule: 'error-type-missing' }]);
    });

    test('counts the remaining milliseconds in 32 bits: deadlines beyond 24 days are wrong', async () => {
      await using api = await start();
      await api.ready();
      const inDays = (days: number): Date => new Date(Date.now() + days * 24 * 60 * 60 * 1000);

      const month = await api.invoke({ op: 'context' }, { deadline: inDays(30) });
      const years = await api.invoke<{ remainingMs: number }>({ op: 'context' }, { deadline: inDays(55) });

      expect(month).toMatchObject({ status: 'success', payload: { remainingMs: 0 } });
      if (years.status !== 'success') throw new Error(years.message);
      expect(years.payload.remainingMs / (24 * 60 * 60 * 1000)).toBeCloseTo(55 - 2 ** 32 / (24 * 60 * 60 * 1000), 1);
    });

    test('has two HTTP stacks: a native one for events and responses, that of the JDK for errors', async () => {
      await using api = await start();

      await api.invoke('next');
      await api.invoke({ op: 'fail' });

      const byPath = (end: string): Exchange => {
        const [first] = exchangesOf(api).filter(({ path }) => path.endsWith(end));
        if (!first) throw new Error(api.timeline());
        return first;
      };
      expect(byPath('/next').requestHeaders).toMatchObject({
        'user-agent': expect.stringMatching(/^aws-lambda-java\//),
      });
      expect(byPath('/response').requestHeaders).toMatchObject({ accept: '*/*' });
      expect(byPath('/error').requestHeaders).toMatchObject({ accept: expect.stringContaining('text/html') });
    });

    test('does not echo the invocation ID', async () => {
      await using api = await start();

      await api.invoke('next');

      const echoes = exchangesOf(api).map(({ requestHeaders }) => requestHeaders['lambda-runtime-invocation-id']);
      expect(new Set(echoes)).toEqual(new Set([undefined]));
    });
  },
});

function exchangesOf(api: RuntimeApi): Exchange[] {
  return api.transcript.filter((entry) => entry.type === 'exchange');
}
