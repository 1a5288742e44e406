import { expect, test } from 'vitest';
import { toChromeTrace, toMermaid } from '../../src/index.ts';
import { read } from './documents.ts';
import { tellStory } from './story.ts';
import { drawTrace } from './trace-picture.ts';

// `npx vitest run test/docs -u` draws the pictures anew.

test('the diagram in transcript.md is that of a real run', async () => {
  const diagram = toMermaid(await tellStory());
  const text = read('docs/transcript.md');

  const drawnAnew = text.replace(/^```mermaid\n.*?^```$/ms, () => `\`\`\`mermaid\n${diagram}\n\`\`\``);

  await expect(drawnAnew).toMatchFileSnapshot('../../docs/transcript.md');
});

test('the picture of a trace in transcript.md is that of the same run', async () => {
  const trace = toChromeTrace(await tellStory());

  await expect(drawTrace(trace)).toMatchFileSnapshot('../../docs/images/chrome-trace.svg');
});
