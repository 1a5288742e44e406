import type { InvocationReport } from '../index.ts';
import { isObject, isResult, type Result } from './subjects.ts';

/** What `expect.addSnapshotSerializer()` takes, in vitest and in Jest. */
export interface SnapshotSerializer {
  /** Whether the serializer is for this value. */
  test(value: unknown): boolean;
  /** The value as it stands in the snapshot. */
  serialize(
    value: unknown,
    config: unknown,
    indentation: string,
    depth: number,
    refs: unknown,
    printer: Printer,
  ): string;
}

type Printer = (value: unknown, config: never, indentation: string, depth: number, refs: never) => string;

/**
 * Makes results the same in every run and on every machine: durations, ports, process IDs and the folders in stack
 * traces become placeholders, a body its text, a violation its rule and message; the `message` shrinks to its first
 * line, and the report loses its text and the memory.
 */
export const runtimeResultSerializer: SnapshotSerializer = {
  test: (value) => isResult(value) && !stable.has(value),
  serialize: (value, config, indentation, depth, refs, printer) =>
    printer(stabilize(value as Result), config as never, indentation, depth, refs as never),
};

/** Results already made stable: they are printed as they are. */
const stable = new WeakSet<object>();

function stabilize(result: Result): object {
  const copy = mapValues(result, (name, value) => {
    if (name === 'message') return withoutPlaces(String(value).split('\n')[0] ?? '');
    if (name === 'report') return numbersOf(value as Report);
    if (name === 'violations' && Array.isArray(value)) return value.map(ruleAndMessage);
    return stableValue(name, value);
  });
  stable.add(copy);
  return copy;
}

function stableValue(name: string, value: unknown): unknown {
  if (placeholders.has(name)) return placeholders.get(name);
  if (typeof value === 'string') return withoutPlaces(value);
  if (Buffer.isBuffer(value)) return withoutPlaces(value.toString());
  if (Array.isArray(value)) return value.map((item) => stableValue('', item));
  // The payload and the logs are the function's own words: they are what the snapshot is about.
  return isObject(value) && name !== 'payload' ? mapValues(value, stableValue) : value;
}

const placeholders: ReadonlyMap<string, string> = new Map([
  ['durationMs', '<duration>'],
  ['initDurationMs', '<duration>'],
  ['billedDurationMs', '<duration>'],
]);

type Report = Partial<InvocationReport>;

/** Memory is not measured on every system, and the text repeats the rest. */
function numbersOf({ maxMemoryUsedMb: _memory, text: _text, ...numbers }: Report): unknown {
  return mapValues(numbers, stableValue);
}

function ruleAndMessage(violation: unknown): object {
  const { rule, message } = violation as { rule: string; message: string };
  return { rule, message };
}

function withoutPlaces(text: string): string {
  return text
    .replaceAll(/\b127\.0\.0\.1:\d+/g, '127.0.0.1:<port>')
    .replaceAll(/\bpid \d+/g, 'pid <pid>')
    .replaceAll(/(?<![\w.:/<>-])(?:file:\/\/)?(?:\/[^\s/:()'"]+)+(?=\/[^\s/:()'"]+:\d)/g, '<folder>');
}

function mapValues(object: object, map: (name: string, value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(name, value)]));
}
