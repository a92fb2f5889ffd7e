import type { Need, Outside } from './deployment.ts';
import type { Network, Route, Rule, Subnet } from './network.ts';
import { type Party, placeOf } from './parties.ts';
import { ANYWHERE, aclPasses, contains, prefixOf } from './ranges.ts';
import type { Resources } from './resolve.ts';

/** A rule of ingress that a connection goes through, and the port; all of them for NAT, which passes everything on. */
export interface Passed {
  readonly rule: Rule;
  readonly port: number | 'all';
}

/** What was found on every way of one connection. */
export interface Paths {
  /** Ways that were followed: each pair of subnets, there and back. */
  count: number;
  readonly problems: Set<string>;
  readonly passed: Passed[];

  /** By what it leaves the VPC: ids of NATs, gateways and endpoints. */
  readonly ways: Set<string>;
}

/** One side of a connection as rules of security groups see it. */
type Peer = { readonly groups: readonly string[]; readonly cidr: string } | { readonly prefixList: true };

/** Follows connections through a network. */
export class PathFinder {
  private readonly network: Network;
  private readonly resources: Resources;
  private readonly parties: readonly Party[];

  constructor(network: Network, resources: Resources, parties: readonly Party[]) {
    this.network = network;
    this.resources = resources;
    this.parties = parties;
  }

  /** Every way that a connection may take, from each subnet of its source. */
  follow(need: Need): Paths {
    const paths: Paths = { count: 0, problems: new Set(), passed: [], ways: new Set() };
    const { from, to, port } = need;
    if (!('kind' in from)) this.comeIn(from, to, port, paths);
    else if ('party' in to) this.between(from, to.party, port, paths);
    else if ('service' in to) this.toService(from, to.service, to.region, port, paths);
    else this.toInternet(from, port, paths);
    return paths;
  }

  private comeIn(from: Outside, to: Need['to'], port: number, paths: Paths): void {
    if (!('party' in to)) throw new Error(`${from.name} can only come into the VPC`);
    const target = to.party;
    for (const subnet of this.subnetsOf(target, paths)) {
      paths.count += 2;
      if (!this.network.hasInternetGateway) paths.problems.add('the VPC has no internet gateway');
      if ('prefixList' in from) {
        // CloudFront's interface is in the same subnet, where no network ACL is asked, and takes answers only there.
        if (defaultRoute(subnet)?.kind === 'internet gateway')
          paths.problems.add(`answers of ${target.name} leave ${subnet.id} by the internet gateway`);
        this.enter({ prefixList: true }, target, port, paths);
        continue;
      }
      if (!target.isPublic) paths.problems.add(`${target.name} has no public address`);
      if (defaultRoute(subnet)?.kind !== 'internet gateway')
        paths.problems.add(`no way back from ${subnet.id} to the internet`);
      this.passAcl(subnet, false, from.cidr, port, paths);
      this.passAcl(subnet, true, from.cidr, 'ephemeral', paths);
      this.enter({ groups: [], cidr: from.cidr }, target, port, paths);
    }
  }

  private between(from: Party, to: Party, port: number, paths: Paths): void {
    for (const source of this.subnetsOf(from, paths)) {
      for (const target of this.subnetsOf(to, paths)) {
        paths.count += 2;
        this.leave(from, { groups: to.groups, cidr: target.cidr }, port, paths);
        this.enter({ groups: from.groups, cidr: source.cidr }, to, port, paths);
        // Inside a subnet no network ACL is asked. The route between subnets is the VPC's own, which cannot be removed.
        if (source.id === target.id) continue;
        this.passAcl(source, true, target.cidr, port, paths);
        this.passAcl(target, false, source.cidr, port, paths);
        this.passAcl(target, true, source.cidr, 'ephemeral', paths);
        this.passAcl(source, false, target.cidr, 'ephemeral', paths);
      }
    }
  }

  private toService(from: Party, service: string, region: string, port: number, paths: Paths): void {
    const endpoints = region === this.network.region ? this.network.endpoints.filter((e) => e.service === service) : [];
    const inside = endpoints.find(({ kind, hasPrivateDns }) => kind === 'interface' && hasPrivateDns);
    // Where the private DNS of an endpoint answers, nobody goes by the internet any more.
    if (inside !== undefined) {
      const party = this.parties.find(({ id }) => id === inside.id);
      paths.ways.add(inside.id);
      if (party !== undefined) this.between(from, party, port, paths);
      return;
    }
    for (const subnet of this.subnetsOf(from, paths)) {
      const routed = endpoints.find(
        ({ kind, routeTables }) => kind === 'gateway' && routeTables.includes(subnet.routeTable ?? ''),
      );
      if (routed === undefined) {
        this.throughDefaultRoute(from, subnet, port, paths);
        continue;
      }
      paths.ways.add(routed.id);
      this.throughGateway(from, subnet, port, paths);
    }
  }

  private toInternet(from: Party, port: number, paths: Paths): void {
    for (const subnet of this.subnetsOf(from, paths)) this.throughDefaultRoute(from, subnet, port, paths);
  }

  /** Out of a subnet to public addresses: those of S3 by a gateway endpoint are public too. */
  private throughGateway(from: Party, subnet: Subnet, port: number, paths: Paths): void {
    paths.count += 2;
    this.leave(from, { groups: [], cidr: ANYWHERE }, port, paths);
    this.passAcl(subnet, true, ANYWHERE, port, paths);
    this.passAcl(subnet, false, ANYWHERE, 'ephemeral', paths);
  }

  private throughDefaultRoute(from: Party, subnet: Subnet, port: number, paths: Paths): void {
    this.throughGateway(from, subnet, port, paths);
    const route = defaultRoute(subnet);
    if (route !== undefined) paths.ways.add(route.target);
    switch (route?.kind) {
      case 'internet gateway':
        if (!from.isPublic) paths.problems.add(`${from.name} has no public address in ${subnet.id}`);
        return;
      case 'NAT gateway':
        this.throughNatGateway(subnet, route, port, paths);
        return;
      case 'NAT instance':
        this.throughNatInstance(subnet, route, port, paths);
        return;
      default:
        paths.problems.add(`no route from ${subnet.id} to the internet`);
    }
  }

  private throughNatGateway(subnet: Subnet, { target }: Route, port: number, paths: Paths): void {
    const nat = this.network.natGateways.get(target);
    const place = this.network.subnets.get(nat?.subnet ?? '');
    if (nat?.hasAddress !== true) paths.problems.add(`${target} has no public address`);
    this.passOn(subnet, place, target, port, paths);
  }

  private throughNatInstance(subnet: Subnet, { target }: Route, port: number, paths: Paths): void {
    const machine = this.resources.get(target);
    if (machine === undefined) {
      paths.problems.add(`no route from ${subnet.id} to the internet`);
      return;
    }
    const { subnets, groups, hasAddress } = placeOf(machine);
    const place = this.network.subnets.get(subnets[0] ?? '');
    if (!hasAddress && place?.givesPublicAddress !== true) paths.problems.add(`${target} has no public address`);
    if (machine.properties['SourceDestCheck'] !== false)
      paths.problems.add(`${target} takes only what is meant for itself`);
    const entry = this.ruleFor({ groups: [], cidr: subnet.cidr }, groups, port);
    if (entry === undefined) paths.problems.add(`${groups.join()} lets ${subnet.id} not in on ${port}`);
    else paths.passed.push({ rule: entry, port: 'all' });
    this.leave({ groups }, { groups: [], cidr: ANYWHERE }, port, paths);
    this.passOn(subnet, place, target, port, paths);
  }

  /** Through the subnet of a NAT to the internet, and back. */
  private passOn(subnet: Subnet, place: Subnet | undefined, nat: string, port: number, paths: Paths): void {
    if (place === undefined || defaultRoute(place)?.kind !== 'internet gateway') {
      paths.problems.add(`no route from ${nat} to the internet`);
      return;
    }
    this.passAcl(place, false, subnet.cidr, port, paths);
    this.passAcl(place, true, ANYWHERE, port, paths);
    this.passAcl(place, false, ANYWHERE, 'ephemeral', paths);
    this.passAcl(place, true, subnet.cidr, 'ephemeral', paths);
  }

  private subnetsOf(party: Party, paths: Paths): Subnet[] {
    const found = party.subnets.flatMap((id) => this.network.subnets.get(id) ?? []);
    if (found.length === 0 || found.length < party.subnets.length)
      paths.problems.add(`${party.name} is in a subnet that is not there`);
    return found;
  }

  private passAcl(
    { id, acl }: Subnet,
    egress: boolean,
    peer: string,
    port: number | 'ephemeral',
    { problems }: Paths,
  ): void {
    if (acl === undefined || aclPasses(acl.entries, egress, peer, port)) return;
    const ports = port === 'ephemeral' ? 'answers' : String(port);
    problems.add(`${acl.id} of ${id} stops ${ports} ${egress ? 'to' : 'from'} ${peer}`);
  }

  private leave({ groups }: Pick<Party, 'groups'>, peer: Peer, port: number, { problems }: Paths): void {
    const rules = this.network.egress.filter(({ group }) => groups.includes(group));
    if (!rules.some((rule) => covers(rule, peer, port))) problems.add(`${groups.join()} lets nothing out to ${port}`);
  }

  private enter(peer: Peer, to: Party, port: number, paths: Paths): void {
    const rule = this.ruleFor(peer, to.groups, port);
    if (rule === undefined) paths.problems.add(`${to.groups.join()} lets nobody of them in on ${port}`);
    else paths.passed.push({ rule, port });
  }

  /** The narrowest rule of ingress that lets a connection in: wider ones beside it are there for nothing. */
  private ruleFor(peer: Peer, groups: readonly string[], port: number): Rule | undefined {
    return this.network.ingress
      .filter((rule) => groups.includes(rule.group) && covers(rule, peer, port))
      .sort((a, b) => width(a) - width(b))[0];
  }
}

/** Whether a rule holds for a peer on a TCP port. */
function covers({ peer: named, ports, protocol }: Rule, peer: Peer, port: number): boolean {
  if (!['-1', 'tcp', '6'].includes(protocol) || port < ports.from || port > ports.to) return false;
  if ('prefixList' in peer) return 'prefixList' in named;
  if ('group' in named) return peer.groups.includes(named.group);
  return 'cidr' in named && contains(named.cidr, peer.cidr);
}

/** How many it lets in: a security group is narrower than any range of addresses. */
function width({ peer, ports }: Rule): number {
  const addresses = 'cidr' in peer ? 33 - prefixOf(peer.cidr) : 0;
  return addresses * 100_000 + ports.to - ports.from;
}

/** The route of a subnet to everywhere that no other leads to. */
export function defaultRoute({ routes }: Subnet): Route | undefined {
  return routes.find(({ destination }) => destination === ANYWHERE);
}
