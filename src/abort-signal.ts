import { HarnessError } from './errors.ts';

export function abortedError(signal: AbortSignal): HarnessError {
  return new HarnessError('ERR_ABORTED', `The caller's AbortSignal fired: ${textOf(signal.reason)}`, {
    cause: signal.reason,
  });
}

/** A reason may be anything. */
function textOf(reason: unknown): string {
  try {
    return String(reason);
  } catch {
    return 'for a reason that is no text';
  }
}

/** Throws `ERR_ABORTED` if the signal has fired. */
export function assertNotAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedError(signal);
}

/** Calls back once when the signal fires, at once if it has; returns what ends the watch. */
export function onAbort(signal: AbortSignal | undefined, listener: (error: HarnessError) => void): () => void {
  if (!signal) return () => {};
  const own = (): void => listener(abortedError(signal));
  if (signal.aborted) {
    own();
    return () => {};
  }
  const listeners = listenersOf(signal);
  listeners.add(own);
  return () => listeners.delete(own);
}

const listenersBySignal = new WeakMap<AbortSignal, Set<() => void>>();

/** One signal may be given to thousands of calls: Node warns of a leak when it has more than ten listeners. */
function listenersOf(signal: AbortSignal): Set<() => void> {
  const known = listenersBySignal.get(signal);
  if (known) return known;
  const listeners = new Set<() => void>();
  listenersBySignal.set(signal, listeners);
  signal.addEventListener(
    'abort',
    () => {
      for (const listener of [...listeners]) listener();
    },
    { once: true },
  );
  return listeners;
}

/** Stops waiting when the signal fires; what was waited for goes on. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const stopListening = onAbort(signal, reject);
    promise.then(
      (value) => {
        stopListening();
        resolve(value);
      },
      (error: unknown) => {
        stopListening();
        reject(error);
      },
    );
  });
}
