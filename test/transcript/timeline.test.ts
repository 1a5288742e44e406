import { describe, expect, test } from 'vitest';
import { formatMs, timeline } from '../../src/transcript/timeline.ts';
import type { Exchange, TranscriptEntry, TranscriptEvent } from '../../src/transcript/transcript.ts';
import { call } from '../helpers/model.ts';

const answered = (status: number, body: string, waitedMs = 0): Partial<Exchange> => ({
  response: { status, headers: {}, bodyBytes: body.length, body, waitedMs },
});

const sent = (requestBody: string): Partial<Exchange> => ({ requestBody, requestBytes: requestBody.length });

function linesOf(...events: TranscriptEvent[]): string {
  return timeline(events.map((event, index): TranscriptEntry => ({ ...event, timeMs: index * 12.34 })));
}

describe('the timeline', () => {
  test('tells an invocation from start to end', () => {
    expect(
      linesOf(
        { type: 'platform.initStart', runtime: './bootstrap' },
        { type: 'runtime.started', pid: 4711 },
        { type: 'platform.initReport', status: 'success', durationMs: 103.4 },
        { type: 'invocation.queued', requestId: 'r-1', eventBytes: 17 },
        { type: 'platform.start', requestId: 'r-1' },
        { ...call('GET', '/2018-06-01/runtime/invocation/next'), ...answered(200, '{"name":"abc"}', 25) },
        { type: 'invocation.responded', requestId: 'r-1', kind: 'response' },
        { ...call('POST', '/2018-06-01/runtime/invocation/r-1/response'), ...sent('"Hello"'), ...answered(202, 'OK') },
        { type: 'platform.runtimeDone', requestId: 'r-1', status: 'success', durationMs: 5.04 },
        call('GET', '/2018-06-01/runtime/invocation/next'),
        { type: 'runtime.stopping', reason: 'the test called close()' },
        { type: 'runtime.stopped' },
      ),
    ).toMatchInlineSnapshot(`
      "      0.0 ms  init      started: ./bootstrap
           12.3 ms  process   started, pid 4711
           24.7 ms  init      success after 103 ms
           37.0 ms  test    → invoke r-1 (17 bytes)
           49.4 ms  invoke    r-1 delivered to the runtime
           61.7 ms  runtime → GET /2018-06-01/runtime/invocation/next → 200 after 25.0 ms
           74.0 ms  invoke    r-1 answered by response
           86.4 ms  runtime → POST /2018-06-01/runtime/invocation/r-1/response "Hello" → 202
           98.7 ms  invoke    r-1 ended: success after 5.0 ms
            111 ms  runtime → GET /2018-06-01/runtime/invocation/next → waiting
            123 ms  process   being stopped: the test called close()
            136 ms  process   stopped"
    `);
  });

  test('tells what went wrong', () => {
    const { requestId, path } = { requestId: 'r-2', path: '/2018-06-01/runtime/invocation/r-2/response' };
    expect(
      linesOf(
        { type: 'runtime.started', pid: undefined },
        { type: 'platform.initReport', status: 'timeout', durationMs: 10_000, errorType: 'Sandbox.Timedout' },
        { type: 'invocation.responded', requestId, kind: 'error', errorType: 'ValidationError' },
        {
          type: 'violation',
          rule: 'second-answer',
          message: 'The runtime called response in the state RuntimeResponseSentState.',
          advice: 'Post one answer.',
        },
        { ...call('POST', path), ...sent('"again"'), ...answered(403, '{"errorMessage":"no"}\n', 0.2) },
        { ...call('POST', path), ...sent('half'), aborted: true },
        {
          type: 'platform.runtimeDone',
          requestId,
          status: 'timeout',
          durationMs: 3000,
          errorType: 'Sandbox.Timedout',
        },
        { type: 'invocation.discarded', requestId, reason: 'ERR_CLOSED' },
        { type: 'runtime.exited', exitCode: 3, signal: null },
        { type: 'runtime.exited', exitCode: null, signal: 'SIGKILL' },
      ),
    ).toMatchInlineSnapshot(`
      "      0.0 ms  process   started
           12.3 ms  init      timeout after 10000 ms (Sandbox.Timedout)
           24.7 ms  invoke    r-2 answered by error (ValidationError)
           37.0 ms  VIOLATION second-answer: The runtime called response in the state RuntimeResponseSentState.
           49.4 ms  runtime → POST /2018-06-01/runtime/invocation/r-2/response "again" → 403 {"errorMessage":"no"}
           61.7 ms  runtime → POST /2018-06-01/runtime/invocation/r-2/response half → the client hung up
           74.0 ms  invoke    r-2 ended: timeout after 3000 ms (Sandbox.Timedout)
           86.4 ms  invoke    r-2 discarded: ERR_CLOSED
           98.7 ms  process   exited: code 3
            111 ms  process   exited: signal SIGKILL"
    `);
  });

  test('shows bodies on one line, and only their beginning', () => {
    const post = call('POST', '/error');
    expect(
      linesOf(
        { ...post, ...sent('{\n  "errorType": "E",\n  "errorMessage": "m"\n}\n') },
        { ...post, ...sent('x'.repeat(121)) },
        { ...post, ...sent('x'.repeat(120)) },
        { ...post, requestBody: 'x'.repeat(4096), requestBytes: 6_000_000 },
      ),
    ).toMatchInlineSnapshot(`
      "      0.0 ms  runtime → POST /error { ⏎ "errorType": "E", ⏎ "errorMessage": "m" ⏎ } → waiting
           12.3 ms  runtime → POST /error xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… → waiting
           24.7 ms  runtime → POST /error xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx → waiting
           37.0 ms  runtime → POST /error xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… (6000000 bytes) → waiting"
    `);
  });

  test('says how many entries are missing at its beginning', () => {
    const entry: TranscriptEntry = { type: 'runtime.stopped', timeMs: 123_456.7 };

    expect(timeline([entry], 42)).toMatchInlineSnapshot(`
      "              (42 earlier entries were dropped)
         123457 ms  process   stopped"
    `);
    expect(timeline([entry], 0)).not.toContain('dropped');
  });

  test('is empty when nothing happened', () => {
    expect(timeline([])).toBe('');
  });

  test.each([
    [0, '0.0 ms'],
    [0.04, '0.0 ms'],
    [1.25, '1.3 ms'],
    [99.94, '99.9 ms'],
    [100, '100 ms'],
    [12_345.6, '12346 ms'],
  ])('writes %d milliseconds as %s', (ms, text) => {
    expect(formatMs(ms)).toBe(text);
  });
});
