import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { FIVE_MINUTES, MISSING, together, type AlarmRule, type Watched } from '../monitoring/watched.ts';

/** What the NAT gateways or instances of a VPC tell of themselves. */
export function natMetrics(vpc: ec2.IVpc): Watched[] {
  const inside = vpc.node.findAll();
  const gateways = inside.filter((node): node is ec2.CfnNatGateway => node instanceof ec2.CfnNatGateway);
  const instances = inside.filter((node): node is ec2.CfnInstance => node instanceof ec2.CfnInstance);
  const ports = together(
    'SUM',
    gateways.map((gateway) => portErrors(gateway.attrNatGatewayId)),
    'refused',
  );
  const checks = together(
    'MAX',
    instances.map((instance) => failedCheck(instance.ref)),
    'failed',
    // One that is stopped says nothing, and the others would hide it.
    1,
  );
  return [
    ...watched('NatPorts', 'Connections that NAT gateways had no port for', ports, PORTS),
    ...watched('NatCheck', 'Failed checks of NAT instances', checks, CHECK),
  ];
}

const PORTS = {
  threshold: 1,
  unit: 'count',
  periods: 2,
  missing: MISSING.nothingHappened,
  meaning: 'too many connections at once to one address outside; further ones fail',
  remedy: "add the service to network.interfaceEndpoints if it is one of AWS's, or raise network.natGateways",
} as const;

const CHECK = {
  threshold: 1,
  unit: 'count',
  periods: 2,
  missing: MISSING.silenceIsOutage,
  meaning: 'a NAT instance is not well or stopped: nothing behind it reaches models or the internet',
  remedy: "reboot it; if it does not come back, deploy with network.natType 'gateway'",
} as const;

function watched(id: string, title: string, metric: cloudwatch.IMetric | undefined, alarm: AlarmRule): Watched[] {
  return metric === undefined ? [] : [{ id, title, metric, alarm }];
}

function portErrors(gatewayId: string): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: 'AWS/NATGateway',
    metricName: 'ErrorPortAllocation',
    dimensionsMap: { NatGatewayId: gatewayId },
    statistic: 'Sum',
    period: FIVE_MINUTES,
  });
}

function failedCheck(instanceId: string): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: 'AWS/EC2',
    metricName: 'StatusCheckFailed',
    dimensionsMap: { InstanceId: instanceId },
    statistic: 'Maximum',
    period: FIVE_MINUTES,
  });
}
