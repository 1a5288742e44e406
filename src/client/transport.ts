import { fromHeader } from '../http/header-text.ts';

/** Carries the calls of the Runtime API; whom it calls is its own affair. */
export interface Transport {
  /** `host:port` */
  readonly address: string;
  /** Resolves to the whole reply, whatever its status. Rejects if there is none. */
  send(call: Call): Promise<Reply>;
  /** Begins a call whose body comes bit by bit. */
  upload(call: Call): Upload;
  /** Ends all calls and connections. */
  close(): void;
}

export interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal | undefined;
}

export interface Reply {
  readonly status: number;
  readonly body: Buffer;
  /** A header by its lower-case name. */
  header(name: string): string | undefined;
}

export interface Upload {
  /** Calls back when there is room for more. */
  write(chunk: Uint8Array, callback: (error?: Error | null) => void): void;
  end(trailers?: Readonly<Record<string, string>>): void;
  /** Breaks the connection. */
  destroy(): void;
  /** May come before the end. Rejects if the connection broke. */
  readonly reply: Promise<Reply>;
}

type ReplyHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export function replyOf(status: number, headers: ReplyHeaders, chunks: readonly Buffer[]): Reply {
  const [first] = chunks;
  return {
    status,
    body: first && chunks.length === 1 ? first : Buffer.concat(chunks),
    header(name) {
      const value = headers[name];
      const text = typeof value === 'string' ? value : value?.[0];
      return text === undefined ? undefined : fromHeader(text);
    },
  };
}
