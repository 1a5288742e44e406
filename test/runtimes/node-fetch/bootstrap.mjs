// The fixture of ../behaviours.ts as a runtime in the style of a blog post: a loop around fetch.
const runtimeApi = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;

if (process.env.INIT === 'fail') {
  await postError('init/error', { name: 'Fixture.InitFailed', message: 'as asked' });
  process.exit(1);
}

for (;;) {
  const next = await fetch(`${runtimeApi}/invocation/next`);
  const event = Buffer.from(await next.arrayBuffer());
  const invocation = `invocation/${next.headers.get('Lambda-Runtime-Aws-Request-Id')}`;
  // What the handler throws is its own; a failed POST is ours, and ends the process.
  const [payload, error] = await handler(event, next.headers).then(
    (answer) => [answer],
    (reason) => [undefined, reason],
  );
  if (error) await postError(`${invocation}/error`, error);
  else await post(`${invocation}/response`, payload);
}

async function handler(event, headers) {
  const { op, code, line, bytes } = parse(event) ?? {};
  switch (op) {
    case 'fail':
      throw { name: 'Fixture.Failed', message: 'as asked', stack: 'Failed: as asked\nfirst line\nsecond line' };
    case 'exit':
      process.exit(code);
      break;
    case 'hang':
      // A promise alone keeps no process alive.
      setInterval(() => {}, 60_000);
      return new Promise(() => {});
    case 'context':
      return JSON.stringify(contextOf(headers));
    case 'big':
      return `"${'x'.repeat(bytes - 2)}"`;
    case 'print':
      console.log(`stdout of ${line}`);
      console.error(`stderr of ${line}`);
  }
  return event;
}

function parse(event) {
  try {
    return JSON.parse(event);
  } catch {
    return undefined;
  }
}

function contextOf(headers) {
  const deadlineMs = Number(headers.get('Lambda-Runtime-Deadline-Ms'));
  return {
    deadlineMs,
    remainingMs: deadlineMs - Date.now(),
    functionArn: headers.get('Lambda-Runtime-Invoked-Function-Arn'),
    traceId: headers.get('Lambda-Runtime-Trace-Id'),
    tenantId: headers.get('Lambda-Runtime-Aws-Tenant-Id') ?? '',
    clientContext: JSON.parse(headers.get('Lambda-Runtime-Client-Context')),
    cognitoIdentity: JSON.parse(headers.get('Lambda-Runtime-Cognito-Identity')),
  };
}

async function postError(path, { name, message, stack }) {
  const error = { errorType: name, errorMessage: message, stackTrace: stack?.split('\n').slice(1) };
  await post(path, JSON.stringify(error), { 'Lambda-Runtime-Function-Error-Type': name });
}

async function post(path, body, headers) {
  const response = await fetch(`${runtimeApi}/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body,
  });
  if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
  // An unread body would keep the connection busy.
  await response.arrayBuffer();
}
