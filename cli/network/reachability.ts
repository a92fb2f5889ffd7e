import type { DeploymentConfig } from '../../config/schema.ts';
import type { Need, Target } from './deployment.ts';
import { isForeign, withExistingVpc } from './existing-vpc.ts';
import { type Network, networkOf, type Rule } from './network.ts';
import { needsOf } from './needs.ts';
import { type Party, partiesOf } from './parties.ts';
import { type Passed, PathFinder } from './paths.ts';
import { contains } from './ranges.ts';
import { ofTypes, resolveTemplate, type Resources, type Template } from './resolve.ts';

/** What a template's network lets through. */
export interface Reachability {
  /** Connections, each with the NATs, gateways and endpoints by which it leaves the VPC. */
  readonly needs: readonly (Need & { readonly ways: ReadonlySet<string> })[];
  readonly parties: readonly Party[];
  readonly network: Network;

  /** Everything of the template, references resolved, and what the owner of an existing VPC has. */
  readonly resources: Resources;

  /** Connections that stay inside a machine. */
  readonly local: readonly string[];

  /** Ways that were followed. */
  readonly paths: number;

  /** Rules of ingress of all security groups. */
  readonly rules: number;

  /** What is wrong, empty where nothing is. */
  readonly findings: readonly string[];
}

/** Whether everything gets where it must, and nothing is open besides. */
export function checkReachability(template: Template, config: DeploymentConfig): Reachability {
  const region = config.region ?? 'us-east-1';
  const resources = withExistingVpc(resolveTemplate(template, region), config);
  const parties = partiesOf(resources);
  const network = networkOf(resources, region);
  const { needs, problems, local } = needsOf(config, resources, region);
  const finder = new PathFinder(network, resources, parties);
  const findings = [...problems];
  const passed: Passed[] = [];
  const followed: Reachability['needs'][number][] = [];
  let paths = local.length;
  for (const need of needs) {
    const found = finder.follow(need);
    followed.push({ ...need, ways: found.ways });
    paths += found.count;
    passed.push(...found.passed);
    findings.push(...[...found.problems].map((problem) => `${describe(need)}: ${problem}`));
  }
  findings.push(
    ...openForNothing(network, needs, passed),
    ...storesThatLeadOut(network, parties),
    ...defaultGroups(resources),
  );
  return {
    needs: followed,
    parties,
    network,
    resources,
    local,
    paths,
    rules: network.ingress.length,
    findings: [...new Set(findings)],
  };
}

/** Who calls whom, on which port. */
export function describe({ from, to, port }: Need): string {
  return `${from.name} → ${nameOfTarget(to)}:${port}`;
}

/** What a target is called. */
export function nameOfTarget(to: Target): string {
  if ('party' in to) return to.party.name;
  return 'service' in to ? to.service : to.internet;
}

/** Rules of ingress that no connection goes through, or that open more than those that do. */
function openForNothing(network: Network, needs: readonly Need[], passed: readonly Passed[]): string[] {
  const strangers = new Set(needs.flatMap(({ from }) => ('cidr' in from ? from.cidr : [])));
  return network.ingress.flatMap((rule) => {
    const used = passed.filter((one) => one.rule.id === rule.id);
    if (used.length === 0) return `${rule.id} is open for nothing`;
    const { from, to } = rule.ports;
    const ports = new Set(used.map(({ port }) => port));
    if (!ports.has('all') && ports.size <= to - from) return `${rule.id} opens ${from}-${to} for ${[...ports].join()}`;
    return isTooWide(rule, network, strangers) ? `${rule.id} opens to more than the VPC and those who are let in` : [];
  });
}

/** A range of addresses is that of the VPC or narrower, or the very one that the configuration lets in. */
function isTooWide({ peer }: Rule, { cidr }: Network, strangers: ReadonlySet<string>): boolean {
  return 'cidr' in peer && !contains(cidr, peer.cidr) && !strangers.has(peer.cidr);
}

/** Stores have no way to the internet, neither there nor back. */
function storesThatLeadOut(network: Network, parties: readonly Party[]): string[] {
  return parties
    .filter(({ kind }) => kind === 'store')
    .flatMap(({ name, subnets, isPublic }) => [
      ...(isPublic ? [`${name} has a public address`] : []),
      ...subnets
        .filter((id) => (network.subnets.get(id)?.routes ?? []).length > 0)
        .map((id) => `${name} is in ${id}, which has a route out of the VPC`),
    ]);
}

/** The default group of a new VPC lets its members talk, until somebody empties it. */
function defaultGroups(resources: Resources): string[] {
  const emptied = ofTypes(resources, 'Custom::VpcRestrictDefaultSG').map(({ properties }) =>
    String(properties['DefaultSecurityGroupId']),
  );
  return ofTypes(resources, 'AWS::EC2::VPC')
    .filter(({ id }) => !emptied.includes(`${id}.DefaultSecurityGroup`) && !isForeign(id))
    .map(({ id }) => `the default security group of ${id} is not emptied`);
}
