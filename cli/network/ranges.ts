import { BlockList } from 'node:net';

/** Every IPv4 address. */
export const ANYWHERE = '0.0.0.0/0';

/** Ports that a client's own end of a connection may have. */
const EPHEMERAL = { from: 1024, to: 65_535 } as const;

/** A range of ports, both ends included. */
export interface Ports {
  readonly from: number;
  readonly to: number;
}

export const EVERY_PORT: Ports = { from: 0, to: 65_535 };

/** Bits of a CIDR's prefix: the larger, the narrower. */
export const prefixOf = (cidr: string) => Number(cidr.split('/')[1] ?? 32);

/** Whether every address of `inner` is in `outer`. */
export function contains(outer: string, inner: string): boolean {
  const [address = '', prefix = '32'] = outer.split('/');
  const [innerAddress = ''] = inner.split('/');
  if (prefixOf(inner) < prefixOf(outer)) return false;
  const list = new BlockList();
  list.addSubnet(address, Number(prefix), 'ipv4');
  return list.check(innerAddress, 'ipv4');
}

/** An entry of a network ACL. */
export interface AclEntry {
  readonly number: number;
  readonly egress: boolean;
  readonly allow: boolean;
  readonly cidr: string;
  /** `-1` for all, else the number of the protocol. */
  readonly protocol: string;
  readonly ports: Ports;
}

const TCP = '6';

/** Whether a network ACL lets TCP to or from `peer` pass, on the port or on every ephemeral port; the first match decides. */
export function aclPasses(
  entries: readonly AclEntry[],
  egress: boolean,
  peer: string,
  port: number | 'ephemeral',
): boolean {
  const wanted = port === 'ephemeral' ? EPHEMERAL : { from: port, to: port };
  const relevant = entries
    .filter((entry) => entry.egress === egress && ['-1', TCP].includes(entry.protocol))
    .sort((a, b) => a.number - b.number);
  // Between two ends of rules all ports fare alike.
  const probes = [
    wanted.from,
    wanted.to,
    ...relevant.flatMap(({ ports: { from, to } }) => [from - 1, from, to, to + 1]),
  ];
  return probes
    .filter((probe) => probe >= wanted.from && probe <= wanted.to)
    .every((probe) => {
      const first = relevant.find(
        ({ allow, cidr, ports }) =>
          probe >= ports.from &&
          probe <= ports.to &&
          // An entry that allows must hold all of the peer's addresses; one that denies, any of them.
          (contains(cidr, peer) || (!allow && contains(peer, cidr))),
      );
      return first?.allow === true;
    });
}
