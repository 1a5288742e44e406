import { HarnessError } from './errors.ts';
import { similarName } from './similar-name.ts';

/** Refuses names that mean nothing: an option that is ignored is worse than none. */
export function checkNames(where: string, options: object, names: Readonly<Record<string, true>>): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new HarnessError('ERR_INVALID_OPTION', `${where} takes an object of options; it was given ${show(options)}.`);
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(names, name)) continue;
    const meant = similarName(name, Object.keys(names));
    throw new HarnessError(
      'ERR_INVALID_OPTION',
      `${where} has no option "${name}".${meant === undefined ? '' : ` Did you mean "${meant}"?`} It has: ${Object.keys(names).join(', ')}.`,
    );
  }
}

/** A value as a message shows it. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) {
    try {
      return JSON.stringify(value);
    } catch {
      return 'an object';
    }
  }
  return String(value);
}
