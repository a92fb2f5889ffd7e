import { CfnResource, type Stack } from 'aws-cdk-lib/core';
import type { ResourcesOfTemplate, TemplateResource } from './replacement.ts';

/** The resources that a stack has so far, by logical id. */
export function resourcesOf(stack: Stack): ReadonlyMap<string, CfnResource> {
  const resources = stack.node.findAll().filter((node) => CfnResource.isCfnResource(node));
  return new Map(resources.map((resource) => [stack.getLogicalId(resource), resource]));
}

/** A resource as the template will show it: the CDK tells its properties in no other way before that is written. */
export function shown(resource: CfnResource): TemplateResource | undefined {
  const { stack } = resource;
  const { Resources } = stack.resolve(resource._toCloudFormation()) as ResourcesOfTemplate;
  return Resources[stack.getLogicalId(resource)];
}
