import type { Io } from '../io.ts';
import type { Draft } from './draft.ts';
import { type Price, priceOf } from './price.ts';

const shown = (value: unknown): string =>
  Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : JSON.stringify(value);

/** Shows what the answers change, and the bill that comes of them. */
export async function showSummary(io: Io, draft: Draft, people: number | undefined): Promise<Price | undefined> {
  const { bold, dim } = io.colors;
  const changes = draft.changes();
  io.info(`\n${bold(changes.length === 0 ? `All as in ${draft.base.base}` : `What differs from ${draft.base.base}`)}`);
  const width = Math.max(0, ...changes.map(({ path }) => path.length));
  for (const { path, value, before } of changes) {
    const was = before === undefined || Array.isArray(before) ? '' : dim(` (was ${shown(before)})`);
    io.info(`  ${path.padEnd(width)}  ${shown(value)}${was}`);
  }

  io.status('computing the bill');
  const price = await priceOf(draft.resolve(), people);
  if (price === undefined) {
    io.warn("the bill needs the code of the functions: 'npm run bundle' fetches it once");
    return undefined;
  }
  const { billTable } = await import('../cost/format.ts');
  const [head = '', ...lines] = billTable(price).split('\n');
  io.info(`\n${bold(head)}\n${lines.join('\n')}`);
  if (price.note !== undefined) io.info(price.note);
  io.info("\nNo settings contradict each other. 'npx tsx cli/main.ts estimate --explain' tells the arithmetic.\n");
  return price;
}
