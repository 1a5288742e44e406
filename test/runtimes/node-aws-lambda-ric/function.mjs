// The fixture of ../behaviours.ts as a handler of AWS's own client.
if (process.env.INIT === 'fail') {
  // The client reports the name of the error. Lambda wants one of the form Category.Reason.
  throw Object.assign(new Error('as asked'), { name: 'Fixture.InitFailed' });
}

class Failed extends Error {
  name = 'Failed';
}

export async function handler(event, context) {
  switch (event?.op) {
    case 'fail':
      throw new Failed('as asked');
    case 'exit':
      process.exit(event.code);
      break;
    case 'hang':
      // A promise alone keeps no process alive.
      setInterval(() => {}, 60_000);
      return new Promise(() => {});
    case 'context':
      return describe(context);
    case 'big':
      return 'x'.repeat(event.bytes - 2);
    case 'print':
      // The client's console writes all to stdout, with time and request ID in front.
      process.stdout.write(`stdout of ${event.line}\n`);
      process.stderr.write(`stderr of ${event.line}\n`);
  }
  return event;
}

function describe(context) {
  return {
    remainingMs: context.getRemainingTimeInMillis(),
    functionArn: context.invokedFunctionArn,
    traceId: process.env._X_AMZN_TRACE_ID,
    tenantId: context.tenantId ?? null,
    clientContext: context.clientContext ?? null,
    cognitoIdentity: context.identity ?? null,
  };
}
