import { referencesIn } from '../../lib/utils/template-references.ts';
import { isNode, type Resource } from './template.ts';
import { plus, type Range, rangeOf, times, type Usage, type UsageKey } from './usage.ts';

/** One of the numbers that are multiplied. */
export interface Factor {
  readonly label: string;
  readonly low: number;
  readonly high: number;
}

/** A line of the bill before it has a price. */
export interface Draft {
  readonly what: string;
  /** Key of the price book. */
  readonly price: string;
  readonly factors: readonly Factor[];
  /** Key of the price book for a part of the price, such as that of Spot. */
  readonly discount?: string;
}

/** What a pricer finds on a resource: lines, and parts that cost nothing or cannot be told. */
export type Finding = Draft | { readonly free: string } | { readonly unpriced: string };

/** Prices one resource of its type. */
export type Pricer = (resource: Resource, context: Context) => Iterable<Finding>;
export type Pricers = Readonly<Record<string, Pricer>>;

/** A resource, or part of one, whose price depends on something unknown. */
export class Unpriceable extends Error {}

type Amounts = Readonly<Record<string, number | Range>>;

/** A line that multiplies the price with these amounts. */
export const line = (what: string, price: string, amounts: Amounts = {}, discount?: string): Draft => ({
  what,
  price,
  ...(discount === undefined ? {} : { discount }),
  factors: Object.entries(amounts).map(([label, amount]) => {
    const [low, high] = rangeOf(amount);
    return { label, low, high };
  }),
});

export const HOURS = 730;
const KB_PER_GB = 1e6;

/** What pricers may ask: usage, and the other resources of the template. */
export class Context {
  readonly usage: Usage;
  readonly resources: readonly Resource[];
  readonly region: string;
  private readonly byId: ReadonlyMap<string, Resource>;

  constructor(resources: readonly Resource[], usage: Usage, region: string) {
    this.resources = resources;
    this.usage = usage;
    this.region = region;
    this.byId = new Map(resources.map((resource) => [resource.id, resource]));
  }

  ofType(...types: readonly string[]): Resource[] {
    return this.resources.filter(({ type }) => types.includes(type));
  }

  /** The first resource that a value refers to. */
  referred(value: unknown): Resource | undefined {
    return this.allReferred(value)[0];
  }

  allReferred(value: unknown): Resource[] {
    return [...new Set(referencesIn(value))].flatMap((id) => this.byId.get(id) ?? []);
  }

  get messages(): Range {
    return times(this.usage.users, this.usage.messages);
  }

  /** GB of all messages, from KB for each. */
  gb(kbPerMessage: UsageKey): Range {
    return times(this.messages, this.usage[kbPerMessage], [1 / KB_PER_GB, 1 / KB_PER_GB]);
  }

  /** Capacity between least and most. */
  scaled(least: number, most: number): Range {
    const room = Math.max(0, most - least);
    return plus([least, least], times([room, room], this.usage.scaling));
  }

  /** Resources through which people come in: the outermost ones there are. */
  get entrances(): Resource[] {
    const distributions = this.ofType('AWS::CloudFront::Distribution');
    const balancers = this.ofType('AWS::ElasticLoadBalancingV2::LoadBalancer').filter(isPublicBalancer);
    const machines = this.ofType('AWS::EC2::Instance').filter((machine) => this.isReachable(machine));
    return [distributions, balancers, machines].find((group) => group.length > 0) ?? [];
  }

  /** Whether a machine has a public address, its own or an elastic one. */
  isReachable(machine: Resource): boolean {
    return this.hasElasticAddress(machine) || this.hasOwnAddress(machine);
  }

  /** Whether a machine pays for a public address of its own: an elastic one pays for itself. */
  paysForAddress(machine: Resource): boolean {
    return !this.hasElasticAddress(machine) && this.hasOwnAddress(machine);
  }

  private hasElasticAddress({ id }: Resource): boolean {
    return this.ofType('AWS::EC2::EIP', 'AWS::EC2::EIPAssociation').some((address) =>
      referencesIn(address.properties['InstanceId']).includes(id),
    );
  }

  private hasOwnAddress({ properties }: Resource): boolean {
    const [network] = list(properties, 'NetworkInterfaces');
    const asked = at(network, 'AssociatePublicIpAddress');
    const subnet = this.referred(at(network, 'SubnetId') ?? properties['SubnetId']);
    const byDefault = subnet !== undefined && flag(subnet.properties, 'MapPublicIpOnLaunch');
    return asked === undefined ? byDefault : isTrue(asked);
  }
}

/** Traffic to browsers, counted where it leaves AWS. */
export function* egress(resource: Resource, context: Context): Iterable<Finding> {
  const { entrances } = context;
  if (entrances.includes(resource))
    yield line('traffic to browsers', 'AWSDataTransfer/internetOut', {
      GB: share(context.gb('trafficKb'), entrances.length),
    });
}

export const share = (range: Range, parts: number): Range => times(range, [1 / parts, 1 / parts]);

export const isPublicBalancer = ({ properties }: Resource): boolean => properties['Scheme'] !== 'internal';

/** Part of a property; undefined when any step is missing. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (found, key) =>
      isNode(found) || Array.isArray(found) ? (found as Record<string | number, unknown>)[key] : undefined,
    value,
  );
}

export function list(value: unknown, ...path: readonly string[]): unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : found === undefined ? [] : [found];
}

const isTrue = (value: unknown) => value === true || value === 'true';

export const flag = (value: unknown, ...path: readonly string[]): boolean => isTrue(at(value, ...path));

/** A text that must be known. */
export function text(value: unknown, name: string, otherwise?: string): string {
  const found = at(value, name) ?? otherwise;
  if (typeof found === 'string') return found;
  throw new Unpriceable(`${name} is not in the template`);
}

/** A number that must be known. */
export function number(value: unknown, name: string, otherwise?: number): number {
  const found = at(value, name) ?? otherwise;
  const parsed = typeof found === 'string' ? Number.parseFloat(found) : found;
  if (typeof parsed === 'number' && Number.isFinite(parsed)) return parsed;
  throw new Unpriceable(`${name} is not in the template`);
}
