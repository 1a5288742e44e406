import type { Runtime } from '../environment/runtime.ts';

/** A runtime that somebody else starts and stops: the harness waits for it to call. */
export class AttachedRuntime implements Runtime {
  readonly isOwned = false;
  readonly description = 'a process that you start with api.environmentVariables';

  async start(): Promise<{ pid: undefined }> {
    return { pid: undefined };
  }

  async stop(): Promise<void> {}

  maxMemoryUsedMb(): undefined {
    return undefined;
  }

  describeActivity(): undefined {
    return undefined;
  }
}
