import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { HandlerLoadError } from './handler-load-error.ts';
import { placeOfSyntaxError } from './syntax-error-place.ts';

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
  const path = findModule(name, { handlerName, root });
  const module = await loadModule(path);
  const handler = findFunction(module, name.exported);
  if (handler) return handler;
  throw new HandlerLoadError('Runtime.HandlerNotFound', describeAbsence(module, { name, handlerName, path }));
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

async function loadModule(path: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    if (error instanceof SyntaxError) {
      const place = await placeOfSyntaxError(error, path);
      if (place === undefined) throw new HandlerLoadError('Runtime.UserCodeSyntaxError', String(error), error);
      throw new HandlerLoadError('Runtime.UserCodeSyntaxError', `${error}\n${place}`);
    }
    // So it is with `require` only: Lambda gives errors of `import` their own type.
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') {
      throw new HandlerLoadError('Runtime.ImportModuleError', String(error), error);
    }
    throw error;
  }
}

/** In Lambda's order. */
const extensions = ['.js', '.mjs', '.cjs'];
const typeScriptExtensions = ['.ts', '.mts', '.cts'];

interface Search {
  readonly handlerName: string;
  readonly root: string;
}

/** What `_HANDLER` says unless the option `handlerName` says something else. */
const defaultHandlerName = 'function.handler';
const adviceForDefault =
  "The name function.handler is the default of the option handlerName. Give that, or an argument: ['lambda-node-bootstrap', 'app.handler'].";

function findModule({ folder, module }: HandlerName, { handlerName, root }: Search): string {
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
    `Error: Cannot find module '${module}'\nThere is no ${module} with one of the endings ${[...extensions, ...typeScriptExtensions].join(', ')} in ${dirname(path)}.${handlerName === defaultHandlerName ? `\n${adviceForDefault}` : ''}`,
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
function findFunction(module: unknown, exported: string): ((...parameters: never[]) => unknown) | undefined {
  const handler = candidates(module, exported).find((value) => typeof value === 'function');
  return handler as ((...parameters: never[]) => unknown) | undefined;
}

function candidates(module: unknown, exported: string): unknown[] {
  return [propertyAt(module, exported), propertyAt(propertyAt(module, 'default'), exported)];
}

interface Absentee {
  readonly name: HandlerName;
  readonly handlerName: string;
  readonly path: string;
}

function describeAbsence(module: unknown, { name, handlerName, path }: Absentee): string {
  const isThere = candidates(module, name.exported).some((value) => value !== undefined && value !== null);
  const exports = exportedNames(module);
  const [, ending, rest = '.handler'] = /^([cm]?[jt]s)(\..+)?$/.exec(name.exported) ?? [];
  return [
    `${handlerName} is ${isThere ? 'not a function' : 'undefined or not exported'}`,
    `${basename(path)} exports ${exports.length === 0 ? 'nothing' : exports.join(', ')}`,
    ...(ending === undefined ? [] : [`The name has no file ending: ${join(name.folder, name.module)}${rest}`]),
  ].join('\n');
}

function exportedNames(module: unknown): string[] {
  const byDefault = propertyAt(module, 'default');
  const keys = [module, byDefault].flatMap((value) =>
    typeof value === 'object' && value !== null ? Object.keys(value) : [],
  );
  // Of a CommonJS module, Node adds names that nobody wrote.
  const additions = ['module.exports', '__esModule', ...(typeof byDefault === 'object' ? ['default'] : [])];
  return [...new Set(keys)].filter((key) => !additions.includes(key));
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
