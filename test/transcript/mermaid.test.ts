import { describe, expect, test } from 'vitest';
import { type Exchange, type TranscriptEntry, toMermaid } from '../../src/index.ts';
import type { TranscriptEvent } from '../../src/transcript/transcript.ts';
import { call } from '../helpers/model.ts';

const next = (requestId?: string, waitedMs = 0): Exchange => ({
  ...call('GET', '/2018-06-01/runtime/invocation/next'),
  ...(requestId !== undefined && { requestId, ...answered(200, '{}', waitedMs) }),
});

const post = (requestId: string, what: string, body: string): Exchange => ({
  ...call('POST', `/2018-06-01/runtime/invocation/${requestId}/${what}`),
  requestId,
  requestBody: body,
  requestBytes: body.length,
});

function answered(status: number, body = '', waitedMs = 0): Partial<Exchange> {
  return { response: { status, headers: {}, bodyBytes: body.length, body, waitedMs } };
}

/** One entry in each millisecond. */
function drawn(...events: TranscriptEvent[]): string[] {
  const transcript = events.map((event, timeMs): TranscriptEntry => ({ ...event, timeMs }));
  const [title, ...lines] = toMermaid(transcript).split('\n');
  expect(title).toBe('sequenceDiagram');
  return lines.map((line) => line.slice(2)).filter((line) => !line.startsWith('participant'));
}

describe('a diagram', () => {
  test('shows a poll when it comes, and its event when it is delivered', () => {
    expect(
      drawn(
        next('r-1', 2.5),
        { type: 'invocation.queued', requestId: 'r-1', eventBytes: 2 },
        { type: 'platform.start', requestId: 'r-1' },
        { ...post('r-1', 'response', '"Hello"'), ...answered(202) },
        { type: 'invocation.responded', requestId: 'r-1', kind: 'response' },
        next(),
        { type: 'platform.runtimeDone', requestId: 'r-1', status: 'success', durationMs: 4 },
      ),
    ).toMatchInlineSnapshot(`
      [
        "runtime->>api: 0.0 ms GET /invocation/next",
        "test->>api: 1.0 ms invoke r-1",
        "api-->>runtime: 2.5 ms 200 {}",
        "activate runtime",
        "runtime->>api: 3.0 ms POST /invocation/{id}/response "Hello"",
        "api-->>runtime: 3.0 ms 202",
        "runtime->>api: 5.0 ms GET /invocation/next",
        "api-->>test: 6.0 ms success after 4.0 ms",
        "deactivate runtime",
      ]
    `);
  });

  test('shows how a runtime ends', () => {
    expect(
      drawn(
        { type: 'platform.initStart', runtime: './bootstrap' },
        { type: 'runtime.started', pid: 4711 },
        { type: 'runtime.exited', exitCode: 1, signal: null },
        { type: 'platform.initReport', status: 'error', durationMs: 3, errorType: 'Runtime.ExitError' },
        { type: 'runtime.exited', exitCode: null, signal: 'SIGSEGV' },
        { type: 'runtime.stopping', reason: 'the test called close()' },
        { type: 'runtime.stopped' },
      ),
    ).toMatchInlineSnapshot(`
      [
        "Note over runtime: 0.0 ms Init: ./bootstrap",
        "Note over runtime: 2.0 ms exited: code 1",
        "Note over runtime: 3.0 ms Init: error after 3.0 ms (Runtime.ExitError)",
        "Note over runtime: 4.0 ms exited: signal SIGSEGV",
        "api-xruntime: 5.0 ms stop: the test called close()",
        "Note over runtime: 6.0 ms stopped",
      ]
    `);
  });

  test('shows what was refused, given up and broken off', () => {
    const wrong = {
      ...call('POST', '/2018-06-01/runtime/invocation/undefined/response'),
      ...answered(400, '{"errorType":"InvalidRequestID"}\n'),
    };
    expect(
      drawn(
        { ...wrong },
        { type: 'violation', rule: 'unknown-request-id', message: 'answered "undefined"', advice: 'Read the header.' },
        { ...post('r-1', 'response', 'half'), aborted: true },
        { type: 'invocation.discarded', requestId: 'r-1', reason: 'ERR_CLOSED' },
      ),
    ).toMatchInlineSnapshot(`
      [
        "runtime->>api: 0.0 ms POST /invocation/undefined/response",
        "api-->>runtime: 0.0 ms 400 {"errorType":"InvalidRequestID"}",
        "Note over api,runtime: 1.0 ms VIOLATION unknown-request-id: answered "undefined"",
        "runtime-xapi: 2.0 ms POST /invocation/{id}/response half (hung up)",
        "api--xtest: 3.0 ms ERR_CLOSED",
      ]
    `);
  });

  test('ends no work of the runtime that it has not seen begin, and begins none twice', () => {
    const lines = drawn(
      { type: 'platform.runtimeDone', requestId: 'r-0', status: 'success', durationMs: 4 },
      next('r-1'),
      next('r-1'),
    );

    expect(lines.filter((line) => line.includes('activate'))).toEqual(['activate runtime', 'deactivate runtime']);
  });

  test('says what Mermaid would take for its own in numbers', () => {
    const [line] = drawn({ ...post('r-1', 'error', '%%{init}%% a;b #1 <b> & $$x$$\n  next\u0000 "line"') });

    expect(line).toBe(
      'runtime->>api: 0.0 ms POST /invocation/{id}/error #37;#37;{init}#37;#37; a#59;b #35;1 #60;b#62; #38; #36;#36;x#36;#36; ⏎ next#0; "line"',
    );
  });

  test('cuts bodies off after 80 characters', () => {
    const [line] = drawn(post('r-1', 'response', 'x'.repeat(81)));

    expect(line).toMatch(/ x{80}…$/);
  });

  test('of nothing has three participants', () => {
    expect(toMermaid([])).toBe(
      'sequenceDiagram\n  participant test as Test\n  participant api as Runtime API\n  participant runtime as Runtime',
    );
  });
});

test('with a manual clock that stands still, arrows keep the order of cause and effect', () => {
  const answer = { ...post('r-1', 'response', '1'), ...answered(400) };
  const transcript: TranscriptEntry[] = [
    { ...next('r-1'), timeMs: 0 },
    { type: 'invocation.queued', requestId: 'r-1', eventBytes: 2, timeMs: 0 },
    { type: 'platform.start', requestId: 'r-1', timeMs: 0 },
    Object.assign(answer, { timeMs: 0 }),
    { type: 'violation', rule: 'response-mode-invalid', message: 'said "x"', advice: '', exchange: answer, timeMs: 0 },
  ];

  expect(toMermaid(transcript).split('\n').slice(4)).toEqual([
    '  runtime->>api: 0.0 ms GET /invocation/next',
    '  test->>api: 0.0 ms invoke r-1',
    '  api-->>runtime: 0.0 ms 200 {}',
    '  activate runtime',
    '  runtime->>api: 0.0 ms POST /invocation/{id}/response 1',
    '  Note over api,runtime: 0.0 ms VIOLATION response-mode-invalid: said "x"',
    '  api-->>runtime: 0.0 ms 400',
    '  deactivate runtime',
  ]);
});
