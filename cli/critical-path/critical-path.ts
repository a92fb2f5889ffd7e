import { referencesIn } from '../../lib/utils/template-references.ts';
import durations from './durations.json' with { type: 'json' };

/** As much of a template as tells what waits for what. */
export interface DependentResources {
  readonly Resources: Readonly<
    Record<
      string,
      { readonly Type: string; readonly Properties?: unknown; readonly DependsOn?: string | readonly string[] }
    >
  >;
}

/** One resource on a path: assumed seconds of its own, and when it is done. */
export interface Step {
  readonly logicalId: string;
  readonly type: string;
  readonly seconds: number;
  readonly doneAt: number;
}

export interface CriticalPath {
  /** What the first answer of LibreChat waits for, first to last. */
  readonly steps: readonly Step[];
  readonly seconds: number;

  /** When the last resource is done: readers of a database may follow, and nobody waits for them. */
  readonly completeSeconds: number;

  /** Network, slowest database with its initializer or slowest entrance, then what serves: nothing can be faster. */
  readonly unavoidable: readonly string[];
  readonly unavoidableSeconds: number;

  /** Times are assumed, of this date. */
  readonly assumed: { readonly date: string; readonly label: string };
}

const NETWORK = ['AWS::EC2::VPC', 'AWS::EC2::Subnet'];

/**
 * What must be made one after the other between the network and LibreChat, by type: each database with what prepares
 * it, and the way to the address that LibreChat must know before it starts.
 */
const CHAINS: readonly (readonly string[])[] = [
  ['AWS::RDS::DBSubnetGroup', 'AWS::RDS::DBInstance', 'Custom::LibreChatPostgres'],
  ['AWS::RDS::DBSubnetGroup', 'AWS::RDS::DBCluster', 'AWS::RDS::DBInstance', 'Custom::LibreChatPostgres'],
  ['AWS::DocDB::DBSubnetGroup', 'AWS::DocDB::DBCluster', 'AWS::DocDB::DBInstance', 'Custom::LibreChatDocumentDb'],
  ['AWS::ElastiCache::SubnetGroup', 'AWS::ElastiCache::ReplicationGroup'],
  ['AWS::ElasticLoadBalancingV2::LoadBalancer', 'AWS::CloudFront::VpcOrigin', 'AWS::CloudFront::Distribution'],
  ['AWS::IAM::Role', 'AWS::IAM::InstanceProfile', 'AWS::EC2::Instance', 'AWS::CloudFront::Distribution'],
  [
    'AWS::IAM::Role',
    'AWS::IAM::InstanceProfile',
    'AWS::EC2::Instance',
    'AWS::CloudFront::VpcOrigin',
    'AWS::CloudFront::Distribution',
  ],
];

/** What serves LibreChat, last of all. */
const SERVES: readonly (readonly string[])[] = [
  ['AWS::ECS::TaskDefinition', 'AWS::ECS::Service'],
  ['AWS::SSM::Parameter', 'AWS::CloudFormation::WaitCondition'],
];

/** Assumed seconds that AWS takes for a resource of this type. */
export function assumedSeconds(type: string): number {
  const known: Readonly<Record<string, number>> = durations.seconds;
  return known[type] ?? (type.startsWith('Custom::') ? known['Custom::'] : undefined) ?? durations.otherSeconds;
}

/** Resources that each resource waits for. */
function dependenciesOf({ Resources }: DependentResources): ReadonlyMap<string, readonly string[]> {
  return new Map(
    Object.entries(Resources).map(([id, { Properties, DependsOn = [] }]) => [
      id,
      [...new Set([...referencesIn(Properties), ...[DependsOn].flat()])].filter((other) => other in Resources),
    ]),
  );
}

/**
 * What a first deployment waits for, when CloudFormation makes at once whatever can be made at once.
 *
 * A local AWS makes one resource after the other, so that its times tell nothing about this.
 */
export function criticalPath(template: DependentResources): CriticalPath {
  const graph = new Graph(template);
  const ids = Object.keys(template.Resources);
  const serving = new Set(SERVES.map((types) => types.at(-1)));
  const steps = graph.longestTo(ids.filter((id) => serving.has(template.Resources[id]?.Type)));
  const unavoidable = unavoidableTypes(template);
  return {
    steps,
    seconds: lastOf(steps),
    completeSeconds: lastOf(graph.longestTo(ids)),
    unavoidable,
    unavoidableSeconds: sum(unavoidable),
    assumed: { date: durations.date, label: durations.label },
  };
}

const lastOf = (steps: readonly Step[]) => steps.at(-1)?.doneAt ?? 0;

const sum = (types: readonly string[]) => types.reduce((total, type) => total + assumedSeconds(type), 0);

function unavoidableTypes({ Resources }: DependentResources): string[] {
  const present = new Set(Object.values(Resources).map(({ Type }) => Type));
  const slowest = (chains: readonly (readonly string[])[]) =>
    chains
      .filter((chain) => chain.every((type) => present.has(type)))
      .reduce<readonly string[]>((longest, chain) => (sum(chain) > sum(longest) ? chain : longest), []);
  return [...NETWORK.filter((type) => present.has(type)), ...slowest(CHAINS), ...slowest(SERVES)];
}

class Graph {
  private readonly resources: DependentResources['Resources'];
  private readonly dependencies: ReadonlyMap<string, readonly string[]>;
  private readonly done = new Map<string, { readonly at: number; readonly after: string | undefined }>();

  constructor(template: DependentResources) {
    this.resources = template.Resources;
    this.dependencies = dependenciesOf(template);
  }

  /** The longest path that ends at one of these. */
  longestTo(ids: readonly string[]): Step[] {
    let last: string | undefined;
    for (const id of ids) if (last === undefined || this.doneAt(id) > this.doneAt(last)) last = id;
    const steps: Step[] = [];
    for (let id = last; id !== undefined; id = this.done.get(id)?.after) {
      const type = this.typeOf(id);
      steps.unshift({ logicalId: id, type, seconds: assumedSeconds(type), doneAt: this.doneAt(id) });
    }
    return steps;
  }

  private typeOf(id: string): string {
    return this.resources[id]?.Type ?? '';
  }

  private doneAt(id: string): number {
    const known = this.done.get(id);
    if (known !== undefined) return known.at;
    let begun = 0;
    let after: string | undefined;
    for (const other of this.dependencies.get(id) ?? []) {
      const at = this.doneAt(other);
      if (at > begun) [begun, after] = [at, other];
    }
    const at = begun + assumedSeconds(this.typeOf(id));
    this.done.set(id, { at, after });
    return at;
  }
}
