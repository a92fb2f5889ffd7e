import { kindOf, natsOf } from '../../network/graph.ts';
import { contains } from '../../network/ranges.ts';
import { ofTypes } from '../../network/resolve.ts';
import { markup, type Section, table } from '../html.ts';
import { distinct } from '../lists.ts';
import type { Subject } from '../subject.ts';

type Row = [what: string, openTo: string, meaning: string];

/** What of a deployment can be called from outside. */
export function waysIn({ config, reachability: { network, resources, parties } }: Subject): Row[] {
  const allowed = config.access.allowedCidrs.join(', ');
  const distributions = ofTypes(resources, 'AWS::CloudFront::Distribution').map(({ properties }): Row => {
    const isChecked = JSON.stringify(properties['DistributionConfig']).includes('"viewer-request"');
    return isChecked
      ? ['CloudFront', `443 from ${allowed}`, 'a function at CloudFront refuses everybody else']
      : ['CloudFront', '443 from anywhere', 'the way in; LibreChat asks for a login'];
  });
  const rules = network.ingress.flatMap(({ group, protocol, ports, peer }): Row[] => {
    if (!('cidr' in peer) || contains(network.cidr, peer.cidr)) return [];
    const owner = parties.find(({ groups }) => groups.includes(group))?.name ?? group;
    const port = protocol === '-1' ? 'every port' : distinct([ports.from, ports.to].map(String)).join('–');
    return [[`Security group of ${owner}`, `${port} from ${peer.cidr}`, 'the configuration lets them in']];
  });
  return [...distributions, ...rules];
}

export function exposure(subject: Subject): Section {
  const { network, parties } = subject.reachability;
  const { all, open } = subject.buckets;
  const ways = waysIn(subject);
  const isClosed = ways.every(([what]) => what === 'CloudFront') && parties.every(({ isPublic }) => !isPublic);
  const subnets = [...network.subnets.values()].filter((subnet) => kindOf(subnet) === 'public');
  const givesAddresses = subnets.some(({ givesPublicAddress }) => givesPublicAddress);
  const rows: Row[] = [
    ...ways,
    ...parties.filter(({ isPublic }) => isPublic).map(({ name }): Row => [name, 'see above', 'has a public address']),
    ...distinct(natsOf(network).map(({ name }) => name)).map((name): Row => {
      return [name, 'nobody outside', 'a public address to call out from'];
    }),
    [
      `Public subnets ${subnets.map(({ cidr }) => cidr).join(', ')}`,
      'nobody by themselves',
      givesAddresses ? 'what is put there gets a public address' : 'what is put there gets no public address by itself',
    ],
  ];
  return {
    id: 'public',
    title: 'What is public',
    lead: isClosed
      ? 'CloudFront is the only way in: nothing in the VPC can be called from the internet.'
      : 'Everything that somebody outside can call, and everything with a public address.',
    body: markup`${table({ caption: 'What is public, and to whom', head: ['What', 'Open to', 'What that means'], rows })}
${all === 0 ? undefined : markup`<p>Buckets that block public access: ${all - open} of ${all}.</p>`}`,
  };
}
