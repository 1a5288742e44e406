/** Resolves when nothing but the event loop itself keeps this process alive. */
export function processIsIdle(): Promise<void> {
  return new Promise((resolve) => process.once('beforeExit', () => resolve()));
}

/** Asks once for many: most invocations end before the process is idle. */
export function watchIdle(whenIdle: () => Promise<void>): (action: () => void) => void {
  let onIdle = (): void => {};
  let isWatching = false;
  return (action) => {
    onIdle = action;
    if (isWatching) return;
    isWatching = true;
    void whenIdle().then(() => {
      isWatching = false;
      onIdle();
    });
  };
}
