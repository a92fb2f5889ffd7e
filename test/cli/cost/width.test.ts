import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { estimate } from '../../../cli/commands/estimate.ts';
import { createIo } from '../../../cli/io.ts';
import { folderWith } from '../../config/loading.ts';
import { recorder } from '../running.ts';

const TEMPLATE = '{"Resources": {"Nat": {"Type": "AWS::EC2::NatGateway"}, "Odd": {"Type": "AWS::Odd::Thing"}}}';

/** The longest line of an estimate on a terminal of so many columns; undefined is a pipe. */
async function longest(columns: number | undefined): Promise<number> {
  const { cwd, remove } = folderWith({ 'nat.json': TEMPLATE });
  const stdout = recorder();
  Object.assign(stdout.stream, columns === undefined ? {} : { columns });
  const quiet = { interactive: false, liveStderr: false, colorStdout: false, colorStderr: false };
  const streams = { stdin: new PassThrough(), stdout: stdout.stream, stderr: recorder().stream };
  const interruption = { signal: new AbortController().signal, heeded: false };
  try {
    const io = createIo({ ...streams, ...quiet, interruption });
    await estimate({ io, env: {}, cwd }, [], { template: ['nat.json'], explain: true, suggest: true });
    return Math.max(
      ...stdout
        .text()
        .split('\n')
        .map((line) => Array.from(line).length),
    );
  } finally {
    remove();
  }
}

test.each([
  [undefined, 79, 80],
  [66, 60, 66],
  [100, 98, 100],
  [300, 110, 120],
])('lines on a terminal of %s columns are %d to %d wide', async (columns, least, most) => {
  const width = await longest(columns);
  expect(width).toBeGreaterThanOrEqual(least);
  expect(width).toBeLessThanOrEqual(most);
});
