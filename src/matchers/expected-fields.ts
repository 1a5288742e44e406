import type { StackFrame } from '../index.ts';
import type { MatcherContext } from './matcher-context.ts';
import type { Judgement } from './message.ts';
import { isObject } from './subjects.ts';

/** Such as `expect.stringContaining()` makes. */
export interface AsymmetricMatcher {
  /** Whether what was received is as expected. */
  asymmetricMatch(received: unknown): boolean;
}

/** A string stands for itself, as a whole; a regular expression for every text in which it finds something. */
export type TextPattern = string | RegExp | AsymmetricMatcher;

/** What is said of an error report; what is left out may be anything. */
export interface ExpectedError {
  readonly errorType?: TextPattern;
  readonly errorMessage?: TextPattern;
  /** A text that one of the frames contains, a pattern that one of them matches, or all frames in order. */
  readonly stackTrace?: TextPattern | readonly (TextPattern | StackFrame)[];
  /** Further keys that the runtime sent, such as `cause`. */
  readonly [key: string]: unknown;
}

/** How a runtime is expected to exit. What is left out may be anything. */
export interface ExpectedExit {
  readonly code?: number | null | AsymmetricMatcher;
  /** Such as `'SIGKILL'`. */
  readonly signal?: TextPattern | null;
  readonly errorType?: TextPattern;
}

/** What was expected must be an object: a shorthand that is ignored would make every test pass. */
export function checkFields(matcher: string, expected: unknown, example: string): void {
  if (expected === undefined) return;
  if (isObject(expected) && !Array.isArray(expected) && !(expected instanceof RegExp) && !isAsymmetric(expected))
    return;
  throw new TypeError(`${matcher}() takes an object of what to compare, such as ${example}, or nothing.`);
}

/** Compares the fields that are expected, and only those. */
export function judgeFields(
  kind: string,
  fields: { readonly received: Readonly<Record<string, unknown>>; readonly expected: object },
  context: MatcherContext,
): Judgement {
  const { printExpected, printReceived } = context.utils;
  const compared = Object.entries(fields.expected).map(([name, expected]) => {
    const received = fields.received[name];
    return { name, expected, received, isEqual: matchesField(name, received, expected, context) };
  });
  const pass = compared.every(({ isEqual }) => isEqual);
  const width = Math.max(...compared.map(({ name }) => name.length)) + 1;
  const line = (mark: string, name: string, value: string): string =>
    `\n  ${mark} ${`${name}:`.padEnd(width)} ${value.replaceAll('\n', `\n${' '.repeat(width + 5)}`)}`;
  const list = (show: (field: (typeof compared)[number]) => string): string =>
    compared.length === 0 ? kind : `${kind} with${compared.map(show).join('')}`;
  return {
    pass,
    expected: () => list(({ name, expected }) => line(' ', name, printExpected(expected))),
    received: () => list(({ name, received, isEqual }) => line(isEqual ? ' ' : '✗', name, printReceived(received))),
  };
}

function matchesField(name: string, received: unknown, expected: unknown, context: MatcherContext): boolean {
  if (name === 'stackTrace') return matchesStack(Array.isArray(received) ? received : [], expected, context);
  return matchesValue(received, expected, context);
}

function matchesStack(frames: readonly unknown[], expected: unknown, context: MatcherContext): boolean {
  if (typeof expected === 'string') return frames.some((frame) => textOf(frame).includes(expected));
  if (expected instanceof RegExp) return frames.some((frame) => matchesText(textOf(frame), expected));
  if (!Array.isArray(expected)) return matchesValue(frames, expected, context);
  return (
    frames.length === expected.length && frames.every((frame, index) => matchesValue(frame, expected[index], context))
  );
}

export function matchesValue(received: unknown, expected: unknown, context: MatcherContext): boolean {
  if (expected instanceof RegExp) return typeof received === 'string' && matchesText(received, expected);
  const testers = [...(context.customTesters ?? []), context.utils.iterableEquality];
  return context.equals(received, expected, testers);
}

/** Wherever an earlier search has left `lastIndex`. */
export function matchesText(text: string, { source, flags }: RegExp): boolean {
  return new RegExp(source, flags.replace(/[gy]/g, '')).test(text);
}

export function isAsymmetric(value: unknown): value is AsymmetricMatcher {
  return isObject(value) && typeof value.asymmetricMatch === 'function';
}

function textOf(frame: unknown): string {
  if (!isObject(frame)) return String(frame);
  const { label, path, line } = frame;
  return `${label} (${path}:${line})`;
}
