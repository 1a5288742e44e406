import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { manualClock } from '../../src/clock/manual-clock.ts';
import { Transcript, type TranscriptEvent } from '../../src/transcript/transcript.ts';
import { call } from '../helpers/model.ts';

const queued = (requestId: string): TranscriptEvent => ({ type: 'invocation.queued', requestId, eventBytes: 2 });

function filled(limit: number, count: number): Transcript {
  const transcript = new Transcript(() => 0, limit);
  for (let index = 0; index < count; index++) transcript.add(queued(String(index)));
  return transcript;
}

const idsOf = (entries: readonly TranscriptEvent[]): string[] =>
  entries.map((entry) => ('requestId' in entry ? (entry.requestId ?? '') : ''));

describe('the transcript', () => {
  test('keeps what happened in order, with the time since it began', () => {
    const clock = manualClock();
    clock.advance(1000);
    const transcript = new Transcript(() => clock.now(), 10);
    transcript.add(queued('a'));
    clock.advance(5);
    transcript.add({ type: 'platform.start', requestId: 'a' });

    expect(transcript.entries()).toEqual([
      { type: 'invocation.queued', requestId: 'a', eventBytes: 2, timeMs: 0 },
      { type: 'platform.start', requestId: 'a', timeMs: 5 },
    ]);
    expect(transcript.elapsedMs()).toBe(5);
  });

  test.each([
    [0, 0],
    [3, 0],
    [4, 1],
    [5, 2],
    [6, 3],
    [7, 4],
    [100, 97],
  ])('holds the last 3 of %d entries and counts %d dropped ones', (count, dropped) => {
    const transcript = filled(3, count);

    expect(idsOf(transcript.entries())).toEqual(
      Array.from({ length: Math.min(3, count) }, (_, index) => String(dropped + index)),
    );
    expect(transcript.dropped).toBe(dropped);
  });

  test('may hold a single entry', () => {
    expect(idsOf(filled(1, 5).entries())).toEqual(['4']);
  });

  test('hands out a list that does not change afterwards', () => {
    const transcript = filled(3, 1);
    const before = transcript.entries();
    transcript.add(queued('later'));

    expect(before).toHaveLength(1);
  });

  test('finds the last entries of a kind, oldest first', () => {
    const transcript = filled(10, 4);
    transcript.add({ type: 'runtime.stopped' });

    expect(idsOf(transcript.last(2, ({ type }) => type === 'invocation.queued'))).toEqual(['2', '3']);
    expect(transcript.last(1).map(({ type }) => type)).toEqual(['runtime.stopped']);
    expect(transcript.last(100)).toHaveLength(5);
    expect(transcript.last(1, ({ type }) => type === 'violation')).toEqual([]);
  });

  test('begins anew when it is cleared', () => {
    const clock = manualClock();
    const transcript = new Transcript(() => clock.now(), 1);
    clock.advance(10);
    transcript.add(queued('a'));
    transcript.add(queued('b'));
    transcript.clear();

    expect([transcript.entries(), transcript.dropped, transcript.elapsedMs()]).toEqual([[], 0, 0]);
    clock.advance(3);
    transcript.add(queued('c'));
    expect(transcript.entries().map(({ timeMs }) => timeMs)).toEqual([3]);
  });
});

/** Listeners are told between the steps. */
const told = (): Promise<void> => Promise.resolve();

describe('a listener', () => {
  test('is not called in the middle of what causes the entry', async () => {
    const transcript = new Transcript(() => 0, 10);
    const heard: string[] = [];
    transcript.on('runtime.stopped', () => heard.push('told'));
    transcript.add({ type: 'runtime.stopped' });
    heard.push('the step is over');
    await told();

    expect(heard).toEqual(['the step is over', 'told']);
  });

  test('hears of entries of its type, from its registration on', async () => {
    const transcript = filled(10, 1);
    const heard: string[] = [];
    transcript.on('invocation.queued', ({ requestId, timeMs }) => heard.push(`${requestId} at ${timeMs}`));
    transcript.add({ type: 'platform.start', requestId: 'other type' });
    transcript.add(queued('b'));
    await told();

    expect(heard).toEqual(['b at 0']);
  });

  test('hears of an exchange when it is announced as over, not when it begins', async () => {
    const transcript = new Transcript(() => 0, 10);
    const heard: unknown[] = [];
    transcript.on('exchange', (exchange) => heard.push(exchange.response?.status));
    const entry = transcript.add(call('GET', '/next'));
    await told();
    expect(heard).toEqual([]);
    entry.response = { status: 200, headers: {}, bodyBytes: 0, body: '', waitedMs: 0 };
    transcript.announce(entry);
    await told();

    expect(heard).toEqual([200]);
  });

  test('is called in the order of registration, each registration once, until it unsubscribes', async () => {
    const transcript = new Transcript(() => 0, 10);
    const heard: string[] = [];
    const listener = (): void => void heard.push('same');
    const offFirst = transcript.on('runtime.stopped', () => heard.push('first'));
    const offSame = transcript.on('runtime.stopped', listener);
    transcript.on('runtime.stopped', listener);
    transcript.add({ type: 'runtime.stopped' });
    await told();
    expect(heard.splice(0)).toEqual(['first', 'same', 'same']);

    offFirst();
    offFirst();
    offSame();
    transcript.add({ type: 'runtime.stopped' });
    await told();
    expect(heard).toEqual(['same']);
  });

  test('may unsubscribe itself and others, and subscribe others, while it is called', async () => {
    const transcript = new Transcript(() => 0, 10);
    const heard: string[] = [];
    const off = transcript.on('runtime.stopped', () => {
      heard.push('once');
      off();
      transcript.on('runtime.stopped', () => heard.push('new'));
    });
    transcript.add({ type: 'runtime.stopped' });
    await told();
    expect(heard.splice(0)).toEqual(['once']);

    transcript.add({ type: 'runtime.stopped' });
    await told();
    expect(heard).toEqual(['new']);
  });

  test('survives the clearing of the transcript', async () => {
    const transcript = new Transcript(() => 0, 10);
    let calls = 0;
    transcript.on('runtime.stopped', () => calls++);
    transcript.clear();
    transcript.add({ type: 'runtime.stopped' });
    await told();

    expect(calls).toBe(1);
  });

  test('that throws stops neither the others nor the caller, and surfaces as an unhandled rejection', async () => {
    // In a process of its own: the test runner takes every unhandled rejection for a failure of the test.
    const modules = await Promise.all(
      ['run-callback', 'transcript'].map((name) =>
        readFile(new URL(`../../src/transcript/${name}.ts`, import.meta.url), 'utf8'),
      ),
    );
    const source = modules.join('\n').replace("import { runCallback } from './run-callback.ts';", '');
    const { outputText } = ts.transpileModule(`${source}\n${throwingListener}`, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    });
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', outputText]);

    expect(stdout).toBe('the caller goes on\nthe other one heard it\nunhandled: The listener broke.\n');
  });
});

const throwingListener = `
  process.on('unhandledRejection', (error) => console.log('unhandled: ' + error.message));
  const transcript = new Transcript(() => 0, 10);
  transcript.on('runtime.stopped', () => { throw new Error('The listener broke.'); });
  transcript.on('runtime.stopped', () => console.log('the other one heard it'));
  transcript.add({ type: 'runtime.stopped' });
  console.log('the caller goes on');
`;
