import type { CancelTimer, Clock } from '../clock/clock.ts';
import { HarnessError, type HarnessErrorCode, reasonOf } from '../errors.ts';
import type { Exchange, Transcript, Violation, ViolationRule } from '../transcript/transcript.ts';
import type { Deferred } from './deferred.ts';
import { Extensions } from './extensions.ts';
import type { FunctionError } from './function-error.ts';
import { type InitAttempt, type InitFailure, type InitReport, initFailureError, newInitAttempt } from './init-phase.ts';
import {
  type BrokenAnswer,
  Invocation,
  type InvocationOutcome,
  type InvocationRequest,
  outcomeOfExit,
  type RuntimeAnswer,
  recordedErrorType,
} from './invocation.ts';
import { InvocationQueue, type Poll } from './invocation-queue.ts';
import { forbiddenMove, type Move, moves, phaseOf, type RuntimeCall, type RuntimeState } from './lifecycle.ts';
import { RecentIds } from './recent-ids.ts';
import { Refusal } from './refusal.ts';
import { type CapturedLogs, type LogSource, noLogs, type Runtime, type RuntimeExit } from './runtime.ts';
import { adviceFor, ruleBrokenBy } from './violations.ts';

export interface EnvironmentParts {
  readonly runtime: Runtime;
  readonly logs: LogSource;
  readonly transcript: Transcript;
  /** Enforces the deadlines that belong to the test. */
  readonly clock: Clock;
  /** Real time, for what only the operating system can hasten: a process on its way out. */
  readonly realClock: Clock;
  readonly initTimeoutMs: number;
}

/** How long a runtime that gave up may take to exit, so that its exit code can be told. */
const exitGraceMs = 1000;

/** A deadline without end is told as one just below 2^31 ms away: further ones overflow in some clients. */
const farthestDeadlineMs = 2 ** 31 - 60_000;

/**
 * One execution environment: a runtime, the invocations it is given, and what Lambda would decide about them.
 * It does no I/O: the routes of the Runtime API call it, and it calls the ports `Runtime` and `LogSource`.
 */
export class ExecutionEnvironment {
  readonly #runtime: Runtime;
  readonly #logs: LogSource;
  readonly #transcript: Transcript;
  readonly #clock: Clock;
  readonly #realClock: Clock;
  readonly #initTimeoutMs: number;

  #state: RuntimeState = 'Stopped';
  /** Rises with every start and stop: what an earlier runtime still causes is ignored. */
  #generation = 0;
  #init: InitAttempt = newInitAttempt(0);
  #unreportedFailure: InitFailure | undefined;
  #undeliveredInitDurationMs: number | undefined;
  #stopped: Promise<void> = Promise.resolve();
  #closedWith: HarnessError | undefined;

  readonly #queue = new InvocationQueue();
  readonly #inFlight = new Map<string, Invocation>();
  /** The invocation the runtime was given last, until it asks for another. */
  #current: Invocation | undefined;
  #deliveryLost = false;
  #cancelExitGrace: CancelTimer = () => {};
  #cancelStallWatch: CancelTimer | undefined;
  /** Request IDs that may still be answered, too late: told from IDs that were never given out. */
  readonly #timedOut = new RecentIds(1000);
  #deliveries = 0;
  #violations: Violation[] = [];
  readonly #extensions = new Extensions();

  constructor(parts: EnvironmentParts) {
    this.#runtime = parts.runtime;
    this.#logs = parts.logs;
    this.#transcript = parts.transcript;
    this.#clock = parts.clock;
    this.#realClock = parts.realClock;
    this.#initTimeoutMs = parts.initTimeoutMs;
  }

  // ---- what the test asks for ----

  /** Starts the Init phase; rejects with a `HarnessError` if the runtime cannot be started at all. */
  async start(): Promise<void> {
    this.#assertOpen();
    const generation = this.#beginInit();
    try {
      await this.#startRuntime(generation);
    } catch (error) {
      if (generation === this.#generation) this.#toStopped();
      throw error;
    }
  }

  invoke(request: InvocationRequest): Invocation {
    this.#assertOpen();
    if (this.#inFlight.has(request.requestId)) {
      throw new HarnessError(
        'ERR_DUPLICATE_REQUEST_ID',
        `An invocation with the request ID "${request.requestId}" is still in flight. Await it first, or leave requestId out to get a fresh one.`,
      );
    }
    const invocation = new Invocation(request);
    this.#timedOut.delete(request.requestId);
    this.#inFlight.set(request.requestId, invocation);
    this.#transcript.add({
      type: 'invocation.queued',
      requestId: request.requestId,
      eventBytes: request.event.byteLength,
    });
    this.#queue.addInvocation(invocation);
    if (this.#unreportedFailure) this.#reportInitFailure(this.#unreportedFailure);
    else this.#proceed();
    return invocation;
  }

  /** How the current Init phase ends; starts one if there is no runtime. */
  async ready(): Promise<InitReport> {
    this.#assertOpen();
    if (this.#unreportedFailure) return this.#init.report.promise;
    if (this.#state === 'Stopping') await this.#stopped;
    this.#assertOpen();
    if (this.#state === 'Stopped' && !this.#unreportedFailure) this.#supply();
    this.#startAttachBudget();
    return this.#init.report.promise;
  }

  /** Makes the enforced deadline pass now. */
  expire(invocation: Invocation): void {
    invocation.isExpired = true;
    this.#timeOut(invocation);
  }

  #timeOut(invocation: Invocation): void {
    if (invocation.isSettled) return;
    this.#giveUp(invocation, 'its invocation timed out', () =>
      this.#settle(invocation, this.#outcomeOfTimeout(invocation)),
    );
  }

  /** Gives an invocation up at the caller's wish; a runtime that is busy with it is replaced. */
  abort(invocation: Invocation, error: HarnessError): void {
    if (invocation.isSettled) return;
    this.#giveUp(invocation, 'its invocation was aborted', () => this.#discard(invocation, error));
  }

  /** Ends the runtime and discards everything in flight; the next invocation is a cold start. */
  async reset(error: HarnessError): Promise<void> {
    this.#assertOpen();
    this.#discardAll(error);
    await this.#stop('the test called reset()');
    this.#unreportedFailure = undefined;
    this.#violations = [];
    // Nobody tells an attached runtime of a reset: it may still answer what it was given before.
    if (this.#runtime.isOwned) this.#timedOut.clear();
  }

  /** Like `reset`, for good. */
  async close(error: HarnessError): Promise<void> {
    this.#closedWith ??= error;
    this.#discardAll(error);
    await this.#stop('the test called close()');
  }

  /** An invocation that has not ended yet. */
  find(requestId: string): Invocation | undefined {
    return this.#inFlight.get(requestId);
  }

  get currentRequestId(): string | undefined {
    return this.#current && !this.#current.isSettled ? this.#current.requestId : undefined;
  }

  // ---- what the runtime asks for ----

  /** `GET /runtime/invocation/next`: the poll is served now or later, or refused. */
  next(poll: Poll, exchange: Exchange): void {
    const from = this.#moveByCall('next', exchange);
    const current = this.#current;
    if (from === 'Running' && current) {
      if (!this.#deliveryLost) {
        this.violate('next-before-answer', `asked for an event while ${current.requestId} was unanswered`, exchange);
      }
      this.#deliveryLost = false;
      poll.deliver(current);
      return;
    }
    if (from === 'Started') this.#initSucceeded();
    this.#cancelExitGrace();
    if (current) this.#complete(current);
    this.#current = undefined;
    this.#queue.addPoll(poll);
    this.#endStallWatch();
    this.#proceed();
  }

  /** A poller hung up before it was served. */
  forget(poll: Poll): void {
    this.#queue.removePoll(poll);
  }

  /** The event has been handed to the operating system, whole. */
  deliverySucceeded(invocation: Invocation): void {
    invocation.delivered.resolve();
  }

  /** The connection broke while the event was being sent: asking again is no offence. */
  deliveryLost(invocation: Invocation): void {
    if (invocation === this.#current) this.#deliveryLost = true;
  }

  /** Headers of `/response` or `/error` have arrived: may this runtime answer this invocation now? */
  beginAnswer(
    call: 'response' | 'error',
    { requestId, invocationId }: { requestId: string; invocationId: string | undefined },
    exchange: Exchange,
  ): Invocation {
    const invocation = this.#findAnswerable(requestId);
    if (!invocation) {
      if (this.#timedOut.has(requestId)) throw new Refusal('InvokeTimeout', 'Invoke timeout');
      this.violate('unknown-request-id', describeUnknownId(requestId), exchange);
      throw new Refusal('InvalidRequestID', 'Invalid request ID');
    }
    exchange.requestId = requestId;
    if (
      invocationId !== undefined &&
      invocation.invocationId !== undefined &&
      invocationId !== invocation.invocationId
    ) {
      this.violate('wrong-invocation-id', `echoed the invocation ID "${invocationId}" of another delivery`, exchange);
      throw new Refusal('InvokeTimeout', 'Invoke timeout');
    }
    this.#moveByCall(call, exchange);
    return invocation;
  }

  /** A part of a response has arrived. Returns a promise if the runtime has to wait before it may send more. */
  receive(invocation: Invocation, chunk: Uint8Array): Promise<void> | undefined {
    return invocation.body.push(chunk, this.#clock.now() - (invocation.deliveredAt ?? 0));
  }

  /** A whole answer has arrived. */
  answer(invocation: Invocation, answer: RuntimeAnswer): void {
    if (invocation.isSettled || invocation !== this.#current) throw new Refusal('InvokeTimeout', 'Invoke timeout');
    this.#move('answered');
    invocation.answer = answer;
    invocation.body.end();
    this.#transcript.add({
      type: 'invocation.responded',
      requestId: invocation.requestId,
      kind: answer.kind === 'response' ? 'response' : 'error',
      ...(answer.kind !== 'response' && { errorType: answer.error.errorType }),
    });
    invocation.responded.resolve();
  }

  /** The runtime is busy with what it was replied: a good time to measure what it has used for its answer. */
  replied(): void {
    const invocation = this.#current;
    if (invocation?.answer) invocation.maxMemoryUsedMb ??= this.#runtime.maxMemoryUsedMb();
  }

  /** An answer has come to nothing. The invocation ends as soon as the runtime has shown whether it lives on, or soon after. */
  answerBroken(invocation: Invocation, error: FunctionError): void {
    if (invocation.isSettled || invocation !== this.#current || invocation.answer) return;
    const answer: BrokenAnswer = { kind: 'broken', error, partialBody: invocation.body.bytes() };
    this.answer(invocation, answer);
    this.#cancelExitGrace = this.#realClock.schedule(exitGraceMs, () => this.#timeOut(invocation));
  }

  /** `POST /runtime/init/error`: may it be posted now? While stopping it is heard and ignored. */
  beginInitError(exchange: Exchange): { isIgnored: boolean } {
    if (this.#state === 'Stopping') return { isIgnored: true };
    this.#moveByCall('initError', exchange);
    return { isIgnored: false };
  }

  /** The report has arrived. Init fails once the runtime has exited, or has had the time to. */
  initError(error: FunctionError): void {
    if (this.#state !== 'InitError') return;
    this.#init.reported = error;
    this.#init.cancelBudget();
    const fail = () => this.#failInit({ kind: 'reported', error });
    if (this.#runtime.isOwned) this.#cancelExitGrace = this.#realClock.schedule(exitGraceMs, fail);
    else fail();
  }

  /** The runtime has died. What it sent before is still to be read, and nobody is to be slowed down any more. */
  runtimeIsGone(): void {
    this.#current?.body.letFlow();
  }

  /** `POST /extension/register`: returns the identifier. Lambda allows it until the runtime first asks for work. */
  registerExtension(name: string, events: readonly string[]): string {
    if (this.#state !== 'Started') {
      throw new Refusal('Extension.RegistrationClosed', 'Extension registration closed already');
    }
    return this.#extensions.register(name, events);
  }

  /** `GET /extension/event/next`: the returned function says that the poll has ended. */
  extensionWaits(identifier: string | undefined): () => void {
    return this.#extensions.wait(identifier);
  }

  /** The runtime broke a rule. It is recorded, and counts against the invocation that ends next. */
  violate(rule: ViolationRule, message: string, exchange: Exchange): void {
    const requestId = exchange.requestId ?? this.currentRequestId;
    const violation: Violation = {
      type: 'violation',
      rule,
      message: `The runtime ${message}.`,
      advice: adviceFor[rule],
      exchange,
      ...(requestId !== undefined && { requestId }),
    };
    this.#violations.push(violation);
    this.#transcript.add(violation);
  }

  // ---- Init phase ----

  #beginInit(): number {
    this.#move('start');
    this.#generation++;
    this.#logs.take();
    this.#init = newInitAttempt(this.#clock.now());
    this.#transcript.add({ type: 'platform.initStart', runtime: this.#runtime.description });
    if (this.#runtime.isOwned) this.#startInitBudget();
    return this.#generation;
  }

  async #startRuntime(generation: number): Promise<void> {
    const { pid } = await this.#runtime.start((exit) => {
      if (generation === this.#generation) this.#exited(exit);
    });
    if (generation === this.#generation && this.#runtime.isOwned) {
      this.#transcript.add({ type: 'runtime.started', pid });
    }
  }

  /** Starts a runtime because somebody waits for one; if that fails, it is the next invocation's init error. */
  #supply(): void {
    const generation = this.#beginInit();
    this.#startRuntime(generation).catch((error: unknown) => {
      if (generation !== this.#generation) return;
      this.#failInit({ kind: 'unavailable', message: reasonOf(error) });
    });
  }

  #startInitBudget(): void {
    this.#init.cancelBudget = this.#clock.schedule(this.#initTimeoutMs, () => {
      const activity = this.#runtime.describeActivity();
      this.#failInit({
        kind: 'timeout',
        timeoutMs: this.#initTimeoutMs,
        attached: !this.#runtime.isOwned,
        ...(activity !== undefined && { activity }),
      });
    });
    this.#init.hasBudget = true;
  }

  /** A runtime that somebody else starts has all the time in the world – until somebody waits for it. */
  #startAttachBudget(): void {
    if (phaseOf(this.#state) === 'Init' && !this.#runtime.isOwned && !this.#init.hasBudget) this.#startInitBudget();
  }

  #initSucceeded(): void {
    this.#init.cancelBudget();
    const durationMs = this.#clock.now() - this.#init.startedAt;
    this.#unreportedFailure = undefined;
    this.#undeliveredInitDurationMs = this.#runtime.isOwned ? durationMs : undefined;
    this.#transcript.add({ type: 'platform.initReport', status: 'success', durationMs });
    this.#init.report.resolve({ status: 'ready', initDurationMs: durationMs, logs: this.#logs.take() });
  }

  #failInit(cause: InitFailure['cause'], exit?: RuntimeExit): void {
    this.#init.cancelBudget();
    this.#cancelExitGrace();
    const failure: InitFailure = {
      cause,
      ...(exit && { exit }),
      initDurationMs: this.#clock.now() - this.#init.startedAt,
      logs: this.#logs.take(),
    };
    this.#transcript.add({
      type: 'platform.initReport',
      status: cause.kind === 'timeout' ? 'timeout' : 'error',
      durationMs: failure.initDurationMs,
      errorType: initFailureError(failure, '').errorType,
    });
    this.#init.report.resolve({ status: 'init-error', failure });
    // An attached runtime may come at any time: its absence a while ago is no news to a later invocation.
    if (this.#runtime.isOwned) this.#unreportedFailure = failure;
    if (exit || cause.kind === 'unavailable') this.#toStopped();
    else void this.#stop('its Init phase failed');
    this.#reportInitFailure(failure);
  }

  /** A failed init is the result of one invocation: the first that waits, or the next to come. */
  #reportInitFailure(failure: InitFailure): void {
    const invocation = this.#queue.takeInvocation();
    if (!invocation) return;
    this.#unreportedFailure = undefined;
    this.#settle(invocation, { status: 'init-error', failure }, failure.logs);
    this.#proceed();
  }

  // ---- Invoke phase ----

  /** Does what can be done now: deliver, or start a runtime for those who wait. */
  #proceed(): void {
    if (this.#state === 'Ready') {
      this.#dispatch();
      this.#watchForStall();
    } else if (this.#queue.hasInvocations && !this.#closedWith) {
      if (this.#state === 'Stopped') this.#supply();
      this.#startAttachBudget();
    }
  }

  /** An idle runtime that has hung up its poll owes us another: who waits for it waits no longer than for a handler. */
  #watchForStall(): void {
    const invocation = this.#queue.firstInvocation;
    if (this.#state !== 'Ready' || !invocation || this.#cancelStallWatch) return;
    const { timeoutMs } = invocation.request;
    this.#cancelStallWatch = this.#clock.schedule(timeoutMs, () => {
      this.#endStallWatch();
      const waiting = this.#queue.takeInvocation();
      if (waiting) this.#settle(waiting, { status: 'timeout', timeoutMs, isStalled: true });
      void this.#stop('it no longer asks for events');
    });
  }

  #endStallWatch(): void {
    this.#cancelStallWatch?.();
    this.#cancelStallWatch = undefined;
  }

  #dispatch(): void {
    const pair = this.#queue.takePair();
    if (!pair) return;
    const { invocation, poll } = pair;
    const { request } = invocation;
    this.#move('deliver');
    this.#current = invocation;
    this.#deliveryLost = false;
    invocation.initDurationMs = this.#undeliveredInitDurationMs;
    this.#undeliveredInitDurationMs = undefined;
    invocation.deliveredAt = this.#clock.now();
    invocation.deadlineMs = this.#deadlineOf(request);
    // Unlike a request ID it never comes twice, so that an answer to an earlier delivery can be told.
    invocation.invocationId = `delivery-${++this.#deliveries}`;
    this.#transcript.add({ type: 'platform.start', requestId: request.requestId });
    poll.deliver(invocation);
    // The runtime is at work already: what is left to do takes none of its time.
    invocation.cancelDeadline = this.#clock.schedule(request.timeoutMs, () => this.#timeOut(invocation));
  }

  #deadlineOf({ deadline }: InvocationRequest): number {
    const moment =
      typeof deadline === 'number'
        ? this.#clock.epochMs() + Math.min(deadline, farthestDeadlineMs)
        : deadline.getTime();
    return Math.max(1, Math.floor(moment));
  }

  #findAnswerable(requestId: string): Invocation | undefined {
    if (this.#current) return this.#current.requestId === requestId ? this.#current : undefined;
    return this.#queue.find(requestId);
  }

  /** The runtime responded and asked for more: the invocation is complete. */
  #complete(invocation: Invocation): void {
    const { answer } = invocation;
    if (!answer) return;
    this.#settle(
      invocation,
      answer.kind === 'response' ? { status: 'success', answer } : { status: 'function-error', answer },
    );
  }

  #outcomeOfTimeout(invocation: Invocation): InvocationOutcome {
    const { answer, request } = invocation;
    if (answer?.kind === 'broken') return { status: 'function-error', answer };
    const activity = invocation === this.#current ? this.#runtime.describeActivity() : undefined;
    return {
      status: 'timeout',
      timeoutMs: request.timeoutMs,
      ...(answer && { answer }),
      ...(activity !== undefined && { activity }),
      ...(invocation.body.isBlocked && { isBlocked: true }),
      ...(invocation.isExpired && { isExpired: true }),
    };
  }

  #giveUp(invocation: Invocation, reason: string, end: () => void): void {
    const wasQueued = this.#queue.removeInvocation(invocation);
    if (!wasQueued) this.#timedOut.add(invocation.requestId);
    end();
    if (!wasQueued) {
      void this.#stop(reason);
      return;
    }
    // The next in the queue waits for as long as its own timeout says.
    this.#endStallWatch();
    this.#proceed();
  }

  #settle(invocation: Invocation, outcome: InvocationOutcome, logs?: CapturedLogs): void {
    if (invocation.isSettled) return;
    const { requestId, deliveredAt, initDurationMs } = invocation;
    // First, so that a listener for lines learns whose they are.
    const printed = logs ?? (deliveredAt === undefined ? noLogs : this.#logs.take());
    this.#release(invocation);
    const durationMs = deliveredAt === undefined ? 0 : this.#clock.now() - deliveredAt;
    const errorType = recordedErrorType(outcome);
    this.#transcript.add({
      type: 'platform.runtimeDone',
      requestId,
      status: outcome.status,
      durationMs,
      ...(errorType !== undefined && { errorType }),
    });
    const { status } = outcome;
    miss(invocation.delivered, 'ERR_NOT_DELIVERED', { requestId, status, moment: 'the runtime received its event' });
    miss(invocation.responded, 'ERR_NO_RESPONSE', { requestId, status, moment: 'the runtime responded' });
    invocation.body.end();
    const violations = this.#violations;
    if (violations.length > 0) this.#violations = [];
    invocation.completed.resolve({
      requestId,
      outcome,
      wasDelivered: deliveredAt !== undefined,
      durationMs,
      initDurationMs,
      logs: printed,
      maxMemoryUsedMb:
        deliveredAt === undefined ? undefined : (invocation.maxMemoryUsedMb ?? this.#runtime.maxMemoryUsedMb()),
      violations,
    });
  }

  #discard(invocation: Invocation, error: HarnessError): void {
    if (invocation.isSettled) return;
    this.#release(invocation);
    this.#transcript.add({ type: 'invocation.discarded', requestId: invocation.requestId, reason: error.code });
    invocation.delivered.reject(error);
    invocation.responded.reject(error);
    invocation.body.end(error);
    invocation.completed.reject(error);
  }

  #discardAll(error: HarnessError): void {
    for (const invocation of [...this.#inFlight.values()]) {
      // An attached runtime may still answer it.
      if (!this.#queue.removeInvocation(invocation)) this.#timedOut.add(invocation.requestId);
      this.#discard(invocation, error);
    }
    this.#init.report.reject(error);
  }

  #release(invocation: Invocation): void {
    invocation.isSettled = true;
    invocation.cancelDeadline();
    this.#inFlight.delete(invocation.requestId);
  }

  // ---- the end of a runtime ----

  /** The process ended by itself, and everything it sent has been heard. */
  #exited(exit: RuntimeExit): void {
    this.#transcript.add({ type: 'runtime.exited', exitCode: exit.code, signal: exit.signal });
    if (phaseOf(this.#state) === 'Init') {
      const { reported } = this.#init;
      this.#failInit(reported ? { kind: 'reported', error: reported } : { kind: 'exit', exit }, exit);
      return;
    }
    const invocation = this.#current;
    if (invocation) this.#settle(invocation, outcomeOfExit(invocation, exit));
    this.#toStopped();
    this.#proceed();
  }

  #stop(reason: string): Promise<void> {
    if (this.#state === 'Stopped' || this.#state === 'Stopping') return this.#stopped;
    const hasExtension = this.#extensions.any;
    this.#leave();
    this.#move('stop');
    if (this.#runtime.isOwned) this.#transcript.add({ type: 'runtime.stopping', reason });
    this.#stopped = this.#runtime.stop({ hasExtension }).then(() => {
      this.#move('stopped');
      if (this.#runtime.isOwned) this.#transcript.add({ type: 'runtime.stopped' });
      this.#revive();
    });
    return this.#stopped;
  }

  #toStopped(): void {
    this.#leave();
    this.#move('stop');
    this.#move('stopped');
  }

  /** Forgets the runtime: nothing that it does from here on counts. */
  #leave(): void {
    this.#generation++;
    this.#init.cancelBudget();
    this.#cancelExitGrace();
    this.#endStallWatch();
    this.#current = undefined;
    this.#undeliveredInitDurationMs = undefined;
    this.#extensions.clear();
    if (this.#runtime.isOwned) this.#queue.clearPolls();
  }

  /** An attached runtime may come back at any time, and may be asking for work already. */
  #revive(): void {
    if (!this.#runtime.isOwned && !this.#closedWith) {
      this.#supply();
      if (this.#queue.hasPolls) {
        this.#move('next');
        this.#initSucceeded();
      }
    }
    this.#proceed();
  }

  // ---- bookkeeping ----

  #assertOpen(): void {
    if (this.#closedWith) throw this.#closedWith;
  }

  #move(move: Move): RuntimeState {
    const from = this.#state;
    const to = moves[from][move];
    if (!to) throw new Error(`The harness has a bug: "${move}" is not allowed in the state ${from}. Please report it.`);
    this.#state = to;
    return from;
  }

  #moveByCall(call: RuntimeCall, exchange: Exchange): RuntimeState {
    const from = this.#state;
    if (moves[from][call]) return this.#move(call);
    const rule = ruleBrokenBy(call, from);
    if (rule) this.violate(rule, `called ${call === 'initError' ? 'init/error' : call} in the state ${from}`, exchange);
    throw new Refusal('InvalidStateTransition', forbiddenMove(from, call));
  }
}

interface Miss {
  readonly requestId: string;
  readonly status: string;
  readonly moment: string;
}

/** A moment that has not come by the end never will. */
function miss(deferred: Deferred<void>, code: HarnessErrorCode, { requestId, status, moment }: Miss): void {
  if (deferred.isSettled) return;
  deferred.reject(
    new HarnessError(
      code,
      `The invocation ${requestId} ended as '${status}' before ${moment}. Await the invocation itself to see why.`,
    ),
  );
}

/** What a header is that was not found, in the languages that runtimes are written in. */
const namesOfNothing: ReadonlySet<string> = new Set(['', 'undefined', 'null', 'None', 'nil', '(null)', '<nil>']);

function describeUnknownId(requestId: string): string {
  const what = `answered "${requestId}", which is not the event in hand`;
  return namesOfNothing.has(requestId)
    ? `${what}: it seems not to have found the header Lambda-Runtime-Aws-Request-Id, whose name may be spelled in any case`
    : what;
}
