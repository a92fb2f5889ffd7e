import { type Deployment, type Need, type Needs, type Outside, party } from './deployment.ts';
import { machinesOf, type Party } from './parties.ts';
import { ofTypes, type Resolved } from './resolve.ts';

/** How people come in: to a load balancer, through CloudFront, or to the machine; and from a balancer to its targets. */
export function entranceNeeds(deployment: Deployment): Needs {
  const parts = [balancerNeeds(deployment), originNeeds(deployment), directNeeds(deployment)];
  return { needs: parts.flatMap(({ needs }) => needs), problems: parts.flatMap(({ problems }) => problems), local: [] };
}

function people({ config }: Deployment): Outside[] {
  return config.access.allowedCidrs.map((cidr) => ({ name: `people of ${cidr}`, cidr }));
}

function listenersOf({ resources }: Deployment, balancer: Party): Resolved[] {
  return ofTypes(resources, 'AWS::ElasticLoadBalancingV2::Listener').filter(({ properties }) =>
    String(properties['LoadBalancerArn']).includes(`/${balancer.id}/`),
  );
}

function balancerNeeds(deployment: Deployment): Needs {
  const { parties } = deployment;
  const needs: Need[] = [];
  for (const balancer of parties.filter(({ kind }) => kind === 'balancer')) {
    for (const listener of listenersOf(deployment, balancer)) {
      const port = Number(listener.properties['Port']);
      if (balancer.isPublic)
        needs.push(
          ...people(deployment).map((from): Need => ({ from, to: { party: balancer }, port, why: `listener ${port}` })),
        );
      needs.push(...targetNeeds(deployment, balancer, listener));
    }
  }
  return { needs, problems: [], local: [] };
}

function targetNeeds(deployment: Deployment, from: Party, listener: Resolved): Need[] {
  const { resources } = deployment;
  const groups = ofTypes(resources, 'AWS::ElasticLoadBalancingV2::TargetGroup').filter(({ id }) =>
    JSON.stringify(listener.properties['DefaultActions']).includes(`/${id}/`),
  );
  return groups.flatMap((group) => {
    const { Port, Targets = [] } = group.properties;
    const services = ofTypes(resources, 'AWS::ECS::Service').flatMap((service) =>
      ((service.properties['LoadBalancers'] ?? []) as Resolved['properties'][])
        .filter(({ TargetGroupArn }) => String(TargetGroupArn).includes(`/${group.id}/`))
        .map(({ ContainerPort }) => ({ id: service.id, port: Number(ContainerPort) })),
    );
    const machines = (Targets as Resolved['properties'][]).map((target) => ({
      id: String(target['Id']),
      port: Number(target['Port'] ?? Port),
    }));
    return [...services, ...machines].map(({ id, port }): Need => {
      return { from, to: { party: party(deployment, id) }, port, why: `targets of ${group.id}` };
    });
  });
}

/** CloudFront comes to an origin in the VPC by an interface of its own there, with the addresses of its prefix list. */
function originNeeds(deployment: Deployment): Needs {
  const { parties, resources } = deployment;
  const needs: Need[] = [];
  const problems: string[] = [];
  for (const { id, properties } of ofTypes(resources, 'AWS::CloudFront::VpcOrigin')) {
    const { Arn, OriginProtocolPolicy, HTTPPort = 80, HTTPSPort = 443 } = properties['VpcOriginEndpointConfig'];
    const port = Number(OriginProtocolPolicy === 'https-only' ? HTTPSPort : HTTPPort);
    const origin = parties.find((candidate) => String(Arn).includes(`/${candidate.id}`));
    if (origin === undefined) {
      problems.push(`${id}: its origin is not in the VPC`);
      continue;
    }
    if (
      origin.kind === 'balancer' &&
      !listenersOf(deployment, origin).some(({ properties: listener }) => Number(listener['Port']) === port)
    )
      problems.push(`${id}: no listener has port ${port}`);
    needs.push({ from: { name: 'CloudFront', prefixList: true }, to: { party: origin }, port, why: `origin ${id}` });
  }
  return { needs, problems, local: [] };
}

/** People call a machine at its elastic address by plain HTTP, and its owner by SSH where there is a key. */
function directNeeds(deployment: Deployment): Needs {
  const { config, resources } = deployment;
  const needs = machinesOf(resources).flatMap((machine): Need[] => {
    const to = { party: party(deployment, machine.id) };
    const isCalled = ofTypes(resources, 'AWS::EC2::EIPAssociation').some(
      ({ properties }) => properties['InstanceId'] === machine.id,
    );
    const ssh = machine.properties['KeyName'] !== undefined && config.mode === 'ec2' ? config.instance.sshCidrs : [];
    return [
      ...(isCalled ? people(deployment) : []).map((from) => ({ from, to, port: 80, why: 'elastic address' })),
      ...ssh.map((cidr) => ({ from: { name: `operators of ${cidr}`, cidr }, to, port: 22, why: 'SSH' })),
    ];
  });
  return { needs, problems: [], local: [] };
}
