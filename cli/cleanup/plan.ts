import {
  type CloudFormationClient,
  GetTemplateCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { holdsData } from '../../lib/utils/replacement.ts';
import { referencesIn } from '../../lib/utils/template-references.ts';
import type { AwsOptions } from '../aws-clients.ts';
import { estimateTemplate, type LineItem } from '../cost/estimate.ts';
import { parseTemplate } from '../cost/template-file.ts';
import { NOBODY, plus, type Range, times } from '../cost/usage.ts';
import { EXIT, UserError } from '../errors.ts';
import { ifThere, type Kind } from '../inspect/kind.ts';
import { keyOf, kindsOf, type Leftover } from '../inspect/leftovers.ts';
import type { Lineage, Owned } from '../inspect/lineage.ts';
import { partOf } from '../inspect/status.ts';

/** What becomes of a resource, and what it costs a month by being there, as far as that is known. */
export interface Fated extends Owned {
  readonly fate: 'deleted' | 'deleted, a final snapshot stays' | 'deleted with its final snapshot' | 'kept';
  readonly holdsData: boolean;
  readonly monthly: Range;
}

/** What a cleanup will do, before anything is done. */
export interface Plan {
  readonly data: 'kept' | 'deleted';
  readonly resources: readonly Fated[];
  readonly leftovers: readonly Leftover[];
  /** What must have its protection lifted first, as people call it. */
  readonly locked: readonly { readonly name: string; readonly lift: () => Promise<unknown> }[];
}

/** The way to data that is kept, or a copy that is made anew: no loss of their own. */
const NO_STORE = ['AWS::EFS::AccessPoint', 'AWS::ElastiCache::ReplicationGroup'];

interface Template {
  readonly Resources: Readonly<Record<string, { Type: string; DeletionPolicy?: string }>>;
}

/** Reads from the deployed template what CloudFormation will do, and decides what comes on top. */
export async function makePlan(
  client: CloudFormationClient,
  lineage: Lineage,
  leftovers: readonly Leftover[],
  data: Plan['data'],
  options: AwsOptions,
): Promise<Plan> {
  const text =
    lineage.stack &&
    (await ifThere(client.send(new GetTemplateCommand({ StackName: lineage.stack.id }))))?.TemplateBody;
  const template = parseTemplate(text ?? '{"Resources":{}}', 'the deployed template');
  const { Resources } = template as unknown as Template;
  const { items } = estimateTemplate(template, { usage: NOBODY, region: options.region });
  const stores = Object.values(Resources)
    .filter((one) => holdsData(one) && (one.DeletionPolicy ?? 'Delete') !== 'Delete')
    .map(referencesIn);
  const kinds = kindsOf(options);
  const resources = lineage.owned.map((owned): Fated => {
    const resource = Resources[owned.logicalId];
    const policy = resource?.DeletionPolicy ?? 'Delete';
    const isStore = resource !== undefined && holdsData(resource) && !NO_STORE.includes(resource.Type);
    // A key is as good as what it opens: one for logs and alarms goes with them.
    const opensNothing = owned.type === 'AWS::KMS::Key' && !stores.some((store) => store.includes(owned.logicalId));
    return {
      ...owned,
      fate: fateOf(policy, data, kindOf(owned, kinds)),
      holdsData: isStore && !opensNothing,
      monthly: costOf(owned.logicalId, items),
    };
  });
  if (data === 'kept') refuseLosses(resources);
  const parts = await lockedOf(resources, data === 'deleted' ? leftovers : [], options);
  return { data, resources, leftovers, locked: [...lockOf(client, lineage), ...parts] };
}

const kindOf = ({ type }: Owned, kinds: readonly Kind[]) => kinds.find(({ types }) => types.includes(type));

/** What a stack lets go is deleted by its kind; what is of none stays, whatever becomes of the data. */
function fateOf(policy: string, data: Plan['data'], kind: Kind | undefined): Fated['fate'] {
  if (policy === 'Delete') return 'deleted';
  if (policy === 'Snapshot')
    return data === 'deleted' ? 'deleted with its final snapshot' : 'deleted, a final snapshot stays';
  return kind?.role === 'remains' || (kind !== undefined && data === 'deleted') ? 'deleted' : 'kept';
}

/** Whether a leftover is what the plan says is deleted, or the copy that deleting it makes. Nothing else may go. */
export function isToGo({ data, resources, leftovers }: Plan, leftover: Leftover): boolean {
  const { id, kind, role, source } = leftover;
  if (role === 'remains') return true;
  if (role === 'unknown' || data === 'kept') return false;
  if (leftovers.some((planned) => keyOf(planned) === keyOf(leftover))) return true;
  const goes = ({ type, fate, ...resource }: Fated) =>
    (resource.id === id && kind?.types.includes(type) === true && fate !== 'kept') ||
    (resource.id === source?.id && fate === 'deleted with its final snapshot');
  return resources.some(goes);
}

/** A line of the bill may be of several resources that are alike. */
const costOf = (logicalId: string, items: readonly LineItem[]): Range =>
  plus(
    ...items
      .filter(({ logicalIds }) => logicalIds.includes(logicalId))
      .map(({ low, high, logicalIds: { length } }) => times([low, high], [1 / length, 1 / length])),
  );

function refuseLosses(resources: readonly Fated[]): void {
  const lost = resources.filter((resource) => resource.holdsData && resource.fate === 'deleted');
  if (lost.length === 0) return;
  throw new UserError(
    `the stack's own template deletes data with it, which --keep-data cannot prevent:${lost.map(({ logicalId, type }) => `\n  ${logicalId} (${type})`).join('')}\n`,
    'set data.removalPolicy to retain and deploy, then clean up; or agree to the loss with --delete-data',
    EXIT.usage,
  );
}

function lockOf(client: CloudFormationClient, { stack }: Lineage): Plan['locked'] {
  if (stack?.isProtected !== true) return [];
  const asked = { StackName: stack.name, EnableTerminationProtection: false };
  return [{ name: `stack ${stack.name}`, lift: () => client.send(new UpdateTerminationProtectionCommand(asked)) }];
}

/** What AWS refuses to delete as it is. A leftover has been looked at already. */
async function lockedOf(resources: readonly Fated[], leftovers: readonly Leftover[], options: AwsOptions) {
  const kinds = kindsOf(options);
  const owned = resources
    .filter(({ fate }) => fate !== 'kept')
    .map(async ({ type, id }) => {
      const kind = kinds.find(({ types, unprotect }) => unprotect !== undefined && types.includes(type));
      return { id, kind, isProtected: (await kind?.look(id))?.isProtected };
    });
  return [...(await Promise.all(owned)), ...leftovers].flatMap(({ id, kind, isProtected }) =>
    isProtected === true && kind?.unprotect !== undefined
      ? [{ name: `${kind.what} ${id}`, lift: () => kind.unprotect?.(id) ?? Promise.resolve() }]
      : [],
  );
}

/** The plan in lines: parts, then each thing that holds data, then money. */
export function describePlan(plan: Plan): string[] {
  const { resources, leftovers } = plan;
  const kept = resources.filter(({ fate }) => fate === 'kept');
  const going = resources.filter(({ fate }) => fate !== 'kept');
  const parts = [...new Set(going.map(({ logicalId }) => partOf(logicalId)))].sort().map((part) => {
    const own = going.filter(({ logicalId }) => partOf(logicalId) === part);
    return `  ${part.padEnd(12)}${own.length} of its resources${money(own)}: deleted`;
  });
  const stores = resources.filter((resource) => resource.holdsData);
  const place = ({ source }: Leftover) => {
    const owner = resources.find(({ type, id }) => type === source?.type && id === source.id);
    return owner === undefined ? 'left before' : `made of ${owner.logicalId}`;
  };
  return [
    ...parts,
    ...stores.map((store) => `  holds data: ${store.logicalId} (${store.type})${money([store])}: ${store.fate}`),
    ...kept.filter((one) => !one.holdsData).map(({ logicalId, type }) => `  stays: ${logicalId} (${type})`),
    ...leftovers.map(
      (one) => `  ${place(one)}: ${one.what} ${one.id}, ${one.detail}: ${isToGo(plan, one) ? 'deleted' : 'kept'}`,
    ),
    ...(going.length === 0 ? [] : [`cost that ends${money(going) || ': unknown'}`]),
    ...(kept.length === 0 ? [] : [`cost that goes on${money(kept) || ': unknown'}`]),
  ];
}

function money(resources: readonly Fated[]): string {
  const [low, high] = plus(...resources.map(({ monthly }) => monthly)).map(Math.round);
  if (high === undefined || high === 0) return '';
  return low === high ? `, about $${low} a month` : `, about $${low ?? 0} to $${high} a month`;
}
