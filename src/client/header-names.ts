/** Names of the headers and trailers that a runtime sends. */
export const headerNames = {
  errorType: 'Lambda-Runtime-Function-Error-Type',
  errorBody: 'Lambda-Runtime-Function-Error-Body',
  xrayCause: 'Lambda-Runtime-Function-XRay-Error-Cause',
  responseMode: 'Lambda-Runtime-Function-Response-Mode',
  invocationId: 'Lambda-Runtime-Invocation-Id',
} as const;
