import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { HandlerLoadError } from './handler-load-error.ts';

/** What a handler's name comes down to: `path/to/module.exported.name`. */
interface HandlerName {
  readonly folder: string;
  readonly module: string;
  readonly exported: string;
}

/**
 * Loads the function that `_HANDLER` names, from files below `root`, by the rules of Lambda's Node runtime; TypeScript
 * files come on top. Rejects with a `HandlerLoadError`, or with whatever the module itself throws.
 */
export async function loadHandler(handlerName: string, root: string): Promise<(...parameters: never[]) => unknown> {
  const name = parseName(handlerName);
  const module = await loadModule(name, root);
  return findFunction(module, name.exported, handlerName);
}

function parseName(handlerName: string): HandlerName {
  if (handlerName.includes('..')) {
    throw new HandlerLoadError(
      'Runtime.MalformedHandlerName',
      `'${handlerName}' is not a valid handler name. It must not contain "..": name a folder below LAMBDA_TASK_ROOT, or an absolute path.`,
    );
  }
  const file = basename(handlerName);
  const dot = file.indexOf('.');
  if (dot < 0) {
    throw new HandlerLoadError(
      'Runtime.MalformedHandlerName',
      `'${handlerName}' is not a valid handler name. It has the form file.export, such as app.handler.`,
    );
  }
  return { folder: dirname(handlerName), module: file.slice(0, dot), exported: file.slice(dot + 1) };
}

async function loadModule(name: HandlerName, root: string): Promise<unknown> {
  const path = findModule(name, root);
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    if (error instanceof SyntaxError) throw new HandlerLoadError('Runtime.UserCodeSyntaxError', error);
    // So it is with `require` only: Lambda gives errors of `import` their own type.
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') {
      throw new HandlerLoadError('Runtime.ImportModuleError', error);
    }
    throw error;
  }
}

/** In Lambda's order. */
const extensions = ['.js', '.mjs', '.cjs'];
const typeScriptExtensions = ['.ts', '.mts', '.cts'];

function findModule({ folder, module }: HandlerName, root: string): string {
  const path = resolve(root, folder, module);
  const found =
    (isFile(path) ? path : resolveAs(`${path}/`, root)) ?? extensions.map((end) => `${path}${end}`).find(isFile);
  if (found !== undefined) return found;
  const typeScript = typeScriptExtensions.map((end) => `${path}${end}`).find(isFile);
  if (typeScript !== undefined) {
    assertTypeScript(typeScript);
    return typeScript;
  }
  // A module in node_modules.
  const installed = resolveAs(module, root) ?? resolveAs(module, resolve(root, folder));
  if (installed !== undefined) return installed;
  throw new HandlerLoadError(
    'Runtime.ImportModuleError',
    `Error: Cannot find module '${module}'\nThere is no ${module} with one of the endings ${[...extensions, ...typeScriptExtensions].join(', ')} in ${dirname(path)}.`,
  );
}

/** What `require` would load: here for folders with an index or a package.json, and for installed modules. */
function resolveAs(request: string, from: string): string | undefined {
  try {
    return createRequire(join(from, 'bootstrap')).resolve(request);
  } catch {
    return undefined;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function assertTypeScript(path: string): void {
  const { typescript } = process.features as { readonly typescript?: unknown };
  if (typescript) return;
  throw new HandlerLoadError(
    'Runtime.ImportModuleError',
    `Error: Cannot load ${path}: Node ${process.version} does not run TypeScript. Use Node 22.18, 23.6, 24 or newer, or compile the file and name the JavaScript.`,
  );
}

/** A function of the module; of CommonJS modules Node shows some exports only below `default`. */
function findFunction(module: unknown, exported: string, handlerName: string): (...parameters: never[]) => unknown {
  const found = [propertyAt(module, exported), propertyAt(propertyAt(module, 'default'), exported)];
  const handler = found.find((value) => typeof value === 'function');
  if (handler) return handler as (...parameters: never[]) => unknown;
  const isThere = found.some((value) => value !== undefined && value !== null);
  throw new HandlerLoadError(
    'Runtime.HandlerNotFound',
    `${handlerName} is ${isThere ? 'not a function' : 'undefined or not exported'}`,
  );
}

function propertyAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (nested, key) =>
        nested === undefined || nested === null ? undefined : (nested as Readonly<Record<string, unknown>>)[key],
      value,
    );
}
