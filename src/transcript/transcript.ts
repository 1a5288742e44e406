import { runCallback } from './run-callback.ts';

/** How much of a body an exchange shows. */
export const previewBytes = 4096;

/** One Runtime API request and what was answered. It enters the transcript when its headers arrive. */
export interface Exchange {
  readonly type: 'exchange';
  readonly method: string;
  /** Path and query, as they came. */
  readonly path: string;
  readonly requestHeaders: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The request body's size so far, in bytes. */
  requestBytes: number;
  /** The first 4 KiB of the request body, as text. */
  requestBody: string;
  /** The invocation this exchange belongs to, once known. */
  requestId?: string;
  /** Missing while the request waits for its answer, and for ever if the client went away first. */
  response?: ExchangeResponse;
  /** The client hung up before it was answered. */
  aborted?: true;
}

/** What a request of the runtime's was answered. */
export interface ExchangeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyBytes: number;
  /** The first 4 KiB of the response body, as text. */
  readonly body: string;
  /** Milliseconds between the request's headers and this answer. */
  readonly waitedMs: number;
}

/** A rule of the Runtime API that the runtime broke. */
export interface Violation {
  readonly type: 'violation';
  readonly rule: ViolationRule;
  /** What the runtime did. */
  readonly message: string;
  /** What it should do instead. */
  readonly advice: string;
  /** The exchange in which it happened. */
  readonly exchange?: Exchange;
  readonly requestId?: string;
}

/** The names of the rules that a runtime can break. docs/violations.md says what each means. */
export type ViolationRule =
  | 'next-before-answer'
  | 'answer-before-next'
  | 'second-answer'
  | 'unknown-request-id'
  | 'wrong-invocation-id'
  | 'init-error-after-next'
  | 'second-init-error'
  | 'call-after-init-error'
  | 'error-not-json'
  | 'error-type-missing'
  | 'error-message-missing'
  | 'error-type-unstable'
  | 'error-type-header-malformed'
  | 'xray-cause-invalid'
  | 'response-mode-invalid'
  | 'prelude-invalid'
  | 'error-in-body'
  | 'error-body-not-base64'
  | 'body-truncated'
  | 'body-too-large'
  | 'unknown-path'
  | 'wrong-method';

/** What happened, besides exchanges and violations. Names that begin with `platform.` are those of Lambda's Telemetry API. */
export type Moment =
  | { readonly type: 'platform.initStart'; readonly runtime: string }
  | {
      readonly type: 'platform.initReport';
      readonly status: PhaseStatus;
      readonly durationMs: number;
      readonly errorType?: string;
    }
  | { readonly type: 'invocation.queued'; readonly requestId: string; readonly eventBytes: number }
  | { readonly type: 'platform.start'; readonly requestId: string }
  | {
      readonly type: 'invocation.responded';
      readonly requestId: string;
      readonly kind: 'response' | 'error';
      readonly errorType?: string;
    }
  | {
      readonly type: 'platform.runtimeDone';
      readonly requestId: string;
      readonly status: string;
      readonly durationMs: number;
      readonly errorType?: string;
    }
  | { readonly type: 'invocation.discarded'; readonly requestId: string; readonly reason: string }
  | { readonly type: 'runtime.started'; readonly pid: number | undefined }
  | { readonly type: 'runtime.exited'; readonly exitCode: number | null; readonly signal: string | null }
  | { readonly type: 'runtime.stopping'; readonly reason: string }
  | { readonly type: 'runtime.stopped' };

export type PhaseStatus = 'success' | 'error' | 'timeout';

export type TranscriptEvent = Exchange | Violation | Moment;

/** An entry of the transcript: what happened, and when, in milliseconds since the API was created. */
export type TranscriptEntry = TranscriptEvent & { readonly timeMs: number };

/** What an entry of the transcript can be: the values of its `type`. */
export type TranscriptEntryType = TranscriptEvent['type'];

/** All of them, for checks at run time. */
export const entryTypes: Readonly<Record<TranscriptEntryType, true>> = {
  exchange: true,
  violation: true,
  'platform.initStart': true,
  'platform.initReport': true,
  'invocation.queued': true,
  'platform.start': true,
  'invocation.responded': true,
  'platform.runtimeDone': true,
  'invocation.discarded': true,
  'runtime.started': true,
  'runtime.exited': true,
  'runtime.stopping': true,
  'runtime.stopped': true,
};

/** The entry that has this `type`. */
export type EntryOfType<Type extends TranscriptEntryType> = Extract<TranscriptEvent, { type: Type }> & {
  readonly timeMs: number;
};

type Listener = (entry: TranscriptEntry) => void;

const maxViolations = 1000;

/** Everything that happened, in order; the oldest entries give way when there are too many. */
export class Transcript {
  #entries: TranscriptEntry[] = [];
  #dropped = 0;
  /** Kept longer than the rest: many a test looks at them last. */
  #violations: Violation[] = [];
  #startedAt: number;
  readonly #now: () => number;
  readonly #limit: number;
  readonly #listeners = new Map<TranscriptEntryType, Set<Listener>>();

  constructor(now: () => number, limit: number) {
    this.#now = now;
    this.#limit = limit;
    this.#startedAt = now();
  }

  /** Appends what happened and tells the listeners. An exchange is announced once it is over: see `announce`. */
  add<Event extends TranscriptEvent>(event: Event): Event & { readonly timeMs: number } {
    const entry = event as Event & { timeMs: number };
    entry.timeMs = this.elapsedMs();
    this.#entries.push(entry);
    if (entry.type === 'violation' && this.#violations.length < maxViolations) this.#violations.push(entry);
    // Dropping in blocks keeps the cost of an entry constant.
    if (this.#entries.length >= this.#limit * 2) {
      this.#dropped += this.#entries.length - this.#limit;
      this.#entries = this.#entries.slice(-this.#limit);
    }
    if (event.type !== 'exchange') this.announce(entry);
    return entry;
  }

  /** Listeners are told once the step is over in which it happened: what they call must not get into its middle. */
  announce(entry: TranscriptEntry): void {
    const listeners = this.#listeners.get(entry.type);
    if (!listeners || listeners.size === 0) return;
    const told = [...listeners];
    void Promise.resolve().then(() => {
      for (const listener of told) if (listeners.has(listener)) runCallback(() => listener(entry));
    });
  }

  on<Type extends TranscriptEntryType>(type: Type, listener: (entry: EntryOfType<Type>) => void): () => void {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners);
    const own: Listener = (entry) => listener(entry as EntryOfType<Type>);
    listeners.add(own);
    return () => listeners.delete(own);
  }

  elapsedMs(): number {
    return this.#now() - this.#startedAt;
  }

  entries(): readonly TranscriptEntry[] {
    return this.#entries.slice(-this.#limit);
  }

  /** All violations, also those whose entries have given way; the first 1000. */
  violations(): readonly Violation[] {
    return [...this.#violations];
  }

  /** How many entries were given up to stay within the limit. */
  get dropped(): number {
    return this.#dropped + Math.max(0, this.#entries.length - this.#limit);
  }

  /** The last entries for which `accept` holds, oldest first. */
  last(count: number, accept: (entry: TranscriptEntry) => boolean = () => true): TranscriptEntry[] {
    const found: TranscriptEntry[] = [];
    for (let index = this.#entries.length - 1; index >= 0 && found.length < count; index--) {
      const entry = this.#entries[index];
      if (entry && accept(entry)) found.unshift(entry);
    }
    return found;
  }

  clear(): void {
    this.#entries = [];
    this.#dropped = 0;
    this.#violations = [];
    this.#startedAt = this.#now();
  }
}
