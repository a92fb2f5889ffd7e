import type { DeploymentConfig } from '../../config/schema.ts';
import {
  arrowsOf,
  BEYOND,
  beyondOf,
  gatewayName,
  kindOf,
  natsOf,
  SUBNET_KINDS,
  type SubnetKind,
} from '../network/graph.ts';
import { type Party, placeOf } from '../network/parties.ts';
import { ANYWHERE } from '../network/ranges.ts';
import type { Reachability } from '../network/reachability.ts';
import { ofTypes } from '../network/resolve.ts';
import { factsOf, inLines } from './facts.ts';
import { distinct, grouped } from './lists.ts';

/** Something that talks or is talked to. */
export interface Box {
  readonly id: string;
  readonly title: string;
  readonly lines: readonly string[];
  readonly kind: 'outside' | 'entrance' | 'compute' | 'store' | 'network';
  /** Zones in which it stands or may stand. */
  readonly zones: readonly string[];
}

/** Subnets of a kind, one a zone, with what is in them. */
export interface Group {
  readonly kind: SubnetKind;
  readonly subnets: readonly { readonly zone: string; readonly cidr: string }[];
  readonly boxes: readonly Box[];
}

export interface Connection {
  readonly from: string;
  readonly to: string;
  /** Ports, or how else they are joined. */
  readonly label: string;
}

/** The deployment as it is drawn. */
export interface Picture {
  readonly cidr: string;
  /** Those of the subnets that are drawn. */
  readonly zones: readonly string[];
  readonly groups: readonly Group[];
  readonly outside: readonly Box[];
  readonly connections: readonly Connection[];
}

/** All functions are one box, as are all endpoints and all people: they differ in nothing that is drawn. */
const [FUNCTIONS, ENDPOINTS, PEOPLE, CLOUDFRONT] = ['functions', 'endpoints', 'people', 'CloudFront'] as const;

const KINDS: Readonly<Record<Party['kind'], Box['kind']>> = {
  balancer: 'entrance',
  compute: 'compute',
  endpoint: 'network',
  function: 'compute',
  store: 'store',
};

/** Names as people write them. */
const TITLES: Readonly<Record<string, string>> = {
  [ENDPOINTS]: 'Endpoints',
  [FUNCTIONS]: 'Functions',
  librechat: 'LibreChat',
  'load balancer': 'Load balancer',
  machine: 'Machine',
  meilisearch: 'Meilisearch',
  'rag-api': 'RAG API',
};

interface Placed {
  readonly box: Omit<Box, 'zones'>;
  readonly subnets: readonly string[];
}

/** Reads from what is known of the network what a person wants to see of it. */
export function pictureOf(reachability: Reachability, config: DeploymentConfig): Picture {
  const { network } = reachability;
  const placed = [...partyBoxes(reachability), ...volumeBoxes(reachability), ...natBoxes(reachability)];
  const zoneOf = (id: string) => {
    const zone = network.subnets.get(id)?.zone ?? '';
    return zone.startsWith(network.region) ? zone.slice(network.region.length) : zone;
  };
  const groups = SUBNET_KINDS.map((kind): Group => {
    const subnets = [...network.subnets.values()].filter((subnet) => kindOf(subnet) === kind);
    const isHere = (place: Placed) => place.subnets.some((id) => subnets.some((subnet) => subnet.id === id));
    return {
      kind,
      subnets: subnets.map(({ id, cidr }) => ({ zone: zoneOf(id), cidr })),
      boxes: placed.filter(isHere).map(({ box, subnets: ids }) => ({ ...box, zones: distinct(ids.map(zoneOf)) })),
    };
  }).filter(({ boxes }) => boxes.length > 0);
  return {
    cidr: network.cidr,
    zones: distinct(groups.flatMap(({ subnets }) => subnets.map(({ zone }) => zone))),
    groups,
    outside: [...outsideBoxes(reachability, config), ...beyondBoxes(reachability)],
    connections: connectionsOf(reachability),
  };
}

function partyBoxes({ parties, resources }: Reachability): Placed[] {
  return [...grouped(parties, ({ name, kind }) => boxOf(name, kind))].map(([id, found]) => {
    const [first] = found;
    const lines: Readonly<Record<string, string[]>> = {
      [FUNCTIONS]: ['prepare databases', 'and change passwords'],
      [ENDPOINTS]: inLines(found.map(({ name }) => name.replace(/^endpoint of /, ''))),
    };
    return {
      box: {
        id,
        title: TITLES[id] ?? id,
        lines: lines[id] ?? factsOf(resources.get(first?.id ?? ''), resources),
        kind: KINDS[first?.kind ?? 'compute'],
      },
      subnets: [...new Set(found.flatMap(({ subnets }) => subnets))],
    };
  });
}

const machineOf = ({ parties }: Reachability) => parties.find(({ name }) => name === 'machine');
const volumesOf = ({ resources }: Reachability) => ofTypes(resources, 'AWS::EC2::Volume');

/** A volume is in no subnet, but beside the machine that keeps its data there. */
function volumeBoxes(reachability: Reachability): Placed[] {
  return volumesOf(reachability).map((volume) => ({
    box: { id: volume.id, title: 'Data volume', lines: factsOf(volume, reachability.resources), kind: 'store' },
    subnets: machineOf(reachability)?.subnets ?? [],
  }));
}

function natBoxes({ network, needs, resources }: Reachability): Placed[] {
  const nats = natsOf(network).filter(({ id }) => needs.some(({ ways }) => ways.has(id)));
  return [...grouped(nats, ({ name }) => name)].map(([name, same]) => {
    const ids = distinct(same.map(({ id }) => id));
    const subnets = ids.flatMap((id) => {
      const [gateway, machine] = [network.natGateways.get(id), resources.get(id)];
      return gateway !== undefined ? [gateway.subnet] : machine === undefined ? [] : placeOf(machine).subnets;
    });
    const title = ids.length === 1 ? name : `${ids.length} ${name}s`;
    return { box: { id: name, title, lines: ['outwards only'], kind: 'network' }, subnets };
  });
}

/** The box of who calls or is called, by name. */
function boxOf(name: string, kind: Party['kind'] | undefined): string {
  if (name.startsWith('people of ')) return PEOPLE;
  return kind === 'function' ? FUNCTIONS : kind === 'endpoint' ? ENDPOINTS : name;
}

function connectionsOf(reachability: Reachability): Connection[] {
  const box = (name: string) => boxOf(name, reachability.parties.find((party) => party.name === name)?.kind);
  const arrows = arrowsOf(reachability).map(({ from, to, ports }) => ({ from: box(from), to: box(to), ports }));
  if (arrows.some(({ from }) => from === CLOUDFRONT)) arrows.unshift({ from: PEOPLE, to: CLOUDFRONT, ports: [443] });
  const joined = [...grouped(arrows, ({ from, to }) => JSON.stringify([from, to])).values()].flatMap((same) => {
    const ports = [...new Set(same.flatMap((arrow) => arrow.ports))].sort((a, b) => a - b).join(', ');
    return same.slice(0, 1).map(({ from, to }) => ({ from, to, label: ports }));
  });
  const machine = machineOf(reachability);
  const volumes = machine === undefined ? [] : volumesOf(reachability);
  return [...joined, ...volumes.map(({ id }) => ({ from: machine?.name ?? '', to: id, label: 'attached' }))];
}

const outside = (id: string, title: string, lines: readonly string[], kind: Box['kind'] = 'outside'): Box => {
  return { id, title, lines, kind, zones: [] };
};

function outsideBoxes({ needs }: Reachability, { access }: DeploymentConfig): Box[] {
  const names = distinct(needs.flatMap(({ from }) => ('kind' in from ? [] : boxOf(from.name, undefined))));
  const from = access.allowedCidrs.includes(ANYWHERE) ? ['from anywhere'] : inLines(access.allowedCidrs);
  const hasCloudFront = names.includes(CLOUDFRONT);
  return [
    ...(hasCloudFront || names.includes(PEOPLE) ? [outside(PEOPLE, 'People', from)] : []),
    ...(hasCloudFront ? [outside(CLOUDFRONT, CLOUDFRONT, ['HTTPS for everybody'], 'entrance')] : []),
    ...names
      .filter((name) => name.startsWith('operators of '))
      .map((name) => outside(name, 'Operators', [name.replace('operators of ', '')])),
  ];
}

/** What is called outside of the VPC. */
function beyondBoxes(reachability: Reachability): Box[] {
  const { gateways, services, hosts } = beyondOf(reachability);
  const buckets = ofTypes(reachability.resources, 'AWS::S3::Bucket').length;
  return [
    ...gateways.map((service) => {
      const isKept = service === 's3' && buckets > 0;
      const lines = [...(isKept ? [`${buckets} of our buckets`] : []), 'by a gateway endpoint'];
      const title = service === 's3' ? 'Amazon S3' : service;
      return outside(gatewayName(service), title, lines, isKept ? 'store' : 'outside');
    }),
    ...(services.length > 0 ? [outside(BEYOND.aws, 'AWS services', inLines(services))] : []),
    ...(hosts.length > 0 ? [outside(BEYOND.internet, 'Internet', inLines(hosts))] : []),
  ];
}
