import {
  arrowsOf,
  beyondOf,
  gatewayName,
  kindOf,
  natsOf,
  SUBNET_KINDS,
  SUBNET_MEANING,
  type SubnetKind,
} from '../../cli/network/graph.ts';
import type { Network, Rule } from '../../cli/network/network.ts';
import { ANYWHERE } from '../../cli/network/ranges.ts';
import { nameOfTarget, type Reachability } from '../../cli/network/reachability.ts';
import { distinct } from '../../cli/report/lists.ts';

/** A diagram in Mermaid's language of who talks to whom, read from a template. */
export function diagramOf(reachability: Reachability): string {
  const { network } = reachability;
  const boxes = SUBNET_KINDS.flatMap((kind) => boxOf(reachability, kind));
  const inside = [`subgraph vpc["VPC ${network.cidr}"]`, ...indented(boxes), 'end'];
  return [
    'flowchart LR',
    ...indented([...outsideOf(reachability), ...inside, ...outsideServicesOf(reachability), ...linesOf(reachability)]),
  ].join('\n');
}

const indented = (lines: readonly string[]) => lines.map((line) => `  ${line}`);

/** Names become identifiers. */
const idOf = (name: string) => name.replaceAll(/[^A-Za-z0-9]+/g, '_');

/** The subnets of a kind with everything in them; nothing where there are none. */
function boxOf({ network, parties, needs }: Reachability, kind: SubnetKind): string[] {
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
  const title = `${kind} subnets: ${SUBNET_MEANING[kind]}, ${zones} zone${zones === 1 ? '' : 's'}`;
  return [`subgraph ${kind}["${title}"]`, ...indented([...new Set([...nats, ...nodes])]), 'end'];
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
function outsideServicesOf(reachability: Reachability): string[] {
  const { gateways, services, hosts } = beyondOf(reachability);
  return [
    ...gateways.map((service) => `${idOf(gatewayName(service))}[["${service}, by its gateway endpoint"]]`),
    ...(services.length > 0 ? [`aws(["AWS: ${services.join(', ')}"])`] : []),
    ...(hosts.length > 0 ? [`internet(["internet: ${hosts.join(', ')}"])`] : []),
  ];
}

function linesOf(reachability: Reachability): string[] {
  return arrowsOf(reachability).map(({ from, to, ports }) => `${idOf(from)} -->|"${ports.join(', ')}"| ${idOf(to)}`);
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
    const names = distinct([...ids.values()]);
    return names.map((name) => `${[...ids.values()].filter((each) => each === name).length} × ${name}`);
  };
  const entrances = needs.flatMap(({ from, to }) => ('kind' in from ? [] : `${from.name} → ${nameOfTarget(to)}`));
  return {
    entrances: distinct(entrances),
    ways: counted(natsOf(network)),
    endpoints: distinct(network.endpoints.filter(({ kind }) => kind === 'interface').map(({ service }) => service)),
    open: [
      ...distinct(natsOf(network).map(({ name }) => name)),
      ...distinct(parties.filter(({ isPublic }) => isPublic).map(({ name }) => name)),
    ],
  };
}

type Columns = 'entrances' | 'ways' | 'endpoints' | 'open';
