import { isMissing, type Toolchain } from './toolchains.ts';

/** What the examples need besides Node. */
const toolchains: Readonly<Record<string, Toolchain>> = {
  bash: {
    name: 'the bash example',
    probes: [
      ['bash', '--version'],
      ['curl', '--version'],
    ],
    packages: ['bash', 'curl'],
  },
  go: {
    name: 'the Go example',
    probes: [['env', 'GOTOOLCHAIN=local', 'go', 'list', '-C', 'examples/go', '-m']],
    packages: ['golang-go'],
    newer: 'https://go.dev/dl',
  },
  nim: { name: 'the Nim example', probes: [['nim', '--version']], packages: ['nim'] },
  python: { name: 'the Python example', probes: [['python3', '--version']], packages: ['python3'] },
  rust: { name: 'the Rust example', probes: [['cargo', '--version']], packages: ['cargo-web', 'rustc-web'] },
};

/** The folders of the examples that cannot be run here, said aloud. With `REQUIRE_RUNTIMES=1` that is an error. */
export function examplesWithoutToolchain(root: string): string[] {
  const missing = Object.entries(toolchains).filter(([, toolchain]) => isMissing(toolchain));
  return missing.map(([folder]) => `${root}examples/${folder}/**`);
}
