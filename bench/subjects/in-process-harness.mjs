import { start as startHarness } from './harness.mjs';

/** This library, with a handler in the test process. */
export function start() {
  return startHarness({ handler: (event) => Promise.resolve(event) });
}
