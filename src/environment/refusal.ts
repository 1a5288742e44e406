/** The Runtime API says no to a call of the runtime's; the adapter knows the status that goes with each type. */
export type RefusalType =
  | 'InvalidRequestID'
  | 'InvalidStateTransition'
  | 'InvalidFunctionResponseMode'
  | 'RequestEntityTooLarge'
  | 'TruncatedHTTPRequest'
  | 'InvokeTimeout'
  | 'InvalidRequestFormat'
  | `Extension.${ExtensionRefusal}`;

type ExtensionRefusal =
  | 'InvalidExtensionName'
  | 'InvalidEventType'
  | 'InvalidExtensionState'
  | 'RegistrationClosed'
  | 'TooManyExtensions'
  | 'MissingExtensionIdentifier'
  | 'InvalidExtensionIdentifier'
  | 'UnknownExtensionIdentifier';

export class Refusal extends Error {
  readonly errorType: RefusalType;

  constructor(errorType: RefusalType, message: string) {
    super(message);
    this.errorType = errorType;
  }
}

/** What every route says to a body that broke off. */
export function truncated(): Refusal {
  return new Refusal('TruncatedHTTPRequest', 'HTTP request detected as truncated');
}
