import { run, source } from '../toolchains.ts';

/** What go.mod is in. */
export const folder: string = source('go-aws-lambda-go');

/** Builds the function into a file, offline if its module was downloaded before. */
export async function build(binary: string, ...flags: readonly string[]): Promise<void> {
  await run('go', ['build', '-C', folder, '-trimpath', ...flags, '-o', binary, '.'], {
    CGO_ENABLED: '0',
    GOFLAGS: '-mod=readonly -buildvcs=false',
    GOTOOLCHAIN: 'local',
    GOWORK: 'off',
  });
}
