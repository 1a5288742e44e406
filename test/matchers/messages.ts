import { stripVTControlCharacters } from 'node:util';
import { repository } from '../docs/documents.ts';

/** The message of the error that the assertion ends with, without what differs from run to run. */
export async function messageOf(assertion: () => unknown): Promise<string> {
  try {
    await assertion();
  } catch (error) {
    if (error instanceof Error) return stable(error.message);
  }
  throw new Error('The assertion did not fail.');
}

export function stable(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(process.execPath, 'node')
    .replaceAll(repository, '')
    .replaceAll(/^ *[\d.]+ ms {2}/gm, '   0.0 ms  ')
    .replaceAll(/ after [\d.]+ ms/g, '')
    .replaceAll(/[\d.]+ ms before/g, '0.0 ms before')
    .replaceAll(/pid \d+/g, 'pid 1')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:1')
    .replaceAll(/^Process: .*$/gm, 'Process:     …');
}
