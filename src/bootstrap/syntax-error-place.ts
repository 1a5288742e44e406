const checkTimeoutMs = 5000;

/**
 * Says in which line of which file the error is. Node keeps that of an ES module to itself until it dies of the error,
 * so another Node is asked, which parses the file and runs nothing.
 */
export async function placeOfSyntaxError({ stack = '' }: SyntaxError, file: string): Promise<string | undefined> {
  if (!stack.startsWith('SyntaxError')) return describe(stack);
  // Thrown by code that ran, such as JSON.parse(): the stack leads there.
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  if (frames.some((frame) => !/node:|<anonymous>/.test(frame))) return undefined;
  // Most cold starts do without it, and are 1 ms faster.
  const { spawnSync } = await import('node:child_process');
  const { status, stderr } = spawnSync(process.execPath, ['--check', file], {
    encoding: 'utf8',
    timeout: checkTimeoutMs,
  });
  return status === 0 || !stderr.includes('\n\n') ? `in ${file}, or in a module that it imports` : describe(stderr);
}

/** File, line and source come before the first empty line. */
function describe(report: string): string {
  const [source = ''] = report.split('\n\n', 1);
  return `in ${source.replace(/^file:\/\//, '')}`;
}
