import { fileURLToPath } from 'node:url';
import { openScene, type Scene } from '../helpers/fixtures.ts';

/** Opens a runtime that makes the mistake after which its file is named. No mistake takes a minute to be made. */
export function openMistake(file: string): Promise<Scene> {
  const path = fileURLToPath(new URL(`../fixtures/mistakes/${file}`, import.meta.url));
  const command = file.endsWith('.mjs') ? [process.execPath, path] : [path];
  return openScene(command, { timeoutMs: 60_000, initTimeoutMs: 60_000 });
}
