import { awslambda } from '../client/awslambda.ts';
import { runEventLoop } from '../client/event-loop.ts';
import { HttpTransport } from '../client/http-transport.ts';
import { NodeJsExit } from '../client/node-js-exit.ts';
import { processIsIdle } from '../client/process-idle.ts';
import { connectRuntimeClient } from '../client/runtime-client.ts';
import { loadHandler } from './load-handler.ts';
import { UnhandledPromiseRejection } from './unhandled-promise-rejection.ts';
import { WatchedClient } from './watched-client.ts';

/** Those of Lambda's Node runtime. */
const exitCodes = { error: 1, unhandledRejection: 128, uncaughtException: 129 };

/** Runs the handler named by the first argument, or by `_HANDLER`, until the process is ended. */
export async function runBootstrap(): Promise<void> {
  const address = process.env.AWS_LAMBDA_RUNTIME_API;
  if (!address) {
    console.error(
      "AWS_LAMBDA_RUNTIME_API is not set. Let createRuntimeApi({ command: ['lambda-node-bootstrap', 'file.export'] }) start this program, or start it with api.environmentVariables.",
    );
    process.exitCode = exitCodes.error;
    return;
  }
  process.env._HANDLER = process.argv[2] ?? process.env._HANDLER ?? '';
  Object.assign(globalThis, { awslambda });
  // Not undici: every cold start of a test would wait 100 to 200 ms until it is loaded.
  const client = new WatchedClient(connectRuntimeClient(new HttpTransport({ address })));
  const die = fatality(client);
  process.on('uncaughtException', (error) => die(error, exitCodes.uncaughtException));
  process.on('unhandledRejection', (reason) =>
    die(new UnhandledPromiseRejection(reason), exitCodes.unhandledRejection),
  );
  process.on('SIGTERM', exitUnlessHandled);
  const initStalled = (): void => die(new NodeJsExit(), exitCodes.error);
  process.once('beforeExit', initStalled);
  try {
    const handler = await loadHandler(process.env._HANDLER, process.env.LAMBDA_TASK_ROOT ?? process.cwd());
    process.off('beforeExit', initStalled);
    await runEventLoop(handler, { client, setsTraceVariable: true, whenIdle: processIsIdle });
  } catch (error) {
    die(error, exitCodes.error);
  }
}

/** Ends the process, and says why, here and to the Runtime API; the first cause wins. */
function fatality(client: WatchedClient): (error: unknown, exitCode: number) => void {
  let isDying = false;
  return (error, exitCode) => {
    if (isDying) return;
    isDying = true;
    console.error(error);
    const exit = (): never => process.exit(exitCode);
    client.lastWords(error).then(exit, exit);
  };
}

/** By `exit`, so that coverage and profiles are written; unless the handler listens, too, and decides when. */
function exitUnlessHandled(): void {
  if (process.listenerCount('SIGTERM') === 1) process.exit(0);
}
