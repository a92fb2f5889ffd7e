import type { Resolved, Resources } from '../../cli/network/resolve.ts';

/** Policies of resources, by the ARN that they begin to hold for. */
export function resourcePolicies(resources: Resources): ReadonlyMap<string, object> {
  const policies: [arn: string, policy: object][] = [];
  for (const { id, type, properties } of resources.values()) {
    switch (type) {
      case 'AWS::S3::BucketPolicy':
        policies.push([`arn:aws:s3:::${properties['Bucket']}`, properties['PolicyDocument']]);
        break;
      case 'AWS::SecretsManager::ResourcePolicy':
        policies.push([properties['SecretId'], properties['ResourcePolicy']]);
        break;
      case 'AWS::SNS::TopicPolicy':
        for (const topic of properties['Topics']) policies.push([topic, properties['PolicyDocument']]);
        break;
      case 'AWS::EFS::FileSystem':
        if (properties['FileSystemPolicy'] !== undefined)
          policies.push([`:file-system/${id}`, withResource(properties['FileSystemPolicy'])]);
        break;
      case 'AWS::KMS::Key':
        policies.push([`:key/${id}`, properties['KeyPolicy']]);
        break;
    }
  }
  return new Map(policies);
}

/** A file system's policy may leave out what it is about. */
function withResource(policy: Resolved['properties']): object {
  const statements = [policy['Statement']].flat() as object[];
  return { ...policy, Statement: statements.map((statement) => ({ Resource: '*', ...statement })) };
}

/** The policy of the resource that an ARN names, or that it is a part of. */
export function policyOf(policies: ReadonlyMap<string, object>, arn: string): object | undefined {
  const found = [...policies].find(
    ([key]) => arn === key || arn.startsWith(`${key}/`) || (key.startsWith(':') && arn.endsWith(key)),
  );
  return found?.[1];
}
