import { paginateGetResources, ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import type { AwsOptions } from '../aws-clients.ts';
import { databaseKinds } from './databases.ts';
import { ec2Kinds, logKind } from './ec2.ts';
import { all, type Kind, type Seen } from './kind.ts';
import type { Lineage, Owned } from './lineage.ts';
import { storeKinds } from './stores.ts';

/** Something in the account that a stack left behind. */
export interface Leftover extends Seen {
  readonly what: string;
  readonly id: string;
  readonly role: Kind['role'] | 'unknown';

  /** What of a stack it was, or was made of, as far as that is recorded. */
  readonly source: Owned | undefined;

  /** Undefined for what these commands do not know how to delete. */
  readonly kind: Kind | undefined;
}

/** Kinds in the order in which they can be deleted: some snapshots of disks are a vault's. */
export const kindsOf = (options: AwsOptions): Kind[] => [
  ...databaseKinds(options),
  ...storeKinds(options),
  ...ec2Kinds(options),
  logKind(options),
];

/** Made by a service beside what it belongs to, and gone with it. */
const OF_OTHERS = /:(cluster-)?snapshot:(rds|awsbackup):|:recovery-point:/;

/** Tells things apart: a snapshot may have the name of a database. */
export const keyOf = ({ kind, id }: Pick<Leftover, 'kind' | 'id'>): string => `${kind?.what ?? ''} ${id}`;

type Candidate = Pick<Leftover, 'id' | 'source' | 'kind'>;

/**
 * What is left of the stacks of a lineage, each asked for at its own service.
 *
 * By lineage: what they kept, and what was made of what they had. By tag, once there is no stack to which it could
 * belong: the tagging API names what no record of a stack tells, such as after 90 days.
 *
 * @param sources whose copies and logs count: with those of a stack that goes, it is what will be left of it
 */
export async function findLeftovers(
  lineage: Lineage,
  name: string,
  options: AwsOptions,
  sources: readonly Owned[] = lineage.former,
): Promise<Leftover[]> {
  const kinds = kindsOf(options);
  const found = new Map<string, Candidate>();
  const add = (candidate: Candidate) => {
    const key = keyOf(candidate);
    if (!found.has(key)) found.set(key, candidate);
  };
  for (const source of lineage.kept) {
    const kind = kinds.find(({ types }) => types.includes(source.type));
    if (kind !== undefined) add({ id: source.id, kind, source });
  }
  const made = sources.flatMap((source) =>
    kinds.map(async (kind) => ({ kind, source, ids: (await kind.madeOf?.(source.type, source.id)) ?? [] })),
  );
  for (const { kind, source, ids } of await Promise.all(made)) for (const id of ids) add({ id, kind, source });
  if (lineage.stack === undefined) for (const candidate of await byTag(lineage, name, kinds, options)) add(candidate);
  const looked = await Promise.all([...found.values()].map(look));
  const order = (kind: Kind | undefined) => (kind === undefined ? kinds.length : kinds.indexOf(kind));
  return looked.flat().sort((one, other) => order(one.kind) - order(other.kind) || one.id.localeCompare(other.id));
}

const slashed = (name: string) => `/${name.replaceAll(':', '/').replace(/^\//, '')}`;

async function byTag(lineage: Lineage, name: string, kinds: Kind[], options: AwsOptions): Promise<Candidate[]> {
  const client = new ResourceGroupsTaggingAPIClient(options);
  const TagFilters = [
    { Key: 'Application', Values: ['LibreChat'] },
    { Key: 'Deployment', Values: [name] },
  ];
  const tagged = await all(paginateGetResources({ client }, { TagFilters }), (page) => page.ResourceTagMappingList);
  const arns = tagged.map(({ ResourceARN = '' }) => ResourceARN).filter((arn) => !OF_OTHERS.test(arn));
  return arns.flatMap((arn): Candidate[] => {
    const kind = kinds.find((candidate) => candidate.arn.test(arn));
    if (kind !== undefined) return [{ id: kind.arn.exec(arn)?.[1] ?? arn, kind, source: undefined }];
    // The tagging API goes on listing what a stack deleted for a while.
    const isFormer = lineage.former.some(({ id }) => slashed(arn).endsWith(slashed(id)));
    return isFormer ? [] : [{ id: arn, kind: undefined, source: undefined }];
  });
}

async function look({ id, kind, source }: Candidate): Promise<Leftover[]> {
  if (kind === undefined) return [{ id, kind, source, what: 'other', role: 'unknown', detail: 'by its tag' }];
  const seen = await kind.look(id);
  return seen === undefined ? [] : [{ ...seen, id, kind, source, what: kind.what, role: kind.role }];
}
