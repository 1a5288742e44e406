import { expect, test } from 'vitest';
import { type ChromeTraceEvent, type TranscriptEntry, toChromeTrace } from '../../src/index.ts';
import { call } from '../helpers/model.ts';

/** Without the names of the tracks, which are the same in every trace. */
function traced(...transcript: TranscriptEntry[]): ChromeTraceEvent[] {
  return toChromeTrace(transcript).traceEvents.filter(({ ph }) => ph !== 'M');
}

const summary = ({ ph, ts, tid, name, id }: ChromeTraceEvent): string =>
  [ph, ts, tid, name, ...(id === undefined ? [] : [`(${id})`])].join(' ');

test('names the process and its four tracks', () => {
  const { traceEvents, displayTimeUnit } = toChromeTrace([]);

  expect(displayTimeUnit).toBe('ms');
  expect(traceEvents.map(({ ph, tid, args }) => `${ph} ${tid} ${args?.name}`)).toEqual([
    'M 0 Execution environment',
    'M 1 Phases',
    'M 2 Process',
    'M 3 Invocations',
    'M 4 Runtime API',
  ]);
});

test('gives every phase, process, invocation and call its beginning and its end, in microseconds', () => {
  const events = traced(
    { type: 'platform.initStart', runtime: './bootstrap', timeMs: 0 },
    { type: 'runtime.started', pid: 4711, timeMs: 1.5 },
    {
      ...call('GET', '/2018-06-01/runtime/invocation/next'),
      requestId: 'r-1',
      response: { status: 200, headers: {}, bodyBytes: 2, body: '{}', waitedMs: 10 },
      timeMs: 10,
    },
    { type: 'platform.initReport', status: 'success', durationMs: 10, timeMs: 10 },
    { type: 'invocation.queued', requestId: 'r-1', eventBytes: 2, timeMs: 15 },
    { type: 'platform.start', requestId: 'r-1', timeMs: 20 },
    { type: 'invocation.responded', requestId: 'r-1', kind: 'error', errorType: 'RangeError', timeMs: 25 },
    { type: 'runtime.exited', exitCode: 3, signal: null, timeMs: 29.9996 },
    { type: 'platform.runtimeDone', requestId: 'r-1', status: 'runtime-exit', durationMs: 10, timeMs: 30 },
    { type: 'runtime.stopped', timeMs: 31 },
  );

  expect(events.map(summary)).toEqual([
    'B 0 1 Init',
    'B 1500 2 Process',
    'b 10000 4 GET /invocation/next (call 2)',
    'e 20000 4 GET /invocation/next (call 2)',
    'E 10000 1 Init',
    'b 15000 3 r-1 (r-1)',
    'B 20000 1 Invoke',
    'i 25000 1 error',
    'E 30000 2 Process',
    'E 30000 1 Invoke',
    'e 30000 3 r-1 (r-1)',
  ]);
  expect(events.map(({ args }) => args)).toEqual([
    { runtime: './bootstrap' },
    { pid: 4711 },
    { path: '/2018-06-01/runtime/invocation/next', requestBytes: 0, requestId: 'r-1' },
    { status: 200, bodyBytes: 2 },
    { status: 'success' },
    { eventBytes: 2 },
    { requestId: 'r-1' },
    { requestId: 'r-1', errorType: 'RangeError' },
    { exitCode: 3, signal: null },
    { status: 'runtime-exit' },
    { status: 'runtime-exit' },
  ]);
});

test('leaves open what has not ended', () => {
  const events = traced(
    { ...call('GET', '/2018-06-01/runtime/invocation/next'), timeMs: 0 },
    { ...call('POST', '/2018-06-01/runtime/init/error'), aborted: true, timeMs: 1 },
    { type: 'invocation.queued', requestId: 'r-1', eventBytes: 2, timeMs: 2 },
  );

  expect(events.map(summary)).toEqual([
    'b 0 4 GET /invocation/next (call 0)',
    'b 1000 4 POST /init/error (hung up) (call 1)',
    'b 2000 3 r-1 (r-1)',
  ]);
});

test('ends nothing whose beginning the transcript has dropped', () => {
  expect(
    traced(
      { type: 'platform.initReport', status: 'success', durationMs: 1, timeMs: 1 },
      { type: 'platform.runtimeDone', requestId: 'r-1', status: 'success', durationMs: 1, timeMs: 2 },
      { type: 'runtime.stopped', timeMs: 3 },
    ),
  ).toEqual([]);
});

test('ends an invocation that was never delivered, or was discarded', () => {
  const events = traced(
    { type: 'invocation.queued', requestId: 'r-1', eventBytes: 2, timeMs: 0 },
    { type: 'invocation.queued', requestId: 'r-2', eventBytes: 2, timeMs: 0 },
    { type: 'platform.runtimeDone', requestId: 'r-1', status: 'init-error', durationMs: 0, errorType: 'E', timeMs: 1 },
    { type: 'invocation.discarded', requestId: 'r-2', reason: 'ERR_CLOSED', timeMs: 2 },
  );

  expect(events.slice(2).map((event) => [summary(event), event.args])).toEqual([
    ['e 1000 3 r-1 (r-1)', { status: 'init-error', errorType: 'E' }],
    ['e 2000 3 r-2 (r-2)', { reason: 'ERR_CLOSED' }],
  ]);
});

test('marks violations and stops with what is known of them', () => {
  const events = traced(
    { type: 'violation', rule: 'second-answer', message: 'answered twice', advice: 'Answer once.', timeMs: 1 },
    { type: 'runtime.stopping', reason: 'the test called close()', timeMs: 2 },
  );

  expect(events).toEqual([
    {
      name: 'VIOLATION second-answer',
      ph: 'i',
      pid: 1,
      tid: 4,
      ts: 1000,
      s: 't',
      args: { message: 'answered twice', advice: 'Answer once.' },
    },
    { name: 'stopping', ph: 'i', pid: 1, tid: 2, ts: 2000, s: 't', args: { reason: 'the test called close()' } },
  ]);
});
