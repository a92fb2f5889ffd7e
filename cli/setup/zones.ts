import type { EC2Client } from '@aws-sdk/client-ec2';
import type { DeploymentConfig } from '../../config/schema.ts';
import { resourcesOf } from '../cost/template.ts';
import type { Finding } from '../findings.ts';
import type { SetupCheck } from './check.ts';

/** Whether the zones in which machines are to start have such machines: some old zones have none with Graviton. */
export const zones: SetupCheck = {
  name: 'zones',
  needsAccount: true,
  run: async ({ aws, config }) => {
    const { EC2Client } = await import('@aws-sdk/client-ec2');
    const { synthesize } = await import('../cost/subject.ts');
    const types = resourcesOf(synthesize(config), config.region ?? aws.region ?? 'us-east-1')
      .filter(({ type }) => type === 'AWS::EC2::Instance')
      .map(({ properties }) => String(properties['InstanceType']));
    return types.length === 0 ? [] : [await offered(new EC2Client(aws), config, [...new Set(types)])];
  },
};

async function offered(client: EC2Client, { network }: DeploymentConfig, types: string[]): Promise<Finding> {
  const { paginateDescribeInstanceTypeOfferings } = await import('@aws-sdk/client-ec2');
  const all = await zonesOf(client);
  const chosen = network.existingVpc?.availabilityZones ?? network.zoneNames ?? all;
  const used = chosen.slice(0, network.zones);
  const offers = new Set<string>();
  const Filters = [{ Name: 'instance-type', Values: types }];
  const pages = paginateDescribeInstanceTypeOfferings({ client }, { LocationType: 'availability-zone', Filters });
  for await (const { InstanceTypeOfferings = [] } of pages)
    for (const { InstanceType, Location } of InstanceTypeOfferings) offers.add(`${InstanceType} ${Location}`);
  const lacking = (zone: string) => types.filter((type) => !offers.has(`${type} ${zone}`));
  const missing = used.flatMap((zone) => lacking(zone).map((type) => `${zone} offers no ${type}`));
  if (missing.length === 0) return { severity: 'ok', what: `${types.join(' and ')} in ${used.join(', ')}` };
  const good = all.filter((zone) => lacking(zone).length === 0);
  const key = network.existingVpc === undefined ? 'network.zoneNames' : 'network.existingVpc';
  const remedy = `name others with ${key}, of ${good.join(', ') || 'which there are none here'}`;
  return { severity: 'bad', what: missing.join(', '), remedy };
}

/** Names of the zones of a region, without local ones, in the order in which a stack takes them. */
async function zonesOf(client: EC2Client): Promise<string[]> {
  const { DescribeAvailabilityZonesCommand } = await import('@aws-sdk/client-ec2');
  const Filters = [{ Name: 'zone-type', Values: ['availability-zone'] }];
  const { AvailabilityZones = [] } = await client.send(new DescribeAvailabilityZonesCommand({ Filters }));
  return AvailabilityZones.flatMap(({ ZoneName }) => ZoneName ?? []).sort();
}
