import { describeExitStatus } from '../environment/function-error.ts';
import type { InitFailure } from '../environment/init-phase.ts';
import type { CompletedInvocation, InvocationOutcome } from '../environment/invocation.ts';
import type { CapturedLogs, LogLine, Runtime, RuntimeExit } from '../environment/runtime.ts';
import { formatMs, timeline } from '../transcript/timeline.ts';
import type { Exchange, Transcript, TranscriptEntry, Violation } from '../transcript/transcript.ts';
import { lastOutput } from './last-output.ts';
import { describeRepeats, foldRepeats } from './repeats.ts';
import { nameRules } from './violation-summary.ts';

/** Where an explanation finds its facts. */
export interface Scene {
  readonly transcript: Transcript;
  readonly runtime: Runtime;
  readonly address: string;
  lastLines(): readonly LogLine[];
}

interface Plot {
  readonly headline: string;
  readonly advice: string;
}

interface Story extends Plot {
  readonly requestId?: string;
  readonly exit?: RuntimeExit | undefined;
  readonly activity?: string | undefined;
  readonly logs: CapturedLogs;
  readonly violations: readonly Violation[];
}

/**
 * Says what became of an invocation, for a person who sees nothing but this text. Notes how things stand now, and writes
 * when asked to: the story of a success is seldom read.
 */
export function explainInvocation(completed: CompletedInvocation, scene: Scene): () => string {
  const { outcome, requestId, logs, violations } = completed;
  const isSuccess = outcome.status === 'success';
  const facts = observe(scene, isSuccess ? timelineLines + 1 : mostEntries);
  const inInit = outcome.status === 'init-error' && { lastCall: entriesOfInit(facts).findLast(isCallOfRuntime) };
  return () => {
    const exit = 'exit' in outcome ? outcome.exit : outcome.status === 'init-error' ? outcome.failure.exit : undefined;
    const activity = activityIn(outcome);
    const plot = plotOf(completed, scene);
    const isTold = isSuccess || outcome.status === 'function-error';
    const known = { ...facts, ...inInit };
    return tell(
      { ...(isTold ? plot : blame(plot, violations, known)), requestId, exit, activity, logs, violations },
      known,
    );
  };
}

export function explainInitFailure(failure: InitFailure, scene: Scene): string {
  const { exit, logs } = failure;
  const activity = activityInInit(failure);
  const facts = observe(scene, mostEntries);
  const entries = entriesOfInit(facts);
  const violations = entries.filter((entry) => entry.type === 'violation');
  const known = { ...facts, lastCall: entries.findLast(isCallOfRuntime) };
  return tell({ ...blame(plotOfInit(failure, scene), violations, known), exit, activity, logs, violations }, known);
}

/** What happened in the Init phase that ended last: not what an earlier runtime did, nor one that has been started since. */
function entriesOfInit({ tail }: Facts): readonly TranscriptEntry[] {
  const end = tail.findLastIndex(({ type }) => type === 'platform.initReport');
  const before = tail.slice(0, end);
  return before.slice(before.findLastIndex(({ type }) => type === 'platform.initStart') + 1);
}

function activityIn(outcome: InvocationOutcome): string | undefined {
  if (outcome.status === 'timeout') return outcome.activity;
  return outcome.status === 'init-error' ? activityInInit(outcome.failure) : undefined;
}

function activityInInit({ cause }: InitFailure): string | undefined {
  return cause.kind === 'timeout' ? cause.activity : undefined;
}

function plotOf({ outcome, wasDelivered }: CompletedInvocation, scene: Scene): Plot {
  switch (outcome.status) {
    case 'success':
      return { headline: 'The function succeeded.', advice: '' };
    case 'function-error':
      return plotOfFunctionError(outcome);
    case 'init-error':
      return plotOfInit(outcome.failure, scene);
    case 'timeout':
      return plotOfTimeout(outcome, wasDelivered, scene);
    case 'runtime-exit':
      return plotOfExit(outcome);
  }
}

/** Where rules were broken, they are the likelier reason; or a call that was refused. */
function blame(plot: Plot, [first]: readonly Violation[], { lastCall }: Facts): Plot {
  if (first)
    return {
      ...plot,
      advice: `The rules that the runtime broke say what to change. ${first.rule}: ${first.message} ${first.advice}`,
    };
  const refusal = lastCall?.type === 'exchange' ? lastCall.response : undefined;
  return refusal && refusal.status >= 400
    ? { ...plot, advice: `The Runtime API refused the last call with ${refusal.status}: ${reasonIn(refusal.body)}` }
    : plot;
}

/** The errorMessage of a refusal. */
function reasonIn(body: string): string {
  return /"errorMessage":"((?:[^"\\]|\\.)*)"/.exec(body)?.[1] ?? body.trim();
}

function plotOfExit({ exit, answer }: Extract<InvocationOutcome, { status: 'runtime-exit' }>): Plot {
  const exited = `The runtime exited (${describeExitStatus(exit)}) during the Invoke phase`;
  return answer
    ? {
        headline: `${exited}, after it had posted its ${answer.kind === 'response' ? 'response' : 'error'}, and before it asked for the next event.`,
        advice:
          'Is the loop missing? A runtime asks for the next event after each answer, again and again, and exits only when it is told to. If one event per process is what you want, read the field "response".',
      }
    : {
        headline: `${exited}, before it responded.`,
        advice:
          adviceForExit(exit) ??
          (exit.code === 0
            ? 'The process ended in good order with the event in hand: is the answer not awaited, or is there a call of exit()?'
            : 'Read the last output for the reason; run the command by itself if there is none.'),
      };
}

/** What shells, and `env` in a shebang, mean by an exit code. */
function adviceForExit({ code }: RuntimeExit): string | undefined {
  if (code === 127)
    return 'Exit code 127 means that a program was not found. The last output may say which; is it on the PATH that the runtime has?';
  return code === 126
    ? 'Exit code 126 means that a program was found, and could not be run. The last output may say which; is it executable?'
    : undefined;
}

function plotOfFunctionError({ answer }: Extract<InvocationOutcome, { status: 'function-error' }>): Plot {
  const { errorType, errorMessage } = answer.error;
  return answer.kind === 'error'
    ? {
        headline: `The function failed during the Invoke phase: ${errorType}: ${errorMessage}`,
        advice: 'The field "error" holds what the runtime reported.',
      }
    : {
        headline: `The runtime's answer was not accepted (Invoke phase): ${errorType}: ${errorMessage}`,
        advice: 'The violations in the timeline say what to change.',
      };
}

function plotOfTimeout(
  { answer, timeoutMs, isStalled, isBlocked, isExpired }: Extract<InvocationOutcome, { status: 'timeout' }>,
  wasDelivered: boolean,
  { runtime }: Scene,
): Plot {
  const limit = isExpired ? 'the time that the test gave it with expire()' : `the timeout of ${timeoutMs} ms`;
  if (isStalled) {
    return {
      headline: `The runtime hung up while it waited for work, and did not ask again within ${limit} (idle, between invocations).`,
      advice:
        'A request for the next event may wait for hours: give it no timeout in the client, and let the loop ask again if the connection breaks.',
    };
  }
  if (isBlocked) {
    return {
      headline: `The runtime waited for the test to read its streamed response when it ran into ${limit} (Invoke phase).`,
      advice:
        "Read invocation.chunks to the end, or leave the loop: what is not read is then thrown away. Without invokeMode: 'response-stream', nobody needs to read.",
    };
  }
  if (!wasDelivered) {
    return {
      headline: `The invocation ran into ${limit} before its event was delivered to the runtime.`,
      advice:
        'It was expired while it waited its turn. Await invocation.delivered before invocation.expire() to time out the handler.',
    };
  }
  return answer
    ? {
        headline: `The runtime posted its answer, but ran into ${limit} before it asked for the next event (Invoke phase).`,
        advice:
          'Lambda counts an invocation as complete only when the runtime asks for the next event. Let it call GET /runtime/invocation/next right after its answer.',
      }
    : {
        headline: `The runtime did not answer within ${limit} (Invoke phase). ${runtime.isOwned ? 'It was replaced: the next invocation gets a fresh one.' : 'It was not killed, because somebody else started it: a late answer is refused with 410.'}`,
        advice: isExpired
          ? 'If an answer was expected, call expire() later, or await invocation.responded before.'
          : 'If the handler is right to take that long, raise timeoutMs; Infinity suits a debugger.',
      };
}

function plotOfInit({ cause, logs }: InitFailure, { address }: Scene): Plot {
  switch (cause.kind) {
    case 'reported':
      return {
        headline: `The runtime reported an error during the Init phase: ${cause.error.errorType}: ${cause.error.errorMessage}`,
        advice:
          'It posted this to /runtime/init/error itself; the cause lies in its start-up code or its handler setting (_HANDLER).',
      };
    case 'exit':
      return {
        headline: `The runtime exited (${describeExitStatus(cause.exit)}) during the Init phase, before it asked for work.`,
        advice: adviceForExit(cause.exit) ?? adviceForExitInInit(cause.exit, logs),
      };
    case 'timeout':
      return cause.attached
        ? {
            headline: `No runtime asked ${address} for work within ${cause.timeoutMs} ms of being waited for (Init phase).`,
            advice:
              'Start your runtime with api.environmentVariables in its environment, or give createRuntimeApi() a command to start.',
          }
        : {
            headline: `The runtime did not ask for work within ${cause.timeoutMs} ms (Init phase). It was killed.`,
            advice: `A runtime begins with GET http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/next. If it needs longer to start, raise initTimeoutMs.`,
          };
    case 'unavailable':
      return {
        headline: `The runtime could not be started (Init phase): ${cause.message}`,
        advice: 'It could be started before: something has removed or changed it since.',
      };
  }
}

function adviceForExitInInit({ code }: RuntimeExit, { lines }: CapturedLogs): string {
  if (code === 0)
    return 'The process ended in good order before it asked for work: is the call that starts the loop missing, or not awaited?';
  const environment =
    "The runtime sees only Lambda's environment variables: pass what else it needs with the option env.";
  return lines.length > 0
    ? `Read the last output for the reason. ${environment}`
    : `Run the command by itself to see whether it starts. ${environment}`;
}

const timelineLines = 10;

/** In as many, repetitions are looked for. */
const mostEntries = 1000;

/** What a story says besides its plot, as it was at one moment. */
interface Facts {
  readonly runtime: Runtime;
  readonly tail: readonly TranscriptEntry[];
  /** There are earlier entries. */
  readonly isTail: boolean;
  readonly lastCall: TranscriptEntry | undefined;
  readonly elapsedMs: number;
  /** Not at that moment, for looking costs too much: when it is told. */
  lastLines(): readonly LogLine[];
}

function observe({ transcript, runtime, lastLines }: Scene, count: number): Facts {
  const tail = transcript.last(count);
  const [lastCall] = transcript.last(1, isCallOfRuntime);
  const isTail = tail.length === count || transcript.dropped > 0;
  return { runtime, tail, isTail, lastCall, elapsedMs: transcript.elapsedMs(), lastLines };
}

function tell({ headline, requestId, exit, activity, logs, violations, advice }: Story, facts: Facts): string {
  const { runtime } = facts;
  const lines = logs.lines.length > 0 ? logs.lines : facts.lastLines();
  return [
    headline,
    requestId === undefined ? '' : `Request ID:  ${requestId}`,
    `Runtime:     ${runtime.description}`,
    exit ? `Exit:        ${exit.signal === null ? `code ${exit.code}` : `signal ${exit.signal}`}` : '',
    activity === undefined ? '' : `Process:     ${activity}`,
    `Last call:   ${describeLastCall(facts)}`,
    lines.length === 0 ? 'Last output: none' : `Last output:\n${indent(lastOutput(lines))}`,
    violations.length === 0 ? '' : `Violations:  ${nameRules(violations)}`,
    describeTimeline(facts),
    advice === '' ? '' : `What to try: ${advice}`,
  ]
    .filter((part) => part !== '')
    .join('\n');
}

/** The end of the timeline. What repeats itself counts as one entry: it shall not push out what came before. */
function describeTimeline({ tail, isTail }: Facts): string {
  const shown = foldRepeats(tail, whatHappened).slice(-timelineLines);
  const lines = shown.map(({ items, repeats }) =>
    repeats === 0 ? timeline(items) : `${timeline(items)}\n              ${describeRepeats(repeats)}`,
  );
  const entries = shown.reduce((sum, { items, repeats }) => sum + items.length * (repeats + 1), 0);
  const isAll = !isTail && entries === tail.length;
  return `${isAll ? 'Timeline' : `Timeline (the last ${entries} entries; api.timeline() has all)`}:\n${lines.join('\n')}`;
}

/** An entry without its times. */
function whatHappened(entry: TranscriptEntry): string {
  return timeline([entry])
    .replace(/^ *[\d.]+ ms/, '')
    .replaceAll(/ after [\d.]+ ms/g, '');
}

function describeLastCall({ lastCall, elapsedMs }: Facts): string {
  if (lastCall?.type !== 'exchange') return 'none: it never called the Runtime API';
  const agoMs = elapsedMs - lastCall.timeMs;
  return `${lastCall.method} ${lastCall.path}, ${formatMs(agoMs)} before: ${describeFate(lastCall)}`;
}

/** An extension's poll is no sign of what the runtime is doing. */
function isCallOfRuntime(entry: TranscriptEntry): boolean {
  return entry.type === 'exchange' && !entry.path.startsWith('/2020-01-01/extension/');
}

function describeFate({ response, aborted, requestBytes }: Exchange): string {
  if (response) return `answered with ${response.status}`;
  if (aborted) return `it hung up after ${requestBytes} bytes`;
  return requestBytes > 0 ? `${requestBytes} bytes of its body have arrived, and its end has not` : 'not answered yet';
}

function indent(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}
