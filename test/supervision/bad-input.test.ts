import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  createRuntimeApi,
  HarnessError,
  type HarnessErrorCode,
  type InvokeOptions,
  type RuntimeApiOptions,
} from '../../src/index.ts';
import { connectTo, openScene, runtimes, type TemporaryDirectory, temporaryDirectory } from '../helpers/fixtures.ts';

/** Fails with the code, and says all of it: what was given, what is allowed, what to do. */
async function expectError(
  promise: PromiseLike<unknown>,
  code: HarnessErrorCode,
  words: readonly string[],
): Promise<void> {
  const error = await Promise.resolve(promise).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(HarnessError);
  expect(error).toMatchObject({ name: 'HarnessError', code });
  for (const word of words) expect(error).toHaveProperty('message', expect.stringContaining(word));
}

/** What TypeScript would not let through, and JavaScript does. */
function wrong(options: object): RuntimeApiOptions & InvokeOptions {
  return options;
}

describe('an option of createRuntimeApi()', () => {
  const milliseconds = 'a number of milliseconds above 0, or Infinity';
  const aText = 'a non-empty string';
  const aName = 'a string of 1 to 140 letters, digits, hyphens and underscores';
  const aPort = 'a whole number from 1 to 65535, an array of them, or { from, to }; leave it out for any free port';
  const cases: readonly (readonly [object, readonly string[]])[] = [
    [
      { timeout: 5 },
      [
        'createRuntimeApi() has no option "timeout". Did you mean "timeoutMs"?',
        'It has: command, handler, exposeEnvironment, cwd, env',
        'timeoutMs',
      ],
    ],
    [{ Command: ['./bootstrap'] }, ['no option "Command"', 'Did you mean "command"?']],
    [{ comand: ['./bootstrap'] }, ['no option "comand". Did you mean "command"?']],
    [{ memory: 512 }, ['no option "memory". Did you mean "memorySizeMb"?']],
    [{ environment: {} }, ['no option "environment". Did you mean "env"?']],
    [{ x: 1 }, ['no option "x". It has:']],
    [{ limits: { responceBytes: 1 } }, ['limits has no option "responceBytes". Did you mean "responseBytes"?']],
    [{ command: './bootstrap' }, ['The option command must be an array of strings', 'it was given "./bootstrap"']],
    [{ command: [] }, ['command', 'with at least a file', 'it was given []']],
    [{ command: [''] }, ['command', 'with at least a file', '[""]']],
    [{ command: ['node', 5] }, ['command', 'an array of strings', '["node",5]']],
    [{ command: ['node', 'a\0b'] }, ['command', 'without NUL characters']],
    [{ cwd: 5 }, ['cwd', aText, '5']],
    [{ cwd: '' }, ['cwd', aText, '""']],
    [{ env: 'PATH=/bin' }, ['env', 'an object of strings', '"PATH=/bin"']],
    [{ env: ['PATH=/bin'] }, ['env', 'an object of strings']],
    [{ env: { COUNT: 5 } }, ['env.COUNT is of type number', 'Values are strings']],
    [{ env: { COUNT: undefined } }, ['env.COUNT is of type undefined', 'Values are strings']],
    [{ env: { 'A=B': 'x' } }, ['env has the name "A=B"', 'letters, digits and underscores']],
    [{ env: { '': 'x' } }, ['env has the name ""']],
    [{ env: { A: 'x\0y' } }, ['env.A contains a NUL character']],
    [{ env: { AWS_REGION: 'eu-west-1' } }, ['env.AWS_REGION is reserved', 'Leave it out']],
    [{ handlerName: 5 }, ['handlerName', aText, '5']],
    [{ functionName: '' }, ['functionName', aName, '""']],
    [{ functionName: 'a\r\nb' }, ['functionName', aName, '"a\\r\\nb"']],
    [{ functionName: 'größer' }, ['functionName', aName, '"größer"']],
    [{ functionVersion: 7 }, ['functionVersion', aName, '7']],
    [{ memorySizeMb: 0 }, ['memorySizeMb', 'a whole number from 1 to', '0']],
    [{ memorySizeMb: 1.5 }, ['memorySizeMb', 'a whole number', '1.5']],
    [{ memorySizeMb: '128' }, ['memorySizeMb', 'a whole number', '"128"']],
    [{ region: false }, ['region', aName, 'false']],
    [{ region: 'eu\nwest' }, ['region', aName, '"eu\\nwest"']],
    [{ accountId: '12' }, ['accountId', 'a string of 12 digits', '"12"']],
    [{ accountId: 123456789012 }, ['accountId', 'a string of 12 digits', '123456789012']],
    [{ logGroupName: '' }, ['logGroupName', aText]],
    [{ logStreamName: null }, ['logStreamName', aText, 'null']],
    [{ timeoutMs: 0 }, ['timeoutMs', milliseconds, '0']],
    [{ timeoutMs: -1 }, ['timeoutMs', milliseconds, '-1']],
    [{ timeoutMs: Number.NaN }, ['timeoutMs', milliseconds, 'NaN']],
    [{ timeoutMs: '3s' }, ['timeoutMs', milliseconds, '"3s"']],
    [{ initTimeoutMs: -5 }, ['initTimeoutMs', milliseconds, '-5']],
    [{ initTimeoutMs: Number.NEGATIVE_INFINITY }, ['initTimeoutMs', milliseconds, '-Infinity']],
    [{ port: 0 }, ['port', aPort, '0']],
    [{ port: 65_536 }, ['port', aPort, '65536']],
    [{ port: 80.5 }, ['port', aPort]],
    [{ port: '8080' }, ['port', aPort, '"8080"']],
    [{ port: [] }, ['port', aPort, '[]']],
    [{ port: [8080, 0] }, ['port', aPort, '[8080,0]']],
    [{ port: { from: 9000, to: 8000 } }, ['port', aPort, '{"from":9000,"to":8000}']],
    [{ clock: {} }, ['clock', 'a clock made by manualClock()', '{}']],
    [{ clock: Date }, ['clock', 'a clock made by manualClock()', 'a function']],
    [{ logs: 'loud' }, ['logs', "'capture', 'echo' or a function", '"loud"']],
    [{ logs: false }, ['logs', "'capture', 'echo' or a function", 'false']],
    [{ shutdown: 'SIGTERM' }, ['shutdown', "{ signal: 'SIGTERM', graceMs: 500 }", '"SIGTERM"']],
    [{ shutdown: { signal: 'SIGFOO', graceMs: 1 } }, ['shutdown.signal', 'the name of a signal', '"SIGFOO"']],
    [{ shutdown: { signal: 'SIGTERM' } }, ['shutdown.graceMs', 'a finite number of milliseconds', 'undefined']],
    [{ shutdown: { signal: 'SIGTERM', graceMs: -1 } }, ['shutdown.graceMs', '-1']],
    [{ shutdown: { signal: 'SIGTERM', graceMs: Number.POSITIVE_INFINITY } }, ['shutdown.graceMs', 'Infinity']],
    [{ shutdown: { signal: 'SIGTERM', graceMs: 1, grace: 1 } }, ['shutdown has no option "grace"', 'graceMs']],
    [{ onViolation: 'throw' }, ['onViolation', "'record', 'fail' or a function", '"throw"']],
    [{ transcriptLimit: 0 }, ['transcriptLimit', 'a whole number from 1', '0']],
    [{ signal: {} }, ['signal', 'an AbortSignal', '{}']],
    [{ handler: 5 }, ['The option handler must be a function', 'it was given 5']],
    [{ command: ['./bootstrap'], handler: 5 }, ['The option handler must be a function']],
    [
      { command: ['./bootstrap'], handler: () => {} },
      ['command and handler exclude each other', 'Leave one of them out'],
    ],
    [{ handler: () => {}, exposeEnvironment: 'yes' }, ['exposeEnvironment', 'true or false', '"yes"']],
    [{ exposeEnvironment: true }, ['exposeEnvironment is for a handler in this process', 'Leave it out']],
    [{ logs: 'echo' }, ['The option logs has no effect without a command', 'Leave it out']],
    [{ handler: () => {}, logs: () => {} }, ['logs has no effect', 'prints where the test prints']],
    [{ shutdown: { signal: 'SIGTERM', graceMs: 1 } }, ['shutdown has no effect without a command']],
    [{ limits: 5 }, ['limits', 'an object such as { responseBytes: 1000 }', '5']],
    [{ limits: { eventBytes: 0 } }, ['limits.eventBytes', 'a whole number from 1', '0']],
    [{ limits: { bytes: 1 } }, ['limits has no option "bytes"', 'streamedResponseBytes']],
    [{ handler: () => {}, env: { TABLE: 't' } }, ['would not see', 'env (TABLE)', 'Add exposeEnvironment: true']],
  ];

  test.each(cases)('%j is refused', async (options, words) => {
    await expectError(createRuntimeApi(wrong(options)), 'ERR_INVALID_OPTION', words);
  });

  test.each([['./bootstrap'], [5], [null], [['./bootstrap']]])(
    '%j in place of the options is refused',
    async (options) => {
      await expectError(createRuntimeApi(wrong(options as unknown as object)), 'ERR_INVALID_OPTION', [
        'createRuntimeApi() takes an object of options',
        JSON.stringify(options),
      ]);
    },
  );
});

describe('a command', () => {
  async function write(directory: TemporaryDirectory, text: string | Buffer, mode = 0o755): Promise<void> {
    const path = join(directory.path, 'bootstrap');
    await writeFile(path, text);
    await chmod(path, mode);
  }

  const cases: readonly (readonly [string, (directory: TemporaryDirectory) => Promise<unknown>, readonly string[]])[] =
    [
      [
        'is missing',
        async () => {},
        ['"./bootstrap" does not exist', 'Build it first', 'Relative paths start at the option cwd'],
      ],
      [
        'is a directory',
        ({ path }) => mkdir(join(path, 'bootstrap')),
        ['is a directory', 'Name the executable inside it'],
      ],
      ['is not executable', (directory) => write(directory, '#!/bin/sh\n', 0o644), ['is not executable', 'chmod +x']],
      ['is an empty file', (directory) => write(directory, ''), ['is an empty file', 'Build it again']],
      [
        'has no shebang',
        (directory) => write(directory, 'echo hello\n'),
        ['script with a shebang', 'Make "#!/bin/sh"'],
      ],
      [
        'has a shebang with a carriage return',
        (directory) => write(directory, '#!/bin/sh\r\nexit 0\r\n'),
        ['ends with a carriage return', 'Unix line ends', 'sed -i'],
      ],
      [
        'names an interpreter that is missing',
        (directory) => write(directory, '#!/no/such/interpreter -x\n'),
        ['The interpreter "/no/such/interpreter"', 'does not exist', 'Correct the shebang'],
      ],
      ['names no interpreter', (directory) => write(directory, '#!\n'), ['The interpreter ""', 'Correct the shebang']],
    ];

  test.each(cases)('that %s is refused', async (_problem, prepare, words) => {
    await using directory = await temporaryDirectory();
    await prepare(directory);

    const opening = createRuntimeApi({ command: ['./bootstrap'], cwd: directory.path });

    await expectError(opening, 'ERR_INVALID_COMMAND', words);
  });

  test.each([
    ['bootstrap.mjs', '"#!/usr/bin/env node"'],
    ['bootstrap.py', '"#!/usr/bin/env python3"'],
    ['bootstrap.sh', '"#!/bin/sh"'],
  ])('that is called %s and has no shebang is told the one it needs', async (name, shebang) => {
    await using directory = await temporaryDirectory();
    await writeFile(join(directory.path, name), 'echo hello\n', { mode: 0o755 });

    const opening = createRuntimeApi({ command: [`./${name}`], cwd: directory.path });

    await expectError(opening, 'ERR_INVALID_COMMAND', [`Make ${shebang}, or the path`]);
  });

  test('that is a line for a shell is refused with the list that was meant', async () => {
    await using directory = await temporaryDirectory();
    await write(directory, '#!/bin/sh\n');
    const { path: cwd } = directory;

    await expectError(createRuntimeApi({ command: ['./bootstrap --fast x'], cwd }), 'ERR_INVALID_COMMAND', [
      '"./bootstrap --fast x" does not exist',
      "Arguments are elements of their own: ['./bootstrap', '--fast', 'x'].",
    ]);
    await expectError(createRuntimeApi({ command: ['node bootstrap.mjs'] }), 'ERR_INVALID_COMMAND', [
      '"node bootstrap.mjs" was not found on PATH',
      "Arguments are elements of their own: ['node', 'bootstrap.mjs'].",
    ]);
    await expectError(createRuntimeApi({ command: ['./no such file'], cwd }), 'ERR_INVALID_COMMAND', [
      'Build it first',
    ]);
  });

  test('that is not on PATH is refused', async () => {
    await expectError(createRuntimeApi({ command: ['no-such-command-anywhere'] }), 'ERR_INVALID_COMMAND', [
      'The command "no-such-command-anywhere" was not found on PATH',
      process.env.PATH ?? '',
      'write "./no-such-command-anywhere"',
    ]);
  });

  test('is looked up on the PATH that the runtime sees', async () => {
    const options = { command: ['env'], env: { PATH: '/no/such/directory' } };

    await expectError(createRuntimeApi(options), 'ERR_INVALID_COMMAND', [
      '"env" was not found on PATH (/no/such/directory)',
    ]);
  });

  test('whose working directory is missing is refused', async () => {
    await using directory = await temporaryDirectory();
    const cwd = join(directory.path, 'missing');

    await expectError(createRuntimeApi({ command: runtimes.echo, cwd }), 'ERR_INVALID_COMMAND', [
      cwd,
      'does not exist',
      'Give cwd',
    ]);
  });

  test('whose working directory is a file is refused', async () => {
    await using directory = await temporaryDirectory();
    const cwd = join(directory.path, 'file');
    await writeFile(cwd, '');

    await expectError(createRuntimeApi({ command: runtimes.echo, cwd }), 'ERR_INVALID_COMMAND', [
      cwd,
      'is not a directory',
    ]);
  });

  test('whose interpreter is not found by env is an init-error that says so', async () => {
    await using directory = await temporaryDirectory();
    await write(directory, '#!/usr/bin/env no-such-interpreter\n');
    await using api = await createRuntimeApi({ command: ['./bootstrap'], cwd: directory.path });

    expect(await api.invoke({})).toMatchObject({
      status: 'init-error',
      exit: { code: 127 },
      message: expect.stringContaining('no-such-interpreter'),
    });
  });

  test('made for another kind of processor is an init-error that says so', async () => {
    await using directory = await temporaryDirectory();
    const header = Buffer.alloc(4096);
    header.write('\x7fELF\x02\x01\x01', 'latin1');
    await write(directory, header);
    await using api = await createRuntimeApi({ command: ['./bootstrap'], cwd: directory.path });

    expect(await api.invoke({})).toMatchObject({
      status: 'init-error',
      exit: { code: 126 },
      message: expect.stringMatching(/exec format error/i),
    });
  });

  test('that disappears between two processes is an init-error that says so', async () => {
    await using directory = await temporaryDirectory();
    await write(directory, `#!${process.execPath}\n`);
    await using scene = await openScene(['./bootstrap'], { cwd: directory.path });
    expect(await scene.api.invoke({})).toMatchObject({ status: 'init-error', exit: { code: 0 } });
    await directory[Symbol.asyncDispose]();

    const result = await scene.api.invoke({});

    expect(result).toMatchObject({ status: 'init-error', error: { errorType: 'Runtime.InvalidEntrypoint' } });
    expect(result).toHaveProperty('message', expect.stringContaining('could not be started (Init phase)'));
    await scene.expectNothingLeft();
  });
});

describe('a start that fails', () => {
  test('leaves no port, process or temporary file', async () => {
    await using released = await occupy();
    const { port } = released;
    await released[Symbol.asyncDispose]();

    await expectError(openScene(['./no-such-bootstrap'], { port }), 'ERR_INVALID_COMMAND', ['./no-such-bootstrap']);

    await expect(connectTo(`127.0.0.1:${port}`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('because no pipe can be made says what it needs', async () => {
    // Has the pipes that an earlier runtime may have left.
    await using _earlier = await createRuntimeApi({ command: runtimes.echo });
    await using directory = await temporaryDirectory();
    vi.stubEnv('TMPDIR', join(directory.path, 'missing'));
    onTestFinished(() => void vi.unstubAllEnvs());

    await expectError(createRuntimeApi({ command: runtimes.echo }), 'ERR_SPAWN', [
      'could not be opened',
      'a writable temporary folder',
    ]);
  });
});

describe('a port', () => {
  test('that is taken is refused by its number', async () => {
    await using taken = await occupy();
    const { port } = taken;

    await expectError(createRuntimeApi({ port }), 'ERR_PORT_UNAVAILABLE', [
      `Port ${port} is taken on 127.0.0.1`,
      'leave the option port out',
    ]);
  });

  test('of which all that are wanted are taken is refused with the list', async () => {
    await using first = await occupy();
    await using second = await occupy();

    await expectError(createRuntimeApi({ port: [first.port, second.port] }), 'ERR_PORT_UNAVAILABLE', [
      `All of the ports ${first.port}, ${second.port} are taken`,
      'name other ports',
    ]);
  });

  test('that is free is used, and free again after close()', async () => {
    await using released = await occupy();
    await released[Symbol.asyncDispose]();
    const { port } = released;

    for (let round = 0; round < 3; round++) {
      await using api = await createRuntimeApi({ port });
      expect(api.address).toBe(`127.0.0.1:${port}`);
      expect(api.url).toBe(`http://127.0.0.1:${port}`);
    }
  });

  test('of a list or a range is the first that is free', async () => {
    await using taken = await occupy();
    const from = Math.min(taken.port, 65_000);
    const free = Array.from({ length: 500 }, (_, index) => from + 1 + index);

    for (const port of [{ from: taken.port, to: from + 500 }, [taken.port, ...free]]) {
      await using api = await createRuntimeApi({ port });

      expect(free).toContain(Number(api.address.split(':')[1]));
    }
  });
});

/** Listens on a port that nobody else has. */
async function occupy(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

describe('an event', () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const advice = ['The event cannot be sent, because JSON cannot hold it', 'null or {}'];
  const tooLarge = ['Lambda accepts 6291556 at most', 'Send a smaller one'];
  const cases: readonly (readonly [string, unknown, HarnessErrorCode, readonly string[]])[] = [
    ['with a cycle', cycle, 'ERR_INVALID_EVENT', [...advice, 'circular']],
    ['with a BigInt', { id: 1n }, 'ERR_INVALID_EVENT', [...advice, 'BigInt']],
    ['that is undefined', undefined, 'ERR_INVALID_EVENT', [...advice, 'it is undefined']],
    ['that is a function', () => {}, 'ERR_INVALID_EVENT', [...advice, 'it is a function']],
    ['that is a symbol', Symbol('a'), 'ERR_INVALID_EVENT', [...advice, 'it is a symbol']],
    [
      'of more than 6 MiB of JSON',
      'x'.repeat(6_291_556),
      'ERR_EVENT_TOO_LARGE',
      ['The event has 6291558 bytes', ...tooLarge],
    ],
    [
      'of more than 6 MiB of bytes',
      Buffer.alloc(6_291_557),
      'ERR_EVENT_TOO_LARGE',
      ['The event has 6291557 bytes', ...tooLarge],
    ],
    [
      'of more than 6 MiB of text',
      { raw: 'é'.repeat(3_145_779) },
      'ERR_EVENT_TOO_LARGE',
      ['The event has 6291558 bytes', ...tooLarge],
    ],
  ];

  test.each(cases)('%s is refused, and harms no other', async (_title, event, code, words) => {
    await using scene = await openScene(runtimes.echo);

    const invocation = scene.api.invoke(event);

    await expectError(invocation, code, words);
    await expectError(invocation.delivered, code, words);
    await expectError(invocation.responded, code, words);
    expect(await scene.api.invoke('next')).toMatchObject({
      payload: 'next',
      requestId: '00000000-0000-4000-8000-000000000001',
    });
    await scene.expectNothingLeft();
  });

  test('of exactly the limit arrives', async () => {
    await using api = await createRuntimeApi({ command: runtimes.echo });
    const event = 'x'.repeat(6_291_554);

    const result = await api.invoke(event);

    expect(result).toMatchObject({ status: 'success', isJson: true });
    expect('payload' in result && result.payload === event).toBe(true);
  });

  test.each([[null], [0], [''], [false], [[]], [{}], [{ raw: 5 }], [{ raw: 'x', other: 1 }]])(
    '%j arrives as it is',
    async (event) => {
      await using api = await createRuntimeApi({ command: runtimes.echo });

      expect(await api.invoke(event)).toMatchObject({ status: 'success', payload: event });
    },
  );
});

describe('an option of invoke()', () => {
  const milliseconds = 'a number of milliseconds above 0, or Infinity';
  const aHeader = 'a non-empty string that an HTTP header can carry: printable ASCII, no line breaks';
  const anId = 'a non-empty string of printable ASCII characters without spaces';
  const aDeadline = 'a number of milliseconds from delivery';
  const cases: readonly (readonly [object, readonly string[]])[] = [
    [{ timeout: 5 }, ['invoke() has no option "timeout"', 'It has: requestId, timeoutMs']],
    [{ requestId: '' }, ['requestId', anId, '""']],
    [{ requestId: 'a b' }, ['requestId', anId, '"a b"']],
    [{ requestId: 'a\r\nX: y' }, ['requestId', anId]],
    [{ requestId: 'é' }, ['requestId', anId]],
    [{ requestId: 5 }, ['requestId', anId, '5']],
    [{ timeoutMs: -1 }, ['timeoutMs', milliseconds, '-1']],
    [{ timeoutMs: Number.NaN }, ['timeoutMs', milliseconds, 'NaN']],
    [{ deadline: Number.NaN }, ['deadline', aDeadline, 'NaN']],
    [{ deadline: 'soon' }, ['deadline', aDeadline, '"soon"']],
    [{ deadline: new Date('never') }, ['deadline', 'a valid Date']],
    [{ traceId: 'a\r\nX: y' }, ['traceId', aHeader, '"a\\r\\nX: y"']],
    [{ traceId: 'é' }, ['traceId', aHeader, '"é"']],
    [{ traceId: ' a' }, ['traceId', 'no space at either end']],
    [{ clientContext: 'text' }, ['clientContext', 'an object, or { raw: string }', '"text"']],
    [{ clientContext: { id: 1n } }, ['clientContext', 'what JSON can hold', 'BigInt']],
    [{ clientContext: { toJSON: () => undefined } }, ['clientContext', 'what JSON can hold']],
    [{ clientContext: { raw: 'a\nb' } }, ['clientContext.raw', aHeader]],
    [{ cognitoIdentity: 5 }, ['cognitoIdentity', 'an object, or { raw: string }', '5']],
    [{ tenantId: 'a\nb' }, ['tenantId', aHeader]],
    [{ tenantId: '' }, ['tenantId', aHeader]],
    [{ invokedFunctionArn: 'arn:\u{1f642}' }, ['invokedFunctionArn', aHeader]],
    [{ contentType: 'text/plain\r\n' }, ['contentType', aHeader]],
    [{ signal: 'abort' }, ['signal', 'an AbortSignal', '"abort"']],
  ];

  test.each(cases.map(([options, words]) => [Object.keys(options).join(), words.at(-1), options, words] as const))(
    '%s is refused: %s',
    async (_name, _word, options, words) => {
      await using api = await createRuntimeApi();

      await expectError(api.invoke({}, wrong(options)), 'ERR_INVALID_OPTION', words);

      expect(api.transcript.some(({ type }) => type === 'invocation.queued')).toBe(false);
    },
  );

  test('names a request ID that is in flight: refused; afterwards it may come again', async () => {
    await using api = await createRuntimeApi({ command: runtimes.echo });
    const first = api.invoke({}, { requestId: 'twice' });

    await expectError(api.invoke({}, { requestId: 'twice' }), 'ERR_DUPLICATE_REQUEST_ID', [
      'the request ID "twice" is still in flight',
      'Await it first',
    ]);

    expect(await first).toMatchObject({ status: 'success', requestId: 'twice' });
    expect(await api.invoke({}, { requestId: 'twice' })).toMatchObject({ status: 'success' });
  });

  test.each([['ready'], ['reset']] as const)('is no option of %s()', async (method) => {
    await using api = await createRuntimeApi({ command: runtimes.echo });

    await expectError(api[method](wrong({ timeoutMs: 5 }) as object), 'ERR_INVALID_OPTION', [
      `${method}() has no option "timeoutMs"`,
      'It has: signal',
    ]);
    await expectError(api[method]({ signal: 5 as unknown as AbortSignal }), 'ERR_INVALID_OPTION', [
      'signal',
      'an AbortSignal',
    ]);
  });
});
