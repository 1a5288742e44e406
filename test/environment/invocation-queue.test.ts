import { describe, expect, test } from 'vitest';
import { Invocation } from '../../src/environment/invocation.ts';
import { InvocationQueue } from '../../src/environment/invocation-queue.ts';
import { ScriptedPoll } from '../helpers/model.ts';

const invocation = (requestId: string): Invocation =>
  new Invocation({ requestId, event: new Uint8Array(), timeoutMs: 1, deadline: 1, isStreamed: false, headers: {} });

describe('an invocation queue', () => {
  test('is empty at first', () => {
    const queue = new InvocationQueue();

    expect([queue.hasInvocations, queue.hasPolls]).toEqual([false, false]);
    expect([queue.takePair(), queue.takeInvocation(), queue.find('a')]).toEqual([undefined, undefined, undefined]);
  });

  test('makes no pair of one kind alone, and keeps what waits', () => {
    const queue = new InvocationQueue();
    queue.addInvocation(invocation('a'));
    expect(queue.takePair()).toBeUndefined();
    expect(queue.hasInvocations).toBe(true);

    const polls = new InvocationQueue();
    polls.addPoll(new ScriptedPoll());
    expect(polls.takePair()).toBeUndefined();
    expect(polls.hasPolls).toBe(true);
  });

  test('pairs the oldest with the oldest', () => {
    const queue = new InvocationQueue();
    const [a, b] = [invocation('a'), invocation('b')];
    const [first, second] = [new ScriptedPoll(), new ScriptedPoll()];
    queue.addInvocation(a);
    queue.addInvocation(b);
    queue.addPoll(first);
    queue.addPoll(second);

    expect(queue.takePair()).toEqual({ invocation: a, poll: first });
    expect(queue.takePair()).toEqual({ invocation: b, poll: second });
    expect(queue.takePair()).toBeUndefined();
  });

  test('forgets what is removed, and says whether an invocation was there', () => {
    const queue = new InvocationQueue();
    const [a, b] = [invocation('a'), invocation('b')];
    const [gone, alive] = [new ScriptedPoll(), new ScriptedPoll()];
    queue.addInvocation(a);
    queue.addInvocation(b);
    queue.addPoll(gone);
    queue.addPoll(alive);
    queue.removePoll(gone);

    expect(queue.removeInvocation(a)).toBe(true);
    expect(queue.removeInvocation(a)).toBe(false);
    const pair = queue.takePair();
    expect(pair?.invocation).toBe(b);
    expect(pair?.poll).toBe(alive);
  });

  test('finds a waiting invocation by its request ID, not one that was taken', () => {
    const queue = new InvocationQueue();
    const a = invocation('a');
    queue.addInvocation(a);
    expect(queue.find('a')).toBe(a);
    expect(queue.find('b')).toBeUndefined();
    queue.takeInvocation();

    expect(queue.find('a')).toBeUndefined();
  });

  test('drops all polls at once and keeps the invocations', () => {
    const queue = new InvocationQueue();
    queue.addInvocation(invocation('a'));
    queue.addPoll(new ScriptedPoll());
    queue.addPoll(new ScriptedPoll());
    queue.clearPolls();

    expect([queue.hasPolls, queue.hasInvocations]).toEqual([false, true]);
  });
});
