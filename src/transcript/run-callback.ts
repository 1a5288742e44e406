/** Runs a caller's callback: what it throws is the caller's to see, and must not stop what we are doing. */
export function runCallback(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    void Promise.reject(error);
  }
}
