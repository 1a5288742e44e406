import { HarnessError } from '../errors.ts';
import { checkAddress } from './address.ts';

/** Who the function is, in the words of the handler's context. */
export interface FunctionSettings {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
}

/** Variables by name, as in `process.env`. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

const names = {
  functionName: 'AWS_LAMBDA_FUNCTION_NAME',
  functionVersion: 'AWS_LAMBDA_FUNCTION_VERSION',
  memoryLimitInMB: 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  logGroupName: 'AWS_LAMBDA_LOG_GROUP_NAME',
  logStreamName: 'AWS_LAMBDA_LOG_STREAM_NAME',
} as const;

/** Throws `ERR_INVALID_OPTION` if Lambda would not start a function like this. */
export function readFunctionSettings(variables: EnvironmentVariables): FunctionSettings {
  const missing = Object.values(names).filter((name) => !variables[name]);
  if (missing.length > 0) throw missingVariables(missing);
  const settings = Object.fromEntries(Object.entries(names).map(([key, name]) => [key, variables[name] ?? '']));
  const { memoryLimitInMB } = settings;
  if (!/^[1-9]\d*$/.test(memoryLimitInMB ?? '')) {
    throw new HarnessError(
      'ERR_INVALID_OPTION',
      `The environment variable ${names.memoryLimitInMB} must be a whole number of megabytes; it is ${JSON.stringify(memoryLimitInMB)}.`,
    );
  }
  return settings as unknown as FunctionSettings;
}

/** The address of the Runtime API. Throws `ERR_INVALID_OPTION` if there is none. */
export function readAddress(variables: EnvironmentVariables): string {
  const name = 'AWS_LAMBDA_RUNTIME_API';
  const address = variables[name];
  if (!address) throw missingVariables([name]);
  return checkAddress(`The environment variable ${name}`, address);
}

function missingVariables(missing: readonly string[]): HarnessError {
  const plural = missing.length > 1 ? 's' : '';
  return new HarnessError(
    'ERR_INVALID_OPTION',
    `The environment variable${plural} ${missing.join(', ')} ${plural ? 'are' : 'is'} missing or empty. ` +
      'Lambda sets them all; in a test, api.environmentVariables has them.',
  );
}
