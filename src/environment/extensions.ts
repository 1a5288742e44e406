import { Refusal, type RefusalType } from './refusal.ts';

interface Extension {
  readonly name: string;
  isWaiting: boolean;
}

const maxExtensions = 10;

/**
 * The internal extensions of a runtime, those that live in its process. Clients register one to be sent SIGTERM before
 * they are killed. As on Lambda's managed instances, they get no events: their polls wait for ever.
 */
export class Extensions {
  readonly #byIdentifier = new Map<string, Extension>();
  #registrations = 0;

  get any(): boolean {
    return this.#byIdentifier.size > 0;
  }

  /** Returns the identifier; the same in every run. */
  register(name: string, events: readonly string[]): string {
    if (name === '') refuse('Extension.InvalidExtensionName', 'Empty extension name');
    if (events.length > 0) refuse('Extension.InvalidEventType', 'No events allowed for internal extensions');
    if ([...this.#byIdentifier.values()].some((extension) => extension.name === name)) {
      refuse('Extension.InvalidExtensionState', 'Extension with this name already registered');
    }
    if (this.#byIdentifier.size >= maxExtensions) {
      refuse('Extension.TooManyExtensions', `Extension limit (${maxExtensions}) reached`);
    }
    const identifier = `e0000000-0000-4000-8000-${String(++this.#registrations).padStart(12, '0')}`;
    this.#byIdentifier.set(identifier, { name, isWaiting: false });
    return identifier;
  }

  /** The poll of an extension begins; the returned function says that it hung up. */
  wait(identifier: string | undefined): () => void {
    const extension = this.#find(identifier);
    if (extension.isWaiting) {
      refuse(
        'Extension.InvalidExtensionState',
        `State transition from Ready to Ready failed for extension ${identifier}. Error: State transition is not allowed`,
      );
    }
    extension.isWaiting = true;
    return () => {
      extension.isWaiting = false;
    };
  }

  clear(): void {
    this.#byIdentifier.clear();
  }

  #find(identifier: string | undefined): Extension {
    if (identifier === undefined) {
      refuse('Extension.MissingExtensionIdentifier', 'Missing Lambda-Extension-Identifier header');
    }
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(identifier)) {
      refuse('Extension.InvalidExtensionIdentifier', 'Invalid Lambda-Extension-Identifier');
    }
    const extension = this.#byIdentifier.get(identifier.toLowerCase());
    return extension ?? refuse('Extension.UnknownExtensionIdentifier', `Unknown extension ${identifier}`);
  }
}

function refuse(errorType: RefusalType, message: string): never {
  throw new Refusal(errorType, message);
}
