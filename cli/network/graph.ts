import { distinct } from '../report/lists.ts';
import type { Network, Subnet } from './network.ts';
import { defaultRoute } from './paths.ts';
import { nameOfTarget, type Reachability } from './reachability.ts';

type Need = Reachability['needs'][number];

/** Kinds of subnets by where they lead, in the order in which they are drawn. */
export const SUBNET_KINDS = ['public', 'private', 'isolated'] as const;
export type SubnetKind = (typeof SUBNET_KINDS)[number];

export const SUBNET_MEANING: Readonly<Record<SubnetKind, string>> = {
  public: 'to and from the internet',
  private: 'out only',
  isolated: 'no way out',
};

export function kindOf(subnet: Subnet): SubnetKind {
  const route = defaultRoute(subnet);
  if (route === undefined) return 'isolated';
  return route.kind === 'internet gateway' ? 'public' : 'private';
}

/** NATs are drawn as one: they differ by zone only. */
export function natsOf(network: Network): { id: string; name: string }[] {
  const routes = [...network.subnets.values()].flatMap(({ routes: all }) => all);
  return routes.filter(({ kind }) => kind.startsWith('NAT')).map(({ kind, target }) => ({ id: target, name: kind }));
}

/** Names under which all services of AWS, and all hosts of the internet, are reached outside of the VPC. */
export const BEYOND = { aws: 'aws', internet: 'internet' } as const;

export const gatewayName = (service: string) => `${service} gateway`;

/** What is reached outside of the VPC: services by a gateway endpoint of their own, other services, hosts. */
export function beyondOf({ network, needs }: Reachability): {
  gateways: string[];
  services: string[];
  hosts: string[];
} {
  const open = needs.filter((need) => wayOut(network, need) !== undefined);
  return {
    gateways: network.endpoints
      .filter(({ id, kind }) => kind === 'gateway' && needs.some(({ ways }) => ways.has(id)))
      .map(({ service }) => service),
    services: distinct(open.flatMap(({ to }) => ('service' in to ? to.service : []))),
    hosts: distinct(open.flatMap(({ to }) => ('internet' in to ? to.internet : []))),
  };
}

/** By which NAT or gateway a connection goes to public addresses. */
function wayOut(network: Network, { to, ways }: Need): string | undefined {
  if ('party' in to) return undefined;
  const nat = natsOf(network).find(({ id }) => ways.has(id));
  if (nat !== undefined) return nat.name;
  return network.endpoints.some(({ id }) => ways.has(id)) ? undefined : 'internet gateway';
}

/** Who calls whom, by name, on which ports. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly ports: readonly number[];
}

/** Every connection as it is drawn: by way of NAT or an endpoint where it goes that way. */
export function arrowsOf({ network, needs, parties }: Reachability): Arrow[] {
  const arrows = new Map<string, { from: string; to: string; ports: Set<number> }>();
  const draw = (from: string, to: string, port: number) => {
    const key = JSON.stringify([from, to]);
    const arrow = arrows.get(key) ?? { from, to, ports: new Set() };
    arrows.set(key, { ...arrow, ports: arrow.ports.add(port) });
  };
  for (const need of needs) {
    const { from, to, port, ways } = need;
    const beyond = 'service' in to ? BEYOND.aws : BEYOND.internet;
    const out = wayOut(network, need);
    const endpoint = network.endpoints.find(({ id }) => ways.has(id));
    if ('party' in to) draw(from.name, nameOfTarget(to), port);
    else if (out === 'internet gateway') draw(from.name, beyond, port);
    else if (out !== undefined) {
      draw(from.name, out, port);
      draw(out, beyond, port);
    } else if (endpoint?.kind === 'gateway') draw(from.name, gatewayName(endpoint.service), port);
    else draw(from.name, parties.find(({ id }) => id === endpoint?.id)?.name ?? beyond, port);
  }
  return [...arrows.values()].map(({ from, to, ports }) => ({ from, to, ports: [...ports].sort((a, b) => a - b) }));
}
