import { realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createRuntimeApi, type RuntimeApiOptions, type SuccessResult } from '../../src/index.ts';
import { runtimes, temporaryDirectory } from '../helpers/fixtures.ts';

/** How the harness finds again those who left the process group. */
const privateMark = '_LAMBDA_RUNTIME_HARNESS_MARK';

interface Seen {
  readonly env: Record<string, string>;
  readonly cwd: string;
}

/** What a child sees, and what the API says that it sees. */
async function look(options: RuntimeApiOptions = {}): Promise<Seen & { readonly announced: Record<string, string> }> {
  await using api = await createRuntimeApi({ command: runtimes.reportsEnvironment, ...options });
  const result = await api.invoke<Seen>({});
  expect(result.status).toBe('success');
  return { ...(result as SuccessResult<Seen>).payload, announced: { ...api.environmentVariables } };
}

afterEach(() => {
  vi.unstubAllEnvs();
});

test('a child sees what Lambda sets, and no other name', async () => {
  vi.stubEnv('HOME', '/home/somebody');

  const { env } = await look();

  expect(Object.keys(env).sort()).toEqual(
    [
      'AWS_ACCESS_KEY_ID',
      'AWS_DEFAULT_REGION',
      'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
      'AWS_LAMBDA_FUNCTION_NAME',
      'AWS_LAMBDA_FUNCTION_VERSION',
      'AWS_LAMBDA_INITIALIZATION_TYPE',
      'AWS_LAMBDA_LOG_GROUP_NAME',
      'AWS_LAMBDA_LOG_STREAM_NAME',
      'AWS_LAMBDA_RUNTIME_API',
      'AWS_REGION',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_SESSION_TOKEN',
      'BREF_PING_DISABLE',
      'HOME',
      'LAMBDA_RUNTIME_DIR',
      'LAMBDA_TASK_ROOT',
      'LANG',
      'NO_PROXY',
      'PATH',
      'TMPDIR',
      'TZ',
      privateMark,
      '_HANDLER',
      'no_proxy',
    ].sort(),
  );
});

test('a child sees the values of a fresh test function', async () => {
  const { env, cwd, announced } = await look();

  expect(env).toMatchObject({
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    AWS_LAMBDA_FUNCTION_NAME: 'test-function',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/test-function',
    AWS_LAMBDA_LOG_STREAM_NAME: '1970/01/01/[$LATEST]00000000000000000000000000000001',
    AWS_REGION: 'us-east-1',
    LAMBDA_TASK_ROOT: process.cwd(),
    NO_PROXY: '127.0.0.1',
    PATH: process.env.PATH,
    TMPDIR: tmpdir(),
    TZ: ':UTC',
    _HANDLER: 'function.handler',
    no_proxy: '127.0.0.1',
  });
  expect(env.AWS_LAMBDA_RUNTIME_API).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(cwd).toBe(await realpath(process.cwd()));
  const { [privateMark]: _mark, ...others } = env;
  expect(others).toEqual(announced);
});

test('options appear where Lambda puts them', async () => {
  await using directory = await temporaryDirectory();

  const { env, cwd } = await look({
    cwd: directory.path,
    env: { TABLE_NAME: 'users', EMPTY: '', LANG: 'de_DE.UTF-8' },
    handlerName: 'app.main',
    functionName: 'greeter',
    functionVersion: '7',
    memorySizeMb: 1769,
    region: 'eu-central-1',
  });

  expect(env).toMatchObject({
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769',
    AWS_LAMBDA_FUNCTION_NAME: 'greeter',
    AWS_LAMBDA_FUNCTION_VERSION: '7',
    AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/greeter',
    AWS_LAMBDA_LOG_STREAM_NAME: '1970/01/01/[7]00000000000000000000000000000001',
    AWS_REGION: 'eu-central-1',
    EMPTY: '',
    LAMBDA_TASK_ROOT: directory.path,
    LANG: 'de_DE.UTF-8',
    TABLE_NAME: 'users',
    _HANDLER: 'app.main',
  });
  expect(cwd).toBe(await realpath(directory.path));
});

test('log group and log stream can be named', async () => {
  const { env } = await look({ logGroupName: '/my/group', logStreamName: 'my-stream' });

  expect(env).toMatchObject({ AWS_LAMBDA_LOG_GROUP_NAME: '/my/group', AWS_LAMBDA_LOG_STREAM_NAME: 'my-stream' });
});

test('nothing of the host gets through: no credentials, profiles, proxies or secrets', async () => {
  const secret = 'host-secret';
  const names = [
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'AWS_PROFILE',
    'AWS_CONFIG_FILE',
    'AWS_ENDPOINT_URL',
    'AWS_REGION',
    'AWS_LAMBDA_MAX_CONCURRENCY',
    '_LAMBDA_SERVER_PORT',
    '_LAMBDA_TELEMETRY_LOG_FD',
    '_X_AMZN_TRACE_ID',
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'http_proxy',
    'https_proxy',
    'ALL_PROXY',
    'NO_PROXY',
    'no_proxy',
    'NODE_OPTIONS',
    'NODE_ENV',
    'GITHUB_TOKEN',
    'NPM_TOKEN',
    'LD_PRELOAD_OF_THE_HOST',
    'TZ',
    'LANG',
  ];
  for (const name of names) vi.stubEnv(name, name === 'NODE_OPTIONS' ? '--no-deprecation' : secret);

  const { env } = await look();

  expect(Object.entries(env).filter(([, value]) => value.includes(secret))).toEqual([]);
  for (const name of [
    'AWS_PROFILE',
    'HTTP_PROXY',
    'https_proxy',
    'NODE_OPTIONS',
    'NODE_ENV',
    'GITHUB_TOKEN',
    '_X_AMZN_TRACE_ID',
  ]) {
    expect(env).not.toHaveProperty(name);
  }
});

test('process.env is the same before, during and after', async () => {
  const before = { ...process.env };

  await using api = await createRuntimeApi({ command: runtimes.echo, env: { TABLE_NAME: 'users' } });
  await api.invoke({});
  expect({ ...process.env }).toEqual(before);
  await api.close();

  expect({ ...process.env }).toEqual(before);
});

test('environmentVariables is a copy: changing it changes no runtime', async () => {
  await using api = await createRuntimeApi({ command: runtimes.reportsEnvironment });
  Object.assign(api.environmentVariables, { TABLE_NAME: 'users' });

  expect(api.environmentVariables).not.toHaveProperty('TABLE_NAME');
  expect(api.environmentVariables.AWS_LAMBDA_RUNTIME_API).toBe(api.address);
});

test('without a command, environmentVariables says what a child would see', async () => {
  const options = { env: { TABLE_NAME: 'users' }, functionName: 'greeter' };
  await using attached = await createRuntimeApi(options);

  const { announced } = await look(options);

  expect({ ...attached.environmentVariables, AWS_LAMBDA_RUNTIME_API: announced.AWS_LAMBDA_RUNTIME_API }).toEqual(
    announced,
  );
});

describe('a variable that Lambda sets itself is refused by name', () => {
  test.each([
    '_HANDLER',
    '_X_AMZN_TRACE_ID',
    'AWS_ACCESS_KEY_ID',
    'AWS_DEFAULT_REGION',
    'AWS_EXECUTION_ENV',
    'AWS_LAMBDA_FUNCTION_NAME',
    'AWS_LAMBDA_LOG_STREAM_NAME',
    'AWS_LAMBDA_RUNTIME_API',
    'AWS_REGION',
    'AWS_SECRET_ACCESS_KEY',
    'AWS_SESSION_TOKEN',
    'LAMBDA_RUNTIME_DIR',
    'LAMBDA_TASK_ROOT',
    '_LAMBDA_TELEMETRY_LOG_FD',
    privateMark,
  ])('%s', async (name) => {
    await expect(createRuntimeApi({ command: runtimes.echo, env: { [name]: 'mine' } })).rejects.toMatchObject({
      name: 'HarnessError',
      code: 'ERR_INVALID_OPTION',
      message: expect.stringMatching(new RegExp(`^env\\.${name} is reserved: Lambda sets it itself\\..*options`)),
    });
  });
});

describe('the context of an invocation', () => {
  interface Context {
    readonly headers: Record<string, string>;
    readonly rawHeaders: readonly string[];
  }

  test('reaches the runtime in headers, deterministic from run to run', async () => {
    await using api = await createRuntimeApi({ command: runtimes.reportsContext });

    const { payload } = (await api.invoke<Context>({})) as SuccessResult<Context>;

    expect(payload.headers).toMatchObject({
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': '00000000-0000-4000-8000-000000000001',
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:us-east-1:123456789012:function:test-function',
      'lambda-runtime-trace-id': 'Root=1-00000000-000000000000000000000001;Parent=0000000000000001;Sampled=0',
    });
    for (const name of ['client-context', 'cognito-identity', 'aws-tenant-id']) {
      expect(payload.headers).not.toHaveProperty(`lambda-runtime-${name}`);
    }
  });

  test('holds what the test gives, in ASCII', async () => {
    await using api = await createRuntimeApi({ command: runtimes.reportsContext });
    const deadline = new Date('2001-02-03T04:05:06Z');

    const { payload } = (await api.invoke<Context>(
      {},
      {
        requestId: 'request-1',
        traceId: 'Root=1-2-3',
        clientContext: { name: 'Zoë' },
        cognitoIdentity: { cognitoIdentityId: 'a', cognitoIdentityPoolId: 'b' },
        tenantId: 'tenant-1',
        invokedFunctionArn: 'arn:aws:lambda:eu-west-1:1:function:f:live',
        deadline,
      },
    )) as SuccessResult<Context>;

    expect(payload.headers).toMatchObject({
      'lambda-runtime-aws-request-id': 'request-1',
      'lambda-runtime-trace-id': 'Root=1-2-3',
      'lambda-runtime-client-context': '{"name":"Zo\\u00eb"}',
      'lambda-runtime-cognito-identity': '{"cognitoIdentityId":"a","cognitoIdentityPoolId":"b"}',
      'lambda-runtime-aws-tenant-id': 'tenant-1',
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-west-1:1:function:f:live',
      'lambda-runtime-deadline-ms': String(deadline.getTime()),
    });
  });
});
