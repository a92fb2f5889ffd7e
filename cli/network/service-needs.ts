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
import { containersOf, type Party, taskOf } from './parties.ts';
import type { Resolved } from './resolve.ts';

/** What the containers of an ECS service call, and what Fargate calls to start them: all from the task's own address. */
export function serviceNeeds(deployment: Deployment, service: Resolved): Needs {
  const { resources } = deployment;
  const from = party(deployment, service.id);
  const containers = containersOf(resources, service.properties);
  const needs: Need[] = [];
  const problems: string[] = [];
  for (const container of containers) {
    const { Name, Image, Secrets = [], LogConfiguration, Command = [], EntryPoint = [] } = container;
    const environment = Object.fromEntries(
      (container['Environment'] ?? []).map((entry: { Name: string; Value: unknown }) => [
        entry.Name,
        String(entry.Value),
      ]),
    );
    const secrets = Object.fromEntries(
      Secrets.map((entry: { Name: string; ValueFrom: string }) => [entry.Name, entry.ValueFrom]),
    );
    const { found, unknown } = addressesOf(valuesOf(resources, environment, secrets));
    problems.push(...unknown.map((name) => `${Name}: nobody knows where ${name} leads`));
    for (const { variable, address } of found) {
      const to = targetOf(deployment, address);
      if (to === undefined) problems.push(`${Name}: ${variable} names a host that is nobody's`);
      else needs.push({ from, to, port: 'port' in address ? address.port : HTTPS, why: `${Name} ${variable}` });
    }
    needs.push(...toRegistry(from, String(Image)));
    if (Secrets.length > 0) needs.push(toService(deployment, from, 'secretsmanager', `secrets of ${Name}`));
    if (LogConfiguration?.LogDriver === 'awslogs') needs.push(toService(deployment, from, 'logs', `log of ${Name}`));
    if ([...EntryPoint, ...Command].join(' ').includes('aws s3 '))
      needs.push(toService(deployment, from, 's3', `files of ${Name}`));
  }
  if (service.properties['EnableExecuteCommand'] === true)
    needs.push(toService(deployment, from, 'ssmmessages', 'shell in a task'));
  needs.push(...mountNeeds(deployment, from, service));
  return { needs, problems, local: [] };
}

function mountNeeds(deployment: Deployment, from: Party, service: Resolved): Need[] {
  const volumes = taskOf(deployment.resources, service.properties)?.properties['Volumes'] ?? [];
  return volumes
    .filter((volume: Resolved['properties']) => volume['EFSVolumeConfiguration'] !== undefined)
    .map((volume: Resolved['properties']): Need => {
      const { FilesystemId } = volume['EFSVolumeConfiguration'];
      return { from, to: { party: party(deployment, FilesystemId) }, port: 2049, why: `volume ${volume['Name']}` };
    });
}
