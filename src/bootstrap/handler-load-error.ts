/** Why a handler cannot be loaded, in the words of Lambda's Node runtime. */
export type HandlerLoadErrorType =
  | 'Runtime.MalformedHandlerName'
  | 'Runtime.ImportModuleError'
  | 'Runtime.UserCodeSyntaxError'
  | 'Runtime.HandlerNotFound';

/** A handler that cannot be loaded. `name` is the error type that is reported. */
export class HandlerLoadError extends Error {
  override readonly name: HandlerLoadErrorType;

  constructor(type: HandlerLoadErrorType, reason: string, cause?: Error) {
    super(reason);
    this.name = type;
    // Frames of ours would say nothing of the handler.
    this.stack = cause?.stack ?? `${type}: ${reason}`;
  }
}
