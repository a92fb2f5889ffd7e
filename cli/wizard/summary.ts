import type { Price } from '../cost/subject.ts';
import type { Io } from '../io.ts';
import type { Template } from '../network/resolve.ts';
import type { Draft } from './draft.ts';
import { priceOf } from './price.ts';

const shown = (value: unknown): string =>
  Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : JSON.stringify(value);

/** Shows what the answers change, the bill that comes of them, and what is found in the network. */
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
  io.info("'npx tsx cli/main.ts estimate --explain' tells the arithmetic.");
  await showFindings(io, draft, price);
  return price;
}

/** What is wrong with the network of the template that was priced: the settings alone would not tell. */
async function showFindings(io: Io, draft: Draft, { subject: { template } }: Price): Promise<void> {
  const { checkReachability } = await import('../network/reachability.ts');
  const { needs, local, rules, findings } = checkReachability(template as Template, draft.resolve());
  const found = findings.length === 0 ? 'nothing is cut off, nothing is open besides' : `${findings.length} findings`;
  io.info(`\n${io.colors.bold('Network')}\n  ${needs.length + local.length} connections, ${rules} rules: ${found}`);
  for (const finding of findings) io.warn(finding);
  io.info('');
}
