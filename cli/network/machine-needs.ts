import { readFileSync } from 'node:fs';
import type { Ec2Config } from '../../config/schema.ts';
import { BOOT_FILES } from '../../lib/constructs/compute/instance/compose.ts';
import { servicesOf } from '../../lib/constructs/compute/instance/services.ts';
import { addressesOf } from './addresses.ts';
import {
  type Deployment,
  HTTPS,
  type Need,
  type Needs,
  party,
  targetOf,
  toRegistry,
  toService,
  valuesOf,
} from './deployment.ts';
import { machinesOf, type Party } from './parties.ts';
import { ofTypes } from './resolve.ts';

const FILES = new URL('../../lib/constructs/compute/instance/', import.meta.url);

/** Text of a file of the machine. */
export const machineFile = (name: string) => readFileSync(new URL(name, FILES), 'utf8');

/** Endpoints that programs call which come with the machine, with those programs. */
const PROGRAMS: Readonly<Record<string, string>> = {
  ec2messages: 'SSM agent',
  logs: "Docker's log driver and the CloudWatch agent",
  monitoring: 'CloudWatch agent',
  // Amazon Linux keeps its repositories in S3.
  s3: 'dnf',
  ssm: 'SSM agent',
  ssmmessages: 'SSM agent',
};

interface Settings {
  readonly containers: Readonly<
    Record<
      string,
      { readonly variables: Record<string, string>; readonly secrets: Record<string, { readonly arn: string }> }
    >
  >;
}

/** What the machine of mode ec2 and the containers on it call. */
export function machineNeeds(deployment: Deployment): Needs {
  const { config, resources } = deployment;
  const [machine] = machinesOf(resources);
  if (config.mode !== 'ec2' || machine === undefined) return { needs: [], problems: [], local: [] };
  const from = party(deployment, machine.id);
  const containers = containerNeeds(deployment, config, from);
  return {
    ...containers,
    needs: [...bootNeeds(deployment, from, String(machine.properties['UserData'])), ...containers.needs],
  };
}

/** Calls of the boot script and of the programs of the machine: from the script's own text. */
function bootNeeds(deployment: Deployment, from: Party, userData: string): Need[] {
  const script = [...BOOT_FILES, 'write-environment.py'].map(machineFile).join('');
  const called = [...script.matchAll(/\baws(?:", "| )([a-z0-9]+)(?:", "| )[a-z-]+/g)].map(
    ([, service = '']) => service,
  );
  const hosts = [...script.matchAll(/"https:\/\/([a-z0-9.]+)\//g)].map(([, host = '']) => host);
  return [
    // A mirror of images is what the calls of ECR are for.
    ...[...new Set(called)]
      .filter((service) => service !== 'ecr')
      .map((service) => toService(deployment, from, service, 'boot.sh')),
    ...Object.entries(PROGRAMS).map(([service, program]) => toService(deployment, from, service, program)),
    ...[...new Set(hosts)].map((host): Need => ({ from, to: { internet: host }, port: 443, why: 'boot.sh' })),
    ...(userData.includes('https://cloudformation-waitcondition-')
      ? [toService(deployment, from, 's3', "CloudFormation's wait condition")]
      : []),
  ];
}

function containerNeeds(deployment: Deployment, config: Ec2Config, from: Party): Needs {
  const services = servicesOf(config);
  const needs = Object.values(services).flatMap(({ image }) => toRegistry(from, image));
  const problems: string[] = [];
  const local: string[] = [];
  for (const [name, { variables, secrets }] of Object.entries(settingsOf(deployment).containers)) {
    const arns = Object.fromEntries(Object.entries(secrets).map(([variable, { arn }]) => [variable, arn]));
    const { found, unknown } = addressesOf(valuesOf(deployment.resources, variables, arns));
    problems.push(...unknown.map((variable) => `${name}: nobody knows where ${variable} leads`));
    for (const { variable, address } of found) {
      const neighbor = 'host' in address ? services[address.host] : undefined;
      if ('host' in address && neighbor !== undefined) {
        local.push(`${name} → ${address.host}`);
        const shared = networksOf(neighbor).some((network) => networksOf(services[name]).includes(network));
        if (!shared) problems.push(`${name}: ${variable} leads to ${address.host}, with which it shares no network`);
        continue;
      }
      const to = targetOf(deployment, address);
      if (to === undefined) problems.push(`${name}: ${variable} names a host that is nobody's`);
      else if (!networksOf(services[name]).includes('outside'))
        problems.push(`${name}: ${variable} leads out of the machine, which its networks do not`);
      else needs.push({ from, to, port: 'port' in address ? address.port : HTTPS, why: `${name} ${variable}` });
    }
  }
  return { needs, problems, local };
}

const networksOf = (service: Readonly<Record<string, unknown>> | undefined) =>
  (service?.['networks'] ?? []) as string[];

/** The containers' settings, from the parameter in which the machine finds them. */
export function settingsOf({ resources }: Pick<Deployment, 'resources'>): Settings {
  const values = ofTypes(resources, 'AWS::SSM::Parameter').map(({ properties }) => String(properties['Value']));
  return JSON.parse(values.find((value) => value.includes('"containers"')) ?? '{"containers":{}}') as Settings;
}
