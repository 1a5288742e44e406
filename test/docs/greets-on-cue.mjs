// A runtime that takes its steps when the test says so, over a connection to PUPPETEER_PORT.
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { next, respond } from '../fixtures/runtimes/lib/runtime-client.mjs';

let invocation;
const steps = {
  async next() {
    invocation = await next();
  },
  respond: () => respond(invocation.requestId, `Hello ${invocation.event.name}!`),
};

const strings = connect(Number(process.env.PUPPETEER_PORT), '127.0.0.1');
strings.write(`${process.pid}\n`);
for await (const step of createInterface({ input: strings })) {
  await steps[step]();
  strings.write(`${step} done\n`);
}
