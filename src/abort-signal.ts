import { HarnessError } from './errors.ts';

export function abortedError(signal: AbortSignal): HarnessError {
  return new HarnessError('ERR_ABORTED', `The caller's AbortSignal fired: ${String(signal.reason)}`, {
    cause: signal.reason,
  });
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
  signal.addEventListener('abort', own, { once: true });
  return () => signal.removeEventListener('abort', own);
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
