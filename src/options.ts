import { constants } from 'node:os';
import { resolve } from 'node:path';
import { checkNames, show } from './check-names.ts';
import type { LambdaHandler } from './client/lambda-handler.ts';
import type { Clock } from './clock/clock.ts';
import { systemClock } from './clock/system-clock.ts';
import { isObject } from './environment/json-object.ts';
import type { LogLine } from './environment/runtime.ts';
import { HarnessError } from './errors.ts';
import type { WantedPort } from './http/listen.ts';
import { checkFunctionVariables, type FunctionIdentity } from './runtimes/lambda-environment-variables.ts';
import type { Shutdown } from './runtimes/supervised-process.ts';
import type { Violation } from './transcript/transcript.ts';

/** Options of `createRuntimeApi()`. */
export interface RuntimeApiOptions {
  /**
   * The bootstrap to start, as `[file, ...args]`; a file without a slash is looked up on `PATH`.
   * `lambda-node-bootstrap` runs Node handlers: `['lambda-node-bootstrap', 'app.handler']`. Without `command` and
   * `handler`, you start your own runtime with `api.environmentVariables`.
   */
  readonly command?: readonly string[];
  /**
   * A handler to run in this process, instead of a `command`: async, with a callback, or streaming. A timeout abandons
   * it, but cannot stop it; while it loops without `await`, nothing in this process moves, timeouts included.
   */
  readonly handler?: LambdaHandler;
  /**
   * Whether a `handler` finds `api.environmentVariables` in `process.env`. They are written when it starts, and what was
   * there before is put back on `reset()` and `close()`. One API of a process at a time. @default false
   */
  readonly exposeEnvironment?: boolean;
  /** Working directory of the runtime and its `LAMBDA_TASK_ROOT`. @default process.cwd() */
  readonly cwd?: string;
  /** Variables added for the function. Names that Lambda reserves are refused. A `handler` needs `exposeEnvironment`. @default {} */
  readonly env?: Readonly<Record<string, string>>;
  /** `_HANDLER`. @default 'function.handler' */
  readonly handlerName?: string;
  /** `AWS_LAMBDA_FUNCTION_NAME`. @default 'test-function' */
  readonly functionName?: string;
  /** `AWS_LAMBDA_FUNCTION_VERSION`. @default '$LATEST' */
  readonly functionVersion?: string;
  /** `AWS_LAMBDA_FUNCTION_MEMORY_SIZE`; not enforced. @default 128 */
  readonly memorySizeMb?: number;
  /** `AWS_REGION`, `AWS_DEFAULT_REGION` and a part of the function's ARN. @default 'us-east-1' */
  readonly region?: string;
  /** The account in the function's ARN: 12 digits. @default '123456789012' */
  readonly accountId?: string;
  /** `AWS_LAMBDA_LOG_GROUP_NAME`. @default '/aws/lambda/' and the function's name */
  readonly logGroupName?: string;
  /** `AWS_LAMBDA_LOG_STREAM_NAME`. @default a stream of 1 January 1970, the same in every run */
  readonly logStreamName?: string;
  /** The function's timeout, enforced for each invocation from the delivery of its event. `Infinity` means never. @default 3000 */
  readonly timeoutMs?: number;
  /** How long the runtime may take to ask for work the first time. `Infinity` means for ever. @default 10_000 */
  readonly initTimeoutMs?: number;
  /** A preferred port, several, or a range: the first that is free is taken. @default any free port */
  readonly port?: number | readonly number[] | { readonly from: number; readonly to: number };
  /** What enforces timeouts: real time, or a `manualClock()` that the test moves. @default real time */
  readonly clock?: Clock;
  /** What to do with the runtime's output besides keeping it for the results: nothing, print it, or call back per line. @default 'capture' */
  readonly logs?: 'capture' | 'echo' | ((line: LogLine & { readonly requestId?: string }) => void);
  /**
   * How the runtime is stopped. Lambda kills it with SIGKILL (unless it has extensions); a runtime that writes coverage
   * or profiles at exit needs a signal and time. @default SIGKILL at once; with an
   * extension, SIGTERM and 500 ms
   */
  readonly shutdown?: Shutdown;
  /** What to do when the runtime breaks a rule, besides recording it: nothing, fail the invocation, or call back. @default 'record' */
  readonly onViolation?: 'record' | 'fail' | ((violation: Violation) => void);
  /** How large events and responses may be. @default Lambda's quotas */
  readonly limits?: PayloadLimits;
  /** How many transcript entries are kept; the oldest give way. @default 1000 */
  readonly transcriptLimit?: number;
  /** Gives up the start when it fires. */
  readonly signal?: AbortSignal;
}

/** In bytes. AWS docs: "Lambda quotas", which say 6 MB; the exact number is that of RIE's `interop/model.go`. */
export interface PayloadLimits {
  /** Of an event; `invoke()` refuses a larger one. @default 6_291_556 */
  readonly eventBytes?: number;
  /** Of a response or an error; the runtime gets 413 for a larger one. @default 6_291_556 */
  readonly responseBytes?: number;
  /** Of a streamed response. @default 209_715_200 */
  readonly streamedResponseBytes?: number;
}

/** The same, checked and complete. */
export interface Settings {
  readonly command: readonly string[] | undefined;
  readonly handler: LambdaHandler | undefined;
  readonly exposeEnvironment: boolean;
  readonly cwd: string;
  readonly functionVariables: Readonly<Record<string, string>>;
  readonly identity: FunctionIdentity;
  readonly functionArn: string;
  readonly timeoutMs: number;
  readonly initTimeoutMs: number;
  readonly port: WantedPort | undefined;
  readonly clock: Clock;
  readonly logs: NonNullable<RuntimeApiOptions['logs']>;
  readonly shutdown: Shutdown | undefined;
  readonly onViolation: NonNullable<RuntimeApiOptions['onViolation']>;
  readonly limits: Required<PayloadLimits>;
  readonly transcriptLimit: number;
  readonly signal: AbortSignal | undefined;
}

const known: Readonly<Record<keyof RuntimeApiOptions, true>> = {
  command: true,
  handler: true,
  exposeEnvironment: true,
  cwd: true,
  env: true,
  handlerName: true,
  functionName: true,
  functionVersion: true,
  memorySizeMb: true,
  region: true,
  accountId: true,
  logGroupName: true,
  logStreamName: true,
  timeoutMs: true,
  initTimeoutMs: true,
  port: true,
  clock: true,
  logs: true,
  shutdown: true,
  onViolation: true,
  limits: true,
  transcriptLimit: true,
  signal: true,
};

/** Checks the options and fills in the defaults. Throws `ERR_INVALID_OPTION`. */
export function readOptions(options: RuntimeApiOptions = {}): Settings {
  checkNames('createRuntimeApi()', options, known);
  const functionName = name('functionName', options.functionName, 'test-function');
  const functionVersion = name('functionVersion', options.functionVersion, '$LATEST');
  const region = name('region', options.region, 'us-east-1');
  const env = options.env ?? {};
  if (!isObject(env)) throw invalid('env', env, 'an object of strings');
  checkFunctionVariables(env);
  return {
    command: readCommand(options.command),
    ...readHandler(options),
    ...readProcessOptions(options),
    cwd: resolve(text('cwd', options.cwd, process.cwd())),
    functionVariables: { ...env },
    identity: {
      functionName,
      functionVersion,
      memorySizeMb: integer('memorySizeMb', options.memorySizeMb, { from: 1, to: 1_000_000, byDefault: 128 }),
      region,
      logGroupName: text('logGroupName', options.logGroupName, `/aws/lambda/${functionName}`),
      logStreamName: text('logStreamName', options.logStreamName, `1970/01/01/[${functionVersion}]${'0'.repeat(31)}1`),
      handlerName: text('handlerName', options.handlerName, 'function.handler'),
    },
    functionArn: `arn:${partitionOf(region)}:lambda:${region}:${readAccountId(options.accountId)}:function:${functionName}`,
    timeoutMs: duration('timeoutMs', options.timeoutMs, 3000),
    initTimeoutMs: duration('initTimeoutMs', options.initTimeoutMs, 10_000),
    port: readPort(options.port),
    clock: readClock(options.clock),
    onViolation: choiceOrFunction('onViolation', options.onViolation, ['record', 'fail']) ?? 'record',
    limits: readLimits(options.limits),
    transcriptLimit: integer('transcriptLimit', options.transcriptLimit, { from: 1, to: 10_000_000, byDefault: 1000 }),
    signal: readSignal(options.signal),
  };
}

function readCommand(command: unknown): readonly string[] | undefined {
  if (command === undefined) return undefined;
  const allowed = "an array of strings, [file, ...args], such as ['./bootstrap']";
  if (!Array.isArray(command) || command.some((part) => typeof part !== 'string'))
    throw invalid('command', command, allowed);
  if (command.length === 0 || command[0] === '') throw invalid('command', command, `${allowed}, with at least a file`);
  if (command.some((part) => (part as string).includes('\0')))
    throw invalid('command', command, `${allowed}, without NUL characters`);
  return [...(command as string[])];
}

function readHandler({
  handler,
  command,
  exposeEnvironment = false,
  env = {},
}: RuntimeApiOptions): Pick<Settings, 'handler' | 'exposeEnvironment'> {
  if (handler !== undefined && typeof handler !== 'function')
    throw invalid('handler', handler, 'a function such as async (event, context) => ({ statusCode: 200 })');
  if (handler && command) {
    throw new HarnessError(
      'ERR_INVALID_OPTION',
      'The options command and handler exclude each other: a function runs in a process of its own, or in this one. Leave one of them out.',
    );
  }
  if (typeof exposeEnvironment !== 'boolean') throw invalid('exposeEnvironment', exposeEnvironment, 'true or false');
  if (exposeEnvironment && !handler) {
    throw new HarnessError(
      'ERR_INVALID_OPTION',
      'The option exposeEnvironment is for a handler in this process: a command has an environment of its own. Leave it out.',
    );
  }
  if (handler && !exposeEnvironment && Object.keys(env).length > 0) {
    throw new HarnessError(
      'ERR_INVALID_OPTION',
      `The handler would not see the variables of the option env (${Object.keys(env).join(', ')}): it shares process.env with the test. Add exposeEnvironment: true, or leave env out.`,
    );
  }
  return { handler, exposeEnvironment };
}

/** What only a process of ours can have. An option that is ignored is worse than none. */
function readProcessOptions(options: RuntimeApiOptions): Pick<Settings, 'logs' | 'shutdown'> {
  const logs = choiceOrFunction('logs', options.logs, ['capture', 'echo']) ?? 'capture';
  const shutdown = readShutdown(options.shutdown);
  if (options.command || (logs === 'capture' && !shutdown)) return { logs, shutdown };
  const useless = shutdown ? 'shutdown' : 'logs';
  throw new HarnessError(
    'ERR_INVALID_OPTION',
    `The option ${useless} has no effect without a command: ${options.handler ? 'a handler in this process prints where the test prints, and ends with its loop' : 'a process that you start yourself prints and ends as you decide'}. Leave it out.`,
  );
}

function readAccountId(accountId: unknown): string {
  if (accountId === undefined) return '123456789012';
  if (typeof accountId !== 'string' || !/^\d{12}$/.test(accountId))
    throw invalid('accountId', accountId, 'a string of 12 digits');
  return accountId;
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

const longestPortRange = 1000;

function readPort(port: unknown): WantedPort | undefined {
  if (port === undefined) return undefined;
  const allowed = 'a whole number from 1 to 65535, an array of them, or { from, to }';
  const isPort = (value: unknown): value is number =>
    Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535;
  if (isPort(port)) return [port];
  if (Array.isArray(port) && port.length > 0 && port.every(isPort)) return [...port];
  if (isObject(port) && isPort(port.from) && isPort(port.to) && port.from <= port.to) {
    const { from } = port;
    return Array.from({ length: Math.min(port.to - from + 1, longestPortRange) }, (_, index) => from + index);
  }
  throw invalid('port', port, `${allowed}; leave it out for any free port`);
}

function readClock(clock: unknown): Clock {
  if (clock === undefined) return systemClock;
  const methods = ['now', 'epochMs', 'schedule'];
  if (isObject(clock) && methods.every((method) => typeof clock[method] === 'function'))
    return clock as unknown as Clock;
  throw invalid('clock', clock, 'a clock made by manualClock()');
}

const megabyte = 1024 * 1024;

function readLimits(limits: unknown = {}): Required<PayloadLimits> {
  if (!isObject(limits)) throw invalid('limits', limits, 'an object such as { responseBytes: 1000 }');
  checkNames('limits', limits, { eventBytes: true, responseBytes: true, streamedResponseBytes: true });
  const bytes = (name: keyof PayloadLimits, byDefault: number): number =>
    integer(`limits.${name}`, limits[name], { from: 1, to: 1024 * megabyte, byDefault });
  return {
    eventBytes: bytes('eventBytes', 6 * megabyte + 100),
    responseBytes: bytes('responseBytes', 6 * megabyte + 100),
    streamedResponseBytes: bytes('streamedResponseBytes', 200 * megabyte),
  };
}

function readShutdown(shutdown: unknown): Shutdown | undefined {
  if (shutdown === undefined) return undefined;
  if (!isObject(shutdown)) throw invalid('shutdown', shutdown, "an object such as { signal: 'SIGTERM', graceMs: 500 }");
  checkNames('shutdown', shutdown, { signal: true, graceMs: true });
  const { signal, graceMs } = shutdown;
  if (typeof signal !== 'string' || !(signal in constants.signals)) {
    throw invalid('shutdown.signal', signal, "the name of a signal, such as 'SIGTERM'");
  }
  if (typeof graceMs !== 'number' || !(graceMs >= 0 && graceMs < Number.POSITIVE_INFINITY)) {
    throw invalid('shutdown.graceMs', graceMs, 'a finite number of milliseconds, 0 or more');
  }
  return { signal: signal as NodeJS.Signals, graceMs };
}

// ---- what the options of invoke() share with these ----

/** A positive number of milliseconds; `Infinity` is allowed. */
export function duration(name: string, value: unknown, byDefault: number): number {
  if (value === undefined) return byDefault;
  if (typeof value !== 'number' || !(value > 0))
    throw invalid(name, value, 'a number of milliseconds above 0, or Infinity');
  return value;
}

export function readSignal(signal: unknown): AbortSignal | undefined {
  if (signal === undefined) return undefined;
  if (isObject(signal) && typeof signal.aborted === 'boolean' && typeof signal.addEventListener === 'function') {
    return signal as unknown as AbortSignal;
  }
  throw invalid('signal', signal, 'an AbortSignal');
}

export function invalid(name: string, value: unknown, allowed: string): HarnessError {
  return new HarnessError('ERR_INVALID_OPTION', `The option ${name} must be ${allowed}; it was given ${show(value)}.`);
}

function text(name: string, value: unknown, byDefault: string): string {
  if (value === undefined) return byDefault;
  if (typeof value !== 'string' || value === '' || value.includes('\0'))
    throw invalid(name, value, 'a non-empty string without NUL characters');
  return value;
}

/** What becomes a part of ARNs, and so of headers. */
function name(option: string, value: unknown, byDefault: string): string {
  if (value === undefined) return byDefault;
  if (typeof value === 'string' && /^[A-Za-z0-9_$-]{1,140}$/.test(value)) return value;
  throw invalid(option, value, 'a string of 1 to 140 letters, digits, hyphens and underscores');
}

function integer(name: string, value: unknown, range: { from: number; to: number; byDefault: number }): number {
  if (value === undefined) return range.byDefault;
  if (!Number.isInteger(value) || Number(value) < range.from || Number(value) > range.to) {
    throw invalid(name, value, `a whole number from ${range.from} to ${range.to}`);
  }
  return value as number;
}

function choiceOrFunction<Value>(name: string, value: Value, choices: readonly Value[]): Value {
  if (value === undefined || typeof value === 'function' || choices.includes(value)) return value;
  throw invalid(name, value, `${choices.map((choice) => `'${choice}'`).join(', ')} or a function`);
}
