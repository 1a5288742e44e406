/** The parameters of a path such as `/a/:id`, by name. */
export type PathParameters<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? { readonly [Key in Name]: string } & PathParameters<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? { readonly [Key in Name]: string }
    : unknown;

export interface Route<Call> {
  readonly method: string;
  readonly path: string;
  readonly segments: readonly string[];
  readonly handle: Handler<Call, Readonly<Record<string, string>>>;
}

/** Returns the reply, or nothing if it sends one by itself, at some time or never. */
export type Handler<Call, Parameters> = (call: Call, parameters: Parameters) => Reply | Promise<Reply> | undefined;

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

export function route<Call, Path extends string>(
  method: string,
  path: Path,
  handle: Handler<Call, PathParameters<Path>>,
): Route<Call> {
  return { method, path, segments: path.split('/'), handle: handle as Route<Call>['handle'] };
}

export type Match<Call> =
  | { readonly kind: 'found'; readonly route: Route<Call>; readonly parameters: Readonly<Record<string, string>> }
  | { readonly kind: 'wrong-method'; readonly allow: readonly string[] }
  | { readonly kind: 'unknown-path' };

/** Finds the route of a request. Paths are compared segment by segment, percent-decoded only where a parameter stands. */
export function match<Call>(routes: readonly Route<Call>[], method: string, target: string): Match<Call> {
  const segments = pathOf(target).split('/');
  const allow: string[] = [];
  for (const candidate of routes) {
    const parameters = matchSegments(candidate.segments, segments);
    if (!parameters) continue;
    if (candidate.method === method) return { kind: 'found', route: candidate, parameters };
    allow.push(candidate.method);
  }
  return allow.length > 0 ? { kind: 'wrong-method', allow } : { kind: 'unknown-path' };
}

/** A request names its target by path, or (proxies do) by a whole URL. */
function pathOf(target: string): string {
  const path = target.startsWith('/') ? target : target.replace(/^[a-z]+:\/\/[^/]*/i, '');
  const end = path.search(/[?#]/);
  return end < 0 ? path : path.slice(0, end);
}

function matchSegments(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (let index = 0; index < pattern.length; index++) {
    const expected = pattern[index] ?? '';
    const segment = segments[index] ?? '';
    if (expected.startsWith(':')) parameters[expected.slice(1)] = decode(segment);
    else if (expected !== segment) return undefined;
  }
  return parameters;
}

function decode(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    // Not percent-encoding: whatever it is, it is nobody's ID.
    return segment;
  }
}
