import type { Template } from '../cost/template.ts';
import { type ChangeSet, type PlannedChange, summarizeChanges } from './change-set.ts';
import type { Deployment } from './deployment.ts';

const mark = ({ action, replacement }: PlannedChange) =>
  action === 'Remove' ? '-' : replacement === 'True' ? '±' : replacement === 'Conditional' ? '?' : '~';

/** Shows what would be done. */
export function showChanges({ io, protection }: Deployment, changeSet: ChangeSet | undefined): void {
  const changes = changeSet?.changes ?? [];
  if (changeSet !== undefined) io.info(`${io.colors.bold('Changes:')} ${summarizeChanges(changes)}`);
  for (const change of changes.filter(({ action, replacement }) => action !== 'Add' || replacement === 'True'))
    io.info(`  ${mark(change)} ${change.logicalId} (${change.type})${change.holdsData ? ', holds data' : ''}`);
  if (protection !== undefined) io.info(`  ~ termination protection of the stack: ${protection ? 'on' : 'off'}`);
}

/** Shows what the deployment costs by being there, and what the one did that is there. */
export async function showPrice({ io, config, template }: Deployment, deployed: Template | undefined): Promise<void> {
  const { priceOfTemplate } = await import('../cost/subject.ts');
  const { range } = await import('../cost/format.ts');
  const { region, stackName: name } = config;
  const { idle, note } = priceOfTemplate({ name, template, region });
  const was = deployed === undefined ? undefined : priceOfTemplate({ name, template: deployed, region }).idle.total;
  const before = was === undefined ? '' : ` (was $${range(was)})`;
  io.info(
    `about $${range(idle.total)} a month before anybody uses it${before}${note === undefined ? '' : `, ${note}`}`,
  );
}
