import { defaultRoute } from './paths.ts';
import type { Network, Rule, Subnet } from './network.ts';
import { nameOfTarget, type Reachability } from './reachability.ts';
import { ANYWHERE } from './ranges.ts';

type Need = Reachability['needs'][number];

/** Kinds of subnets by where they lead, in the order in which they are drawn. */
const KINDS = ['public', 'private', 'isolated'] as const;
type Kind = (typeof KINDS)[number];

const MEANING: Readonly<Record<Kind, string>> = {
  public: 'public subnets: to and from the internet',
  private: 'private subnets: out only',
  isolated: 'isolated subnets: no way out',
};

function kindOf(subnet: Subnet): Kind {
  const route = defaultRoute(subnet);
  if (route === undefined) return 'isolated';
  return route.kind === 'internet gateway' ? 'public' : 'private';
}

/** A diagram in Mermaid's language of who talks to whom, read from a template. */
export function diagramOf(reachability: Reachability): string {
  const { network } = reachability;
  const boxes = KINDS.flatMap((kind) => boxOf(reachability, kind));
  const inside = [`subgraph vpc["VPC ${network.cidr}"]`, ...indented(boxes), 'end'];
  return [
    'flowchart LR',
    ...indented([...outsideOf(reachability), ...inside, ...beyondOf(reachability), ...arrowsOf(reachability)]),
  ].join('\n');
}

const indented = (lines: readonly string[]) => lines.map((line) => `  ${line}`);

/** Names become identifiers. */
const idOf = (name: string) => name.replaceAll(/[^A-Za-z0-9]+/g, '_');

/** The subnets of a kind with everything in them; nothing where there are none. */
function boxOf({ network, parties, needs }: Reachability, kind: Kind): string[] {
  const subnets = [...network.subnets.values()].filter((subnet) => kindOf(subnet) === kind);
  if (subnets.length === 0) return [];
  const here = (ids: readonly string[]) => subnets.some(({ id }) => ids.includes(id));
  const nodes = parties.filter((party) => here(party.subnets)).map(({ name }) => `${idOf(name)}["${name}"]`);
  const nats = natsOf(network)
    .filter(({ id }) => kind === 'public' && needs.some(({ ways }) => ways.has(id)))
    .map(({ name }) => `${idOf(name)}["${name}"]`);
  // Drawn empty, a box is an error to some readers of the language.
  if (nodes.length + nats.length === 0) return [];
  const zones = new Set(subnets.map(({ zone }) => zone)).size;
  const title = `${MEANING[kind]}, ${zones} zone${zones === 1 ? '' : 's'}`;
  return [`subgraph ${kind}["${title}"]`, ...indented([...new Set([...nats, ...nodes])]), 'end'];
}

/** NATs are drawn as one: they differ by zone only. */
function natsOf(network: Network): { id: string; name: string }[] {
  const routes = [...network.subnets.values()].flatMap(({ routes: all }) => all);
  return routes.filter(({ kind }) => kind.startsWith('NAT')).map(({ kind, target }) => ({ id: target, name: kind }));
}

function outsideOf({ needs }: Reachability): string[] {
  const names = needs.flatMap(({ from }) => ('kind' in from ? [] : from.name));
  const hasCloudFront = names.includes('CloudFront');
  return [
    ...new Set(names.map((name) => `${idOf(name)}(["${name}"])`)),
    ...(hasCloudFront ? ['people(["people"])', 'people -->|"443"| CloudFront'] : []),
  ];
}

/** What is reached outside of the VPC: each service with an endpoint of its own, and the rest together. */
function beyondOf({ network, needs }: Reachability): string[] {
  const gateways = network.endpoints.filter(
    ({ id, kind }) => kind === 'gateway' && needs.some(({ ways }) => ways.has(id)),
  );
  const open = needs.filter((need) => wayOut(network, need) !== undefined);
  const services = sorted(open.flatMap(({ to }) => ('service' in to ? to.service : [])));
  const hosts = sorted(open.flatMap(({ to }) => ('internet' in to ? to.internet : [])));
  return [
    ...gateways.map(({ service }) => `${idOf(service)}_gateway[["${service}, by its gateway endpoint"]]`),
    ...(services.length > 0 ? [`aws(["AWS: ${services.join(', ')}"])`] : []),
    ...(hosts.length > 0 ? [`internet(["internet: ${hosts.join(', ')}"])`] : []),
  ];
}

const sorted = (names: readonly string[]) => [...new Set(names)].sort();

/** By which NAT or gateway a connection goes to public addresses. */
function wayOut(network: Network, { to, ways }: Need): string | undefined {
  if ('party' in to) return undefined;
  const nat = natsOf(network).find(({ id }) => ways.has(id));
  if (nat !== undefined) return nat.name;
  return network.endpoints.some(({ id }) => ways.has(id)) ? undefined : 'internet gateway';
}

function arrowsOf(reachability: Reachability): string[] {
  const { network, needs, parties } = reachability;
  const ports = new Map<string, Set<number>>();
  const draw = (from: string, to: string, port: number) => {
    const key = `${idOf(from)} ${idOf(to)}`;
    ports.set(key, (ports.get(key) ?? new Set()).add(port));
  };
  for (const need of needs) {
    const { from, to, port, ways } = need;
    const beyond = 'service' in to ? 'aws' : 'internet';
    const out = wayOut(network, need);
    const endpoint = network.endpoints.find(({ id }) => ways.has(id));
    if ('party' in to) draw(from.name, nameOfTarget(to), port);
    else if (out === 'internet gateway') draw(from.name, beyond, port);
    else if (out !== undefined) {
      draw(from.name, out, port);
      draw(out, beyond, port);
    } else if (endpoint?.kind === 'gateway') draw(from.name, `${endpoint.service} gateway`, port);
    else draw(from.name, parties.find(({ id }) => id === endpoint?.id)?.name ?? beyond, port);
  }
  return [...ports].map(([key, numbers]) => {
    const [from = '', to = ''] = key.split(' ');
    return `${from} -->|"${[...numbers].sort((a, b) => a - b).join(', ')}"| ${to}`;
  });
}

/** Rows of a table of what each security group lets in: who, from whom, on which port. */
export function rulesOf({ network, parties }: Reachability): [who: string, from: string, port: string][] {
  const nats = new Set(natsOf(network).map(({ name }) => name));
  const owner = (group: string) => {
    const names = parties.filter(({ groups }) => groups.includes(group)).map(({ name }) => name);
    return [...new Set(names)].join(', ') || [...nats].join() || group;
  };
  const rows = network.ingress.map((rule): [string, string, string] => [
    owner(rule.group),
    peerOf(rule, network, owner),
    rule.protocol === '-1' ? 'all' : String(rule.ports.from),
  ]);
  const known = new Map(rows.map((row) => [row.join(), row]));
  return [...known.values()].sort((a, b) => (a.join() < b.join() ? -1 : 1));
}

function peerOf({ peer }: Rule, { cidr }: Network, owner: (group: string) => string): string {
  if ('group' in peer) return owner(peer.group);
  if ('prefixList' in peer) return 'CloudFront';
  if (!('cidr' in peer)) return 'nobody';
  if (peer.cidr === cidr) return 'the VPC';
  return peer.cidr === ANYWHERE ? 'everybody' : peer.cidr;
}

/** Who is called by outsiders, how the VPC calls out, and what of it has a public address. */
export function summaryOf({ network, needs, parties }: Reachability): Record<Columns, string[]> {
  const counted = (nats: readonly { id: string; name: string }[]) => {
    const ids = new Map(nats.map(({ id, name }) => [id, name]));
    const names = sorted([...ids.values()]);
    return names.map((name) => `${[...ids.values()].filter((each) => each === name).length} × ${name}`);
  };
  const entrances = needs.flatMap(({ from, to }) => ('kind' in from ? [] : `${from.name} → ${nameOfTarget(to)}`));
  return {
    entrances: sorted(entrances),
    ways: counted(natsOf(network)),
    endpoints: sorted(network.endpoints.filter(({ kind }) => kind === 'interface').map(({ service }) => service)),
    open: [
      ...sorted(natsOf(network).map(({ name }) => name)),
      ...sorted(parties.filter(({ isPublic }) => isPublic).map(({ name }) => name)),
    ],
  };
}

type Columns = 'entrances' | 'ways' | 'endpoints' | 'open';
