import { tmpdir } from 'node:os';
import { HarnessError } from '../errors.ts';

/** Who the function is. */
export interface FunctionIdentity {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly memorySizeMb: number;
  readonly region: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly handlerName: string;
}

/**
 * Variables that Lambda sets itself and lets no function configuration set
 * (AWS docs: "Defined runtime environment variables", reserved).
 */
const reserved: ReadonlySet<string> = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_DEFAULT_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_LAMBDA_MAX_CONCURRENCY',
  'AWS_LAMBDA_RUNTIME_API',
  'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
]);

/** Refuses what Lambda refuses, by name. */
export function checkFunctionVariables(variables: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (reserved.has(name) || name.startsWith('_LAMBDA_')) {
      throw invalid(
        `env.${name} is reserved: Lambda sets it itself.`,
        'Leave it out; the options of createRuntimeApi() set what can be chosen.',
      );
    }
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw invalid(
        `env has the name "${name}".`,
        'A name is made of letters, digits and underscores, and begins with no digit.',
      );
    }
    if (typeof value !== 'string') throw invalid(`env.${name} is ${describeType(value)}.`, 'Values are strings.');
    if (value.includes('\0'))
      throw invalid(`env.${name} contains a NUL character.`, 'No environment variable can hold one.');
  }
}

function describeType(value: unknown): string {
  return value === null ? 'null' : `of type ${typeof value}`;
}

function invalid(problem: string, advice: string): HarnessError {
  return new HarnessError('ERR_INVALID_OPTION', `${problem} ${advice}`);
}

/**
 * Everything a runtime sees: what Lambda sets, what the function's configuration adds, and of the host only what a
 * program needs to start. Left out on purpose, because clients change their ways when they see them:
 * `AWS_LAMBDA_MAX_CONCURRENCY`, `_LAMBDA_SERVER_PORT`, `_LAMBDA_TELEMETRY_LOG_FD`, proxies, `_X_AMZN_TRACE_ID`.
 */
export function lambdaEnvironmentVariables(parts: {
  identity: FunctionIdentity;
  address: string;
  taskRoot: string;
  functionVariables: Readonly<Record<string, string>>;
}): Record<string, string> {
  const { identity, address, taskRoot, functionVariables } = parts;
  const { PATH, HOME } = process.env;
  return {
    PATH: PATH ?? '/usr/local/bin:/usr/bin:/bin',
    ...(HOME !== undefined && { HOME }),
    TMPDIR: tmpdir(),
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    // bref sends usage statistics to the Internet unless told not to.
    BREF_PING_DISABLE: '1',
    ...functionVariables,
    // Clients that honour proxies must not look for the Runtime API behind one.
    NO_PROXY: withLoopback(functionVariables.NO_PROXY),
    no_proxy: withLoopback(functionVariables.no_proxy),
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    AWS_SESSION_TOKEN: 'test-session-token',
    AWS_REGION: identity.region,
    AWS_DEFAULT_REGION: identity.region,
    AWS_LAMBDA_FUNCTION_NAME: identity.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: identity.functionVersion,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(identity.memorySizeMb),
    AWS_LAMBDA_LOG_GROUP_NAME: identity.logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: identity.logStreamName,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_RUNTIME_API: address,
    LAMBDA_TASK_ROOT: taskRoot,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    _HANDLER: identity.handlerName,
  };
}

function withLoopback(hosts: string | undefined): string {
  return hosts === undefined || hosts === '' ? '127.0.0.1' : `${hosts},127.0.0.1`;
}
