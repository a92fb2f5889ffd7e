import type { DeploymentConfig } from '../../config/schema.ts';
import type { Deployment, Needs } from './deployment.ts';
import { entranceNeeds } from './entrance-needs.ts';
import { functionNeeds } from './function-needs.ts';
import { machineNeeds } from './machine-needs.ts';
import { partiesOf } from './parties.ts';
import { ofTypes, type Resources } from './resolve.ts';
import { serviceNeeds } from './service-needs.ts';

/** Reads from a template what has to reach what. */
export function needsOf(config: DeploymentConfig, resources: Resources, region: string): Needs {
  const deployment: Deployment = { config, resources, parties: partiesOf(resources), region };
  const parts = [
    ...ofTypes(resources, 'AWS::ECS::Service').map((service) => serviceNeeds(deployment, service)),
    machineNeeds(deployment),
    functionNeeds(deployment),
    entranceNeeds(deployment),
  ];
  return {
    needs: parts.flatMap(({ needs }) => needs),
    problems: parts.flatMap(({ problems }) => problems),
    local: parts.flatMap(({ local }) => local),
  };
}
