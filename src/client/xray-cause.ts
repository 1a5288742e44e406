import { jsonForHeader } from '../http/header-text.ts';
import type { ErrorReport } from './error-report.ts';

/** Servers take headers up to a limit: AWS's clients keep to 1 MiB. */
const maxHeaderBytes = 1024 * 1024;
const maxTextLength = 10_000;
const longestFrame = 1000;

/**
 * `Lambda-Runtime-Function-XRay-Error-Cause`: the error and its causes for AWS X-Ray, as JSON in ASCII. What is too
 * long for a header goes without its stack.
 */
export function xrayCauseHeader(report: ErrorReport): string {
  const whole = headerOf(report, { text: Number.POSITIVE_INFINITY, frames: Number.POSITIVE_INFINITY });
  return whole.length < maxHeaderBytes ? whole : headerOf(report, { text: maxTextLength, frames: 0 });
}

interface Limits {
  readonly text: number;
  readonly frames: number;
}

function headerOf(report: ErrorReport, limits: Limits): string {
  const exceptions = [];
  for (let error: ErrorReport | undefined = report; error; error = error.cause) {
    exceptions.push({
      type: error.errorType.slice(0, limits.text),
      message: error.errorMessage.slice(0, limits.text),
      stack: (error.stackTrace ?? []).slice(0, limits.frames).map(readFrame),
    });
  }
  const paths = [...new Set(exceptions.flatMap(({ stack }) => stack.map(({ path }) => path)))].filter(Boolean);
  return jsonForHeader(JSON.stringify({ working_directory: process.cwd(), exceptions, paths }));
}

function readFrame(frame: string): { path: string; line: number; label: string } {
  const [, label = 'anonymous', path = '', line = 0] =
    /^at (?:(.*?) \()?(.+?):(\d+):\d+\)?$/.exec(frame.slice(0, longestFrame)) ?? [];
  return { path, line: Number(line), label };
}
