import createOnlyProperties from './create-only-properties.json' with { type: 'json' };
import { referencesIn } from './template-references.ts';

/** Types whose replacement would lose what people keep, or the way to it. */
export const STATEFUL_TYPES: ReadonlySet<string> = new Set([
  'AWS::Backup::BackupVault',
  'AWS::Cognito::UserPool',
  'AWS::DocDB::DBCluster',
  'AWS::EC2::Volume',
  'AWS::EFS::AccessPoint',
  'AWS::EFS::FileSystem',
  'AWS::ElastiCache::ReplicationGroup',
  'AWS::KMS::Key',
  'AWS::RDS::DBCluster',
  'AWS::RDS::DBInstance',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
]);

/** A resource as CloudFormation has it. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** As much of a template as tells what an update does to its resources. */
export interface ResourcesOfTemplate {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
}

/** What an update would do to a resource that holds data. */
export interface StatefulChange {
  readonly logicalId: string;
  readonly type: string;

  /**
   * `replaced`: an empty one takes its place. `removed`: it leaves the stack. `regenerated`: it stays, its value does
   * not.
   */
  readonly kind: 'replaced' | 'removed' | 'regenerated';

  /** Which property does it, and why. */
  readonly reason: string;
}

/** Properties that the schemas leave out, and that CloudFormation's reference says cannot be changed in place. */
const UNCHANGEABLE: Readonly<Record<string, readonly string[]>> = {
  'AWS::Cognito::UserPool': ['AliasAttributes', 'UsernameAttributes', 'UsernameConfiguration'],
  'AWS::EC2::Volume': ['AvailabilityZone', 'Encrypted', 'KmsKeyId', 'OutpostArn', 'SnapshotId'],
  'AWS::KMS::Key': ['KeySpec', 'KeyUsage', 'MultiRegion', 'Origin'],
};

/** Properties that the schemas call conditional, and that the reference says are changed in place. */
const CHANGED_IN_PLACE: Readonly<Record<string, readonly string[]>> = {
  // Its root lies on EBS: it stops and starts again.
  'AWS::EC2::Instance': ['EbsOptimized', 'InstanceType', 'SecurityGroupIds', 'UserData'],
  'AWS::RDS::DBInstance': [
    'AutoMinorVersionUpgrade',
    'BackupRetentionPeriod',
    'DBParameterGroupName',
    'MultiAZ',
    'PerformanceInsightsKMSKeyId',
    'PreferredMaintenanceWindow',
  ],
};

/** Properties whose change writes a new random value into a secret that keeps its name. */
const REGENERATING: Readonly<Record<string, string>> = { 'AWS::SecretsManager::Secret': 'GenerateSecretString' };

const SUBNETS_OF_GROUP = 'SubnetIds';

/**
 * What an update from one template to another would do to the resources that hold data.
 *
 * Knows what the two templates say, not what is deployed: a value that AWS finds while deploying (a look-up, a
 * parameter) counts as changed when the question does.
 */
export function compareTemplates(before: ResourcesOfTemplate, after: ResourcesOfTemplate): StatefulChange[] {
  const comparison = new Comparison(before, after);
  return Object.entries(before.Resources)
    .filter(([, resource]) => holdsData(resource))
    .flatMap(([logicalId, resource]) => {
      const change = comparison.changeOf(logicalId, resource);
      return change === undefined ? [] : [{ logicalId, type: resource.Type, ...change }];
    });
}

/** Whether a resource keeps something that an empty one would not have. An instance of a cluster keeps nothing itself. */
export function holdsData({ Type, Properties }: TemplateResource): boolean {
  return STATEFUL_TYPES.has(Type) && Properties?.['DBClusterIdentifier'] === undefined;
}

/** Resources that stay in a stack by their id while an update makes them others, each with the reason. */
export function replacedResources(
  before: ResourcesOfTemplate,
  after: ResourcesOfTemplate,
): ReadonlyMap<string, string> {
  return new Comparison(before, after).moved;
}

/** What makes a resource this one and no other: an update that changes any of it makes another. */
export function identityOf(id: string, resourceOf: (id: string) => TemplateResource | undefined): unknown {
  const resource = resourceOf(id);
  if (resource === undefined) return id;
  const { Type, Properties } = resource;
  const fixed = isCustomResource(Type)
    ? Properties
    : fixedProperties(Type).map((path) => valueAt(Properties, path.split('/')));
  return [id, Type, fixed, referencesIn(fixed).map((other) => identityOf(other, resourceOf))];
}

/** Two templates, and which resources keep their identity between them. */
class Comparison {
  private readonly before: ResourcesOfTemplate;
  private readonly after: ResourcesOfTemplate;

  /** Resources whose references lead elsewhere after the update, each with the reason. */
  readonly moved = new Map<string, string>();

  constructor(before: ResourcesOfTemplate, after: ResourcesOfTemplate) {
    this.before = before;
    this.after = after;
    // A replaced resource may replace those that refer to it, and these others.
    let found: number;
    do {
      found = this.moved.size;
      for (const [id, old] of Object.entries(before.Resources)) {
        const fresh = after.Resources[id];
        if (fresh === undefined || this.moved.has(id)) continue;
        const reason = this.reasonToMove(old, fresh);
        if (reason !== undefined) this.moved.set(id, reason);
      }
    } while (this.moved.size > found);
  }

  changeOf(id: string, old: TemplateResource): Pick<StatefulChange, 'kind' | 'reason'> | undefined {
    const fresh = this.after.Resources[id];
    if (fresh === undefined) return { kind: 'removed', reason: 'is not in the new template' };
    const reason = this.moved.get(id);
    if (reason !== undefined) return { kind: 'replaced', reason };
    const generated = REGENERATING[old.Type];
    if (generated === undefined || isSame(old.Properties?.[generated], fresh.Properties?.[generated])) return undefined;
    return { kind: 'regenerated', reason: `${generated} changes, which generates a new value` };
  }

  private reasonToMove(old: TemplateResource, fresh: TemplateResource): string | undefined {
    if (old.Type !== fresh.Type)
      return `its type changes from ${old.Type} to ${fresh.Type}, which CloudFormation refuses`;
    if (isCustomResource(old.Type)) return this.reasonToAnswerAnew(old, fresh);
    if (old.Type.endsWith('SubnetGroup') && this.leavesNetwork(old, fresh))
      return `none of its subnets stays, and AWS moves no database to another network`;
    for (const path of fixedProperties(old.Type)) {
      const [value, newValue] = [old, fresh].map(({ Properties }) => valueAt(Properties, path.split('/')));
      if (!isSame(value, newValue)) return `${path} changes, which CloudFormation does only by replacing`;
      const target = this.movedReference(newValue);
      if (target !== undefined) return `${path} refers to ${target}`;
    }
    return undefined;
  }

  /** The answer of a custom resource may be another one when it is asked again. */
  private reasonToAnswerAnew(old: TemplateResource, fresh: TemplateResource): string | undefined {
    if (!isSame(old.Properties, fresh.Properties)) return 'it is asked again, with other properties';
    const target = this.movedReference(fresh.Properties);
    return target === undefined ? undefined : `it is asked again: it refers to ${target}`;
  }

  private leavesNetwork(old: TemplateResource, fresh: TemplateResource): boolean {
    const [subnets, newSubnets] = [old, fresh].map(({ Properties }) => [Properties?.[SUBNETS_OF_GROUP]].flat());
    return !subnets?.some(
      (subnet) =>
        newSubnets?.some((other) => isSame(subnet, other)) === true && this.movedReference(subnet) === undefined,
    );
  }

  private movedReference(value: unknown): string | undefined {
    for (const id of referencesIn(value)) {
      const reason = this.moved.get(id);
      if (reason !== undefined) return `${id}: ${this.before.Resources[id]?.Type ?? ''}, ${reason}`;
    }
    return undefined;
  }
}

const isCustomResource = (type: string) =>
  type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource';

/** Paths of the properties that keep a resource what it is. */
function fixedProperties(type: string): readonly string[] {
  const known: Partial<Record<string, { createOnly: string[]; conditional: string[] }>> = createOnlyProperties.types;
  const { createOnly = [], conditional = [] } = known[type] ?? {};
  const inPlace = CHANGED_IN_PLACE[type] ?? [];
  return [...createOnly, ...conditional.filter((path) => !inPlace.includes(path)), ...(UNCHANGEABLE[type] ?? [])];
}

/** The value at a path; `*` stands for every item of a list. */
function valueAt(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined || typeof value !== 'object' || value === null) return value;
  if (key === '*') return Object.values(value).map((item) => valueAt(item, rest));
  return valueAt((value as Readonly<Record<string, unknown>>)[key], rest);
}

/** Whether two values of templates are the same, whatever the order of their keys. */
function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other;
  const [entries, others] = [Object.entries(one), new Map(Object.entries(other))];
  return (
    Array.isArray(one) === Array.isArray(other) &&
    entries.length === others.size &&
    entries.every(([key, value]) => others.has(key) && isSame(value, others.get(key)))
  );
}
