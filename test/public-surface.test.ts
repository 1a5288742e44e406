import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import * as library from '../src/index.ts';

const entry = fileURLToPath(new URL('../src/index.ts', import.meta.url));

test('the library exports these values', () => {
  expect(Object.keys(library).sort()).toMatchInlineSnapshot(`
    [
      "HarnessError",
      "createRuntimeApi",
      "describeWait",
      "manualClock",
      "onFailedResult",
      "remoteError",
      "reportOpenRuntimeApis",
      "toChromeTrace",
      "toMermaid",
    ]
  `);
});

test('the library exports these types, and the values with them', () => {
  expect(exportedNames()).toMatchInlineSnapshot(`
    [
      "class HarnessError",
      "function createRuntimeApi",
      "function describeWait",
      "function manualClock",
      "function onFailedResult",
      "function remoteError",
      "function reportOpenRuntimeApis",
      "function toChromeTrace",
      "function toMermaid",
      "type CapturedLogs",
      "type ChromeTrace",
      "type ChromeTraceEvent",
      "type Clock",
      "type EntryOfType",
      "type Exchange",
      "type ExchangeResponse",
      "type FailedInitResult",
      "type FailedResult",
      "type FunctionError",
      "type FunctionErrorResult",
      "type HandlerCallback",
      "type HandlerContext",
      "type HarnessErrorCode",
      "type HttpPrelude",
      "type InitErrorResult",
      "type InitResult",
      "type Invocation",
      "type InvocationReport",
      "type InvocationResult",
      "type InvocationStatus",
      "type InvokeEvent",
      "type InvokeOptions",
      "type LambdaHandler",
      "type LogLine",
      "type ManualClock",
      "type Moment",
      "type PayloadLimits",
      "type PostedAnswer",
      "type PostedError",
      "type ReadyResult",
      "type ResponseChunk",
      "type ResponsePayload",
      "type RuntimeApi",
      "type RuntimeApiOptions",
      "type RuntimeExit",
      "type RuntimeExitResult",
      "type Shutdown",
      "type StackFrame",
      "type SuccessResult",
      "type TimeoutResult",
      "type TranscriptEntry",
      "type TranscriptEntryType",
      "type Violation",
      "type ViolationRule",
      "type WaitOptions",
      "type XRayCause",
      "type XRayException",
    ]
  `);
});

test('the compiler and the running program agree on what is a value', () => {
  const values = exportedNames().flatMap((name) => (name.startsWith('type ') ? [] : name.split(' ').slice(1)));

  expect(values.sort()).toEqual(Object.keys(library).sort());
});

/** All that a user can import, as the compiler sees it: `class X`, `function x`, `type X`. */
function exportedNames(): string[] {
  const program = ts.createProgram([entry], {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.Node20,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    allowImportingTsExtensions: true,
    noEmit: true,
    types: [],
    noLib: true,
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const module = source && checker.getSymbolAtLocation(source);
  if (!module) throw new Error(`The compiler finds no module in ${entry}.`);
  return checker
    .getExportsOfModule(module)
    .map((symbol) => {
      const isTypeOnly = symbol.declarations?.some(
        (declaration) =>
          ts.isExportSpecifier(declaration) && (declaration.isTypeOnly || declaration.parent.parent.isTypeOnly),
      );
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      return `${isTypeOnly ? 'type' : kindOf(target)} ${symbol.name}`;
    })
    .sort();
}

function kindOf({ flags }: ts.Symbol): string {
  if (flags & ts.SymbolFlags.Class) return 'class';
  if (flags & ts.SymbolFlags.Function) return 'function';
  return flags & ts.SymbolFlags.Value ? 'const' : 'type';
}
