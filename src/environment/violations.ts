import type { ViolationRule } from '../transcript/transcript.ts';
import type { RuntimeCall, RuntimeState } from './lifecycle.ts';

/** What a runtime should do instead, for every rule it can break. */
export const adviceFor: Readonly<Record<ViolationRule, string>> = {
  'next-before-answer':
    'Post the answer to the event in hand, wait for its 202, and only then ask for the next event. Lambda hands out the same event again.',
  'answer-before-next': 'Ask for an event with GET /2018-06-01/runtime/invocation/next before answering one.',
  'second-answer': 'Post either /response or /error, once for each event. Lambda refuses the second with 403.',
  'unknown-request-id':
    'Use the value of Lambda-Runtime-Aws-Request-Id of the event in hand, unchanged, in the path of the answer.',
  'wrong-invocation-id':
    'Echo the Lambda-Runtime-Invocation-Id that came with this very event, or do not send the header at all.',
  'init-error-after-next':
    'Post /init/error only before the first GET /next. Report errors of a handler with /invocation/{id}/error.',
  'second-init-error': 'Post /init/error once, then exit with a code other than 0.',
  'call-after-init-error': 'After /init/error, exit with a code other than 0; Lambda starts a fresh runtime.',
  'error-not-json':
    'Send a JSON object with errorMessage, errorType and stackTrace, and Content-Type: application/vnd.aws.lambda.error+json.',
  'error-type-missing': 'Give the error report an "errorType": a stable name, such as "ValidationError".',
  'error-message-missing': 'Give the error report an "errorMessage", a string.',
  'error-type-unstable':
    'Give "errorType" a name that is the same in every run, such as "ValidationError"; put the rest into errorMessage.',
  'error-type-header-malformed':
    'Send Lambda-Runtime-Function-Error-Type as Category.Reason, such as Runtime.UnknownReason; Lambda turns anything else into Runtime.Unknown.',
  'xray-cause-invalid':
    'Send Lambda-Runtime-Function-XRay-Error-Cause as JSON: { "working_directory", "exceptions", "paths" }, or leave it out.',
  'response-mode-invalid':
    'Send Lambda-Runtime-Function-Response-Mode: streaming to stream, and leave the header out to buffer.',
  'prelude-invalid':
    'Begin an HTTP response with JSON, { "statusCode", "headers", "cookies" }, and eight NUL bytes; or send another Content-Type.',
  'error-in-body':
    'Send Lambda-Runtime-Function-Error-Type and -Error-Body as HTTP trailers, behind the last chunk. In the body, Lambda passes them on to the caller.',
  'error-body-not-base64': 'Send Lambda-Runtime-Function-Error-Body as the Base64 of a JSON error report.',
  'body-truncated': 'Send the whole body, or for a chunked one its last chunk, before closing the connection.',
  'body-too-large':
    'Keep the payload within the limit, or put it into S3 and return a reference; streaming raises the limit.',
  'unknown-path':
    'The Runtime API has /2018-06-01/runtime/invocation/next, …/{id}/response, …/{id}/error and /runtime/init/error.',
  'wrong-method': 'Ask for events with GET; post answers and errors with POST.',
};

/** The rule that a forbidden call breaks. A runtime that has been told to stop may still be calling: that is no offence. */
export function ruleBrokenBy(call: RuntimeCall, state: RuntimeState): ViolationRule | undefined {
  switch (state) {
    case 'Stopped':
    case 'Stopping':
      return undefined;
    case 'InitError':
      return call === 'initError' ? 'second-init-error' : 'call-after-init-error';
    case 'Started':
      return 'answer-before-next';
    case 'Ready':
      return call === 'initError' ? 'init-error-after-next' : 'answer-before-next';
    case 'Running':
      return 'init-error-after-next';
    case 'InvocationResponse':
    case 'InvocationErrorResponse':
    case 'RuntimeResponseSentState':
      if (call === 'next') return 'next-before-answer';
      return call === 'initError' ? 'init-error-after-next' : 'second-answer';
  }
}
