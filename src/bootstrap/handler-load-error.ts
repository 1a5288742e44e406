/** Why a handler cannot be loaded, in the words of Lambda's Node runtime. */
export type HandlerLoadErrorType =
  | 'Runtime.MalformedHandlerName'
  | 'Runtime.ImportModuleError'
  | 'Runtime.UserCodeSyntaxError'
  | 'Runtime.HandlerNotFound';

/** A handler that cannot be loaded. `name` is the error type that is reported. */
export class HandlerLoadError extends Error {
  override readonly name: HandlerLoadErrorType;

  constructor(type: HandlerLoadErrorType, cause: Error | string) {
    super(String(cause));
    this.name = type;
    // That of a syntax error shows the line of the source.
    if (cause instanceof Error && cause.stack !== undefined) this.stack = cause.stack;
  }
}
