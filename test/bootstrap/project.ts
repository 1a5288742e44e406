import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createRuntimeApi, type RuntimeApi, type RuntimeApiOptions } from '../../src/index.ts';
import { type TemporaryDirectory, temporaryDirectory } from '../helpers/fixtures.ts';

/** Source files, by their paths. */
export type Files = Readonly<Record<string, string>>;

/** A function's folder, outside of this repository: no package.json above it says what a .js file is. */
export async function project(files: Files): Promise<TemporaryDirectory> {
  const directory = await temporaryDirectory();
  for (const [path, source] of Object.entries(files)) {
    const file = join(directory.path, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, source);
  }
  return directory;
}

export interface Deployment extends AsyncDisposable {
  readonly api: RuntimeApi;
  readonly path: string;
}

/** Files that the bootstrap runs in a process of their own. */
export async function deploy(handler: string, files: Files, options: RuntimeApiOptions = {}): Promise<Deployment> {
  const directory = await project(files);
  const api = await createRuntimeApi({
    command: ['lambda-node-bootstrap', handler],
    cwd: directory.path,
    ...options,
  });
  return {
    api,
    path: directory.path,
    async [Symbol.asyncDispose]() {
      await api.close();
      await directory[Symbol.asyncDispose]();
    },
  };
}
