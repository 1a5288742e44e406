import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRuntimeApi } from '../../src/index.ts';
import { deploy, type Files, project } from './project.ts';

const commonJs = 'exports.handler = async () => "here";';
const esModule = 'export const handler = async () => "here";';
const typeModule = '{ "type": "module" }';

const runsTypeScript = Boolean((process.features as { typescript?: unknown }).typescript);

describe('a handler is found', () => {
  const cases: readonly (readonly [string, string, Files])[] = [
    ['in a .js file, which is CommonJS', 'app.handler', { 'app.js': commonJs }],
    ['in a .js file of a package of ES modules', 'app.handler', { 'app.js': esModule, 'package.json': typeModule }],
    ['in an .mjs file', 'app.handler', { 'app.mjs': esModule }],
    ['in a .cjs file', 'app.handler', { 'app.cjs': commonJs, 'package.json': typeModule }],
    ['in a file without an ending', 'app.handler', { app: commonJs }],
    ['in the index of a folder', 'app.handler', { 'app/index.js': commonJs }],
    ['in a folder', 'path/to/app.handler', { 'path/to/app.mjs': esModule }],
    ['in a folder with a dot in its name', 'v1.2/app.handler', { 'v1.2/app.mjs': esModule }],
    ['in an installed package', 'shared.handler', { 'node_modules/shared/index.js': commonJs }],
    ['under another name', 'app.main', { 'app.mjs': 'export const main = () => "here";' }],
    ['as the default export', 'app.default', { 'app.mjs': 'export default async () => "here";' }],
    [
      'in an object',
      'app.routes.get.handler',
      { 'app.js': 'module.exports = { routes: { get: { handler: async () => "here" } } };' },
    ],
    [
      'in an object of the default export',
      'app.handler',
      { 'app.mjs': 'export default { handler: async () => "here" };' },
    ],
    [
      'in exports that Node cannot foresee',
      'app.handler',
      { 'app.js': 'module.exports = Object.fromEntries([["handler", async () => "here"]]);' },
    ],
    [
      'as a static method',
      'app.Orders.handler',
      { 'app.mjs': 'export class Orders { static handler() { return "here"; } }' },
    ],
    [
      'after a top-level await',
      'app.handler',
      { 'app.mjs': 'const text = await Promise.resolve("here");\nexport const handler = () => text;' },
    ],
    [
      'in a .js file rather than in others',
      'app.handler',
      { 'app.js': commonJs, 'app.mjs': 'throw 1', 'app.ts': 'throw 1' },
    ],
  ];

  test.each(cases)('%s', async (_where, handler, files) => {
    await using function_ = await deploy(handler, files);

    expect(await function_.api.invoke({})).toMatchObject({ status: 'success', payload: 'here' });
  });

  test('by _HANDLER if the command names none', async () => {
    await using directory = await project({ 'app.mjs': esModule });
    await using api = await createRuntimeApi({
      command: ['lambda-node-bootstrap'],
      cwd: directory.path,
      handlerName: 'app.handler',
    });

    expect(await api.invoke({})).toMatchObject({ status: 'success', payload: 'here' });
  });

  test('by an absolute path', async () => {
    await using directory = await project({ 'app.mjs': esModule });
    await using api = await createRuntimeApi({
      command: ['lambda-node-bootstrap', join(directory.path, 'app.handler')],
    });

    expect(await api.invoke({})).toMatchObject({ status: 'success', payload: 'here' });
  });

  test('without PATH', async () => {
    await using function_ = await deploy('app.handler', { 'app.mjs': esModule }, { env: { PATH: '/no/such/folder' } });

    expect(await function_.api.invoke({})).toMatchObject({ status: 'success', payload: 'here' });
  });

  test('and sees its own name in _HANDLER, and LAMBDA_TASK_ROOT', async () => {
    const source = 'export const main = () => [process.env._HANDLER, process.env.LAMBDA_TASK_ROOT, process.cwd()];';
    await using function_ = await deploy('app.main', { 'app.mjs': source });
    const { path } = function_;

    expect(await function_.api.invoke({})).toMatchObject({ payload: ['app.main', path, await realpath(path)] });
  });
});

describe('a TypeScript handler', () => {
  const typed = 'export const handler = async (event: { n: number }): Promise<number> => event.n + 1;';
  const cases: readonly (readonly [string, Files])[] = [
    ['in a .ts file', { 'app.ts': typed }],
    ['in a .ts file of a package of ES modules', { 'app.ts': typed, 'package.json': typeModule }],
    ['in a .mts file', { 'app.mts': typed }],
    [
      'in a .cts file',
      { 'app.cts': 'exports.handler = async (event: { n: number }): Promise<number> => event.n + 1;' },
    ],
  ];

  test.each(cases)('%s runs where Node strips types, and elsewhere is told which Node does', async (_where, files) => {
    await using function_ = await deploy('app.handler', files);

    const result = await function_.api.invoke({ n: 1 });

    expect(result).toMatchObject(
      runsTypeScript
        ? { status: 'success', payload: 2 }
        : {
            status: 'init-error',
            error: {
              errorType: 'Runtime.ImportModuleError',
              errorMessage: expect.stringMatching(
                new RegExp(
                  `app\\.[mc]?ts: Node ${process.version} does not run TypeScript\\. Use Node 22\\.18, 23\\.6, 24`,
                ),
              ),
            },
          },
    );
  });
});

describe('a handler that cannot be loaded is an init error:', () => {
  const cases: readonly (readonly [string, string, Files, { errorType: string; errorMessage: unknown }])[] = [
    [
      'no such file',
      'app.handler',
      {},
      {
        errorType: 'Runtime.ImportModuleError',
        errorMessage: expect.stringMatching(
          /^Error: Cannot find module 'app'\nThere is no app with one of the endings \.js, \.mjs/,
        ),
      },
    ],
    [
      'a module that it requires is missing',
      'app.handler',
      { 'app.js': 'require("left-pad");' },
      {
        errorType: 'Runtime.ImportModuleError',
        errorMessage: expect.stringMatching(/^Error: Cannot find module 'left-pad'\nRequire stack:\n- .*app\.js$/),
      },
    ],
    [
      'a module that it imports is missing, for which Lambda has no type of its own',
      'app.handler',
      { 'app.mjs': 'import "left-pad";' },
      {
        errorType: 'Error',
        errorMessage: expect.stringMatching(/^Cannot find package 'left-pad' imported from .*app\.mjs$/),
      },
    ],
    [
      'no such export',
      'app.main',
      { 'app.mjs': esModule },
      {
        errorType: 'Runtime.HandlerNotFound',
        errorMessage: 'app.main is undefined or not exported\napp.mjs exports handler',
      },
    ],
    [
      'no such export in an object',
      'app.routes.get',
      { 'app.js': 'exports.routes = {};' },
      {
        errorType: 'Runtime.HandlerNotFound',
        errorMessage: 'app.routes.get is undefined or not exported\napp.js exports routes',
      },
    ],
    [
      'an export that is no function',
      'app.handler',
      { 'app.js': 'exports.handler = "text";' },
      {
        errorType: 'Runtime.HandlerNotFound',
        errorMessage: expect.stringMatching(/^app\.handler is not a function\napp\.js exports handler$/),
      },
    ],
    [
      'a module without exports',
      'app.handler',
      { 'app.mjs': '' },
      {
        errorType: 'Runtime.HandlerNotFound',
        errorMessage: 'app.handler is undefined or not exported\napp.mjs exports nothing',
      },
    ],
    [
      'a name with the ending of the file',
      'src/app.mjs.main',
      { 'src/app.mjs': 'export const main = () => 1;' },
      {
        errorType: 'Runtime.HandlerNotFound',
        errorMessage:
          'src/app.mjs.main is undefined or not exported\napp.mjs exports main\nThe name has no file ending: src/app.main',
      },
    ],
    [
      'the path of the file',
      'app.mjs',
      { 'app.mjs': esModule },
      {
        errorType: 'Runtime.HandlerNotFound',
        errorMessage: expect.stringMatching(/\nThe name has no file ending: app\.handler$/),
      },
    ],
    [
      'a syntax error',
      'app.handler',
      { 'app.mjs': 'export const handler = async () => {\n  return ];\n};' },
      {
        errorType: 'Runtime.UserCodeSyntaxError',
        errorMessage: expect.stringMatching(
          /^SyntaxError: Unexpected token ']'\nin \/.*\/app\.mjs:2\n {2}return \];\n {9}\^$/,
        ),
      },
    ],
    [
      'a syntax error in CommonJS',
      'app.handler',
      { 'app.js': 'exports.handler = async () => {\n  return ];\n};' },
      {
        errorType: 'Runtime.UserCodeSyntaxError',
        errorMessage: expect.stringMatching(/^SyntaxError: Unexpected token ']'\nin \/.*\/app\.js:2\n {2}return \];/),
      },
    ],
    [
      'a syntax error in a file that it imports',
      'app.handler',
      { 'app.mjs': 'import "./orders.mjs";', 'orders.mjs': 'const = 1;' },
      {
        errorType: 'Runtime.UserCodeSyntaxError',
        errorMessage: expect.stringMatching(
          /^SyntaxError: Unexpected token '='\nin \/.*\/app\.mjs, or in a module that it imports$/,
        ),
      },
    ],
    [
      'an import of what is not exported',
      'app.handler',
      { 'app.mjs': 'import { list } from "./orders.mjs";', 'orders.mjs': 'export const orders = [];' },
      {
        errorType: 'Runtime.UserCodeSyntaxError',
        errorMessage: expect.stringMatching(
          /orders\.mjs' does not provide an export named 'list'\nin \/.*app\.mjs:1\n/,
        ),
      },
    ],
    [
      'text that is not JSON',
      'app.handler',
      { 'app.mjs': 'JSON.parse("{");' },
      { errorType: 'Runtime.UserCodeSyntaxError', errorMessage: expect.stringMatching(/^SyntaxError: .*JSON.*$/) },
    ],
    [
      'a name without an export',
      'app',
      { 'app.js': commonJs },
      {
        errorType: 'Runtime.MalformedHandlerName',
        errorMessage: expect.stringContaining("'app' is not a valid handler name"),
      },
    ],
    [
      'a name that leaves the folder',
      '../app.handler',
      {},
      {
        errorType: 'Runtime.MalformedHandlerName',
        errorMessage: expect.stringContaining("'../app.handler' is not a valid handler name"),
      },
    ],
    [
      'an error of its own at import',
      'app.handler',
      { 'app.mjs': 'class NoTable extends Error { name = "NoTable"; }\nthrow new NoTable("TABLE_NAME is not set");' },
      { errorType: 'NoTable', errorMessage: 'TABLE_NAME is not set' },
    ],
    [
      'a top-level await that never ends',
      'app.handler',
      { 'app.mjs': 'await new Promise(() => {});' },
      { errorType: 'Runtime.NodeJsExit', errorMessage: expect.stringContaining('will never settle') },
    ],
  ];

  test.each(cases)('%s', async (_what, handler, files, error) => {
    await using function_ = await deploy(handler, files);

    const result = await function_.api.invoke({});

    expect(result).toMatchObject({ status: 'init-error', error, exit: { code: 1, signal: null } });
    expect(result.logs.stderr).toContain(error.errorType);
    const posts = function_.api.transcript.filter((entry) => entry.type === 'exchange' && entry.method === 'POST');
    expect(posts).toMatchObject([
      {
        path: '/2018-06-01/runtime/init/error',
        requestHeaders: {
          // A header names a category, always.
          'lambda-runtime-function-error-type': error.errorType.replace(/^(?!Runtime\.)/, 'Function.'),
        },
        response: { status: 202 },
      },
    ]);
    expect(function_.api.violations).toEqual([]);
  });

  test('a name that nobody gave is told where it comes from', async () => {
    await using directory = await project({ 'app.mjs': esModule });
    await using api = await createRuntimeApi({ command: ['lambda-node-bootstrap'], cwd: directory.path });

    expect(await api.invoke({})).toMatchObject({
      error: {
        errorMessage: expect.stringMatching(
          /^Error: Cannot find module 'function'\n.*\nThe name function\.handler is the default of the option handlerName\. /,
        ),
      },
    });
  });

  test('the stack has no frames of the bootstrap', async () => {
    await using function_ = await deploy('app.main', { 'app.mjs': esModule });

    const result = await function_.api.invoke({});

    expect(result).toMatchObject({ error: { stackTrace: [] } });
    expect(result.logs.stderr).not.toMatch(/^ +at /m);
  });

  test('the stack trace shows the line', async () => {
    await using function_ = await deploy('app.handler', { 'app.mjs': '\n\nthrow new Error("third line");' });

    const result = await function_.api.invoke({});

    expect(result).toMatchObject({
      error: { stackTrace: expect.arrayContaining([expect.stringContaining('app.mjs:3:')]) },
    });
  });

  test('the next invocation gets another try', async () => {
    const source =
      'import { existsSync, writeFileSync } from "node:fs";\nif (!existsSync("tried")) { writeFileSync("tried", ""); throw new Error("first"); }\nexport const handler = () => "second";';
    await using function_ = await deploy('app.handler', { 'app.mjs': source });

    expect(await function_.api.invoke({})).toMatchObject({ status: 'init-error', error: { errorMessage: 'first' } });
    expect(await function_.api.invoke({})).toMatchObject({ status: 'success', payload: 'second' });
  });
});
