import { performance } from 'node:perf_hooks';
import { argv, exit } from 'node:process';

/** The process of one contender: prepares a task, and does it as often as it is told. */
const [task, options] = argv.slice(2);

process.on('message', (message) => void serve(message).catch(fail));
const prepared = import(`./tasks/${task}.mjs`).then(({ prepare }) => prepare(JSON.parse(options)));
prepared.then(() => process.send({ isReady: true }), fail);

async function serve({ count, isOver }) {
  const { run, close } = await prepared;
  if (isOver) {
    await close?.();
    exit();
  }
  const startedAt = performance.now();
  const measured = await run(count);
  process.send({ measured: measured ?? performance.now() - startedAt });
}

function fail(error) {
  process.send({ error: String(error?.stack ?? error) }, () => exit(1));
}
