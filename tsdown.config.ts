import { defineConfig } from 'tsdown';

const entry = {
  index: 'src/index.ts',
  client: 'src/client/index.ts',
  matchers: 'src/matchers/index.ts',
  vitest: 'src/matchers/vitest.ts',
  jest: 'src/matchers/jest.ts',
  assert: 'src/matchers/assert.ts',
};

// Declarations lead to the sources, which are shipped for that.
const dts = { sourcemap: true };

// Apart from the entries: a chunk named "index" would take the place of the entry of that name.
const chunksOf = (ending: string) => ({ outputOptions: { chunkFileNames: `chunks/[name].${ending}` } });

/**
 * Takes Node's modules as they are. An `import` looks at everything they export, and so loads what is behind it: 3 ms on
 * Node 20, and 30 ms from Node 22 on, where a WebSocket client is behind node:http.
 */
const builtinsAsTheyAre = {
  name: 'builtins-as-they-are',
  renderChunk(code: string, { fileName }: { readonly fileName: string }) {
    if (!fileName.endsWith('.mjs')) return undefined;
    return code.replaceAll(
      /^import \{(.*)\} from "(node:.*)";$/gm,
      (_import, names: string, specifier: string) =>
        `const {${names.replaceAll(' as ', ': ')}} = process.getBuiltinModule("${specifier}");`,
    );
  },
};

const common = {
  // Chunks keep their names: a build over an older one leaves nothing behind.
  hash: false,
  sourcemap: true,
  target: 'node20' as const,
  platform: 'node' as const,
  plugins: [builtinsAsTheyAre],
};

// What entries share may lie in one of them, if that exports it anyway: a file less to load.
const inputOptions = { preserveEntrySignatures: 'allow-extension' as const };

// Jest cannot `require` an ES module, so the CommonJS build carries get-port inside (its licence: THIRD-PARTY.md).
export default defineConfig([
  { ...common, ...chunksOf('mjs'), entry, inputOptions, dts, format: 'esm' },
  { ...common, ...chunksOf('cjs'), entry, dts, format: 'cjs', deps: { alwaysBundle: ['get-port'] } },
  // One file without shared chunks: an executable has to start fast.
  { ...common, entry: { bootstrap: 'src/bootstrap/main.ts' }, dts: false, format: 'esm' },
]);
