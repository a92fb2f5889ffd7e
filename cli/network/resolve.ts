/** As much of a template as tells what is in it and where it leads. */
export interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Fields }>>;
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>>;
}

/** Who and where everything is, in a template that nobody deployed. */
export const ACCOUNT = '111122223333';
const PARTITION = 'aws';

/** Ends the host name of a resource; what stands before it is the resource's logical id. */
const HOST = '.endpoint';

/** A resource whose intrinsic functions are resolved. */
export interface Resolved {
  readonly id: string;
  readonly type: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as in the templates that it comes from
  readonly properties: Readonly<Record<string, any>>;
}

/** Every resource of a template by logical id, each reference replaced by a value that is always the same. */
export type Resources = ReadonlyMap<string, Resolved>;

type Fields = Readonly<Record<string, unknown>>;

/** Ports of servers where the template leaves them to the engine. */
const PORTS: Readonly<Record<string, number>> = {
  'AWS::DocDB::DBCluster': 27017,
  'AWS::RDS::DBCluster': 5432,
  'AWS::RDS::DBInstance': 5432,
  'AWS::ElastiCache::ReplicationGroup': 6379,
};

/** What follows `arn:aws:`, by type: `R` stands for region and account, `A` for the account alone. */
const ARNS: Readonly<Record<string, (id: string, properties: Fields) => string>> = {
  'AWS::CloudFront::Distribution': (id) => `cloudfront::A:distribution/${id}`,
  'AWS::EC2::Instance': (id) => `ec2:R:instance/${id}`,
  'AWS::ECS::Cluster': (id) => `ecs:R:cluster/${id}`,
  'AWS::ECS::Service': (id) => `ecs:R:service/${id}`,
  'AWS::ECS::TaskDefinition': (id) => `ecs:R:task-definition/${id}:1`,
  'AWS::EFS::AccessPoint': (id) => `elasticfilesystem:R:access-point/${id}`,
  'AWS::EFS::FileSystem': (id) => `elasticfilesystem:R:file-system/${id}`,
  'AWS::ElasticLoadBalancingV2::LoadBalancer': (id) => `elasticloadbalancing:R:loadbalancer/app/${id}/1`,
  'AWS::ElasticLoadBalancingV2::TargetGroup': (id) => `elasticloadbalancing:R:targetgroup/${id}/1`,
  'AWS::IAM::Role': (id) => `iam::A:role/${id}`,
  'AWS::KMS::Key': (id) => `kms:R:key/${id}`,
  'AWS::Lambda::Function': (id) => `lambda:R:function:${id}`,
  'AWS::Logs::LogGroup': (id, { LogGroupName = id }) => `logs:R:log-group:${String(LogGroupName)}:*`,
  'AWS::S3::Bucket': (id) => `s3:::${id.toLowerCase()}`,
  'AWS::SecretsManager::Secret': (id) => `secretsmanager:R:secret:${id}-AbCdEf`,
  'AWS::SNS::Topic': (id) => `sns:R:${id}`,
};

/** Types whose `Ref` is their ARN. */
const REF_IS_ARN = new Set([
  'AWS::ECS::Service',
  'AWS::ECS::TaskDefinition',
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::ElasticLoadBalancingV2::TargetGroup',
  'AWS::SecretsManager::Secret',
  'AWS::SNS::Topic',
]);

/** The resource that a host name of {@link resolveTemplate} belongs to; undefined for other names. */
export function resourceOfHost(host: string): string | undefined {
  return host.endsWith(HOST) ? host.slice(0, -HOST.length) : undefined;
}

/** Resolves every intrinsic function of a template. One that is not known here is an error, never a guess. */
export function resolveTemplate(template: Template, region = 'us-east-1'): Resources {
  const resolver = new Resolver(template, region);
  return new Map(
    Object.entries(template.Resources).map(([id, { Type, Properties }]) => [
      id,
      { id, type: Type, properties: (resolver.resolve(Properties) ?? {}) as Fields },
    ]),
  );
}

/** Resources of some types. */
export function ofTypes(resources: Resources, ...types: readonly string[]): Resolved[] {
  return [...resources.values()].filter(({ type }) => types.includes(type));
}

class Resolver {
  private readonly template: Template;
  private readonly region: string;

  constructor(template: Template, region: string) {
    this.template = template;
    this.region = region;
  }

  resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.resolve(item));
    if (typeof value !== 'object' || value === null) return value;
    const [[key, argument] = ['', undefined], ...others] = Object.entries(value);
    if (others.length === 0 && (key === 'Ref' || key.startsWith('Fn::'))) return this.call(key, argument);
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.resolve(item)]));
  }

  private call(name: string, argument: unknown): unknown {
    if (name === 'Ref') return this.ref(argument as string);
    if (name === 'Fn::GetAtt') return this.attribute(argument as string | [string, string]);
    if (name === 'Fn::Sub') return this.substitute(argument as string | [string, Fields]);
    const resolved = this.resolve(argument);
    switch (name) {
      case 'Fn::Join': {
        const [separator, parts] = resolved as [string, unknown[]];
        return parts.map(String).join(separator);
      }
      case 'Fn::Split': {
        const [separator, text] = resolved as [string, string];
        return text.split(separator);
      }
      case 'Fn::Select': {
        const [index, items] = resolved as [number | string, unknown[]];
        return items[Number(index)];
      }
      case 'Fn::GetAZs':
        return ['a', 'b', 'c'].map((zone) => `${this.region}${zone}`);
      case 'Fn::Base64':
        // Kept readable: what user data says is looked into.
        return resolved;
      default:
        throw new Error(`${name} is not known: add it to cli/network/resolve.ts`);
    }
  }

  private ref(id: string): unknown {
    const pseudo: Readonly<Record<string, unknown>> = {
      'AWS::AccountId': ACCOUNT,
      'AWS::NoValue': undefined,
      'AWS::Partition': PARTITION,
      'AWS::Region': this.region,
      'AWS::StackId': `arn:${PARTITION}:cloudformation:${this.region}:${ACCOUNT}:stack/LibreChatStack/unique-part`,
      'AWS::StackName': 'LibreChatStack',
      'AWS::URLSuffix': 'amazonaws.com',
    };
    if (id in pseudo) return pseudo[id];
    const { Parameters = {} } = this.template;
    if (id in Parameters) return Parameters[id]?.Default ?? id;
    const { Type, Properties } = this.resource(id);
    if (REF_IS_ARN.has(Type)) return this.arn(id);
    switch (Type) {
      case 'AWS::SecretsManager::SecretTargetAttachment':
        return this.resolve(Properties['SecretId']);
      case 'AWS::S3::Bucket':
        return id.toLowerCase();
      case 'AWS::Logs::LogGroup':
        return this.resolve(Properties['LogGroupName'] ?? id);
      case 'AWS::SSM::Parameter':
        return this.resolve(Properties['Name'] ?? id);
      case 'AWS::CloudFormation::WaitConditionHandle':
        return `https://cloudformation-waitcondition-${this.region}.s3.${this.region}.amazonaws.com/${id}`;
      default:
        return id;
    }
  }

  private attribute(argument: string | readonly [string, string]): unknown {
    const [id = '', ...path] = typeof argument === 'string' ? argument.split('.') : argument;
    const name = path.join('.');
    const { Type, Properties } = this.resource(id);
    if (name.endsWith('Arn')) return this.arn(id);
    if (/(^|\.)Port$/.test(name) && Type in PORTS) return this.resolve(Properties['Port']) ?? PORTS[Type];
    if (/(Address|Endpoint|DNSName|DomainName)$/.test(name)) return `${id}${HOST}`;
    // What a custom resource of ours was given, it gives on once it is ready.
    if (Type.startsWith('Custom::') && name in Properties) return this.resolve(Properties[name]);
    if (name === 'CidrBlock') return this.resolve(Properties['CidrBlock']);
    return ['GroupId', 'AllocationId', 'Id', 'Name'].includes(name) ? id : `${id}.${name}`;
  }

  private substitute(argument: string | readonly [string, Fields]): string {
    const [text, values = {}] = typeof argument === 'string' ? [argument] : argument;
    return text.replaceAll(/\$\{([^!}]+)\}/g, (_, name: string) =>
      String(name in values ? this.resolve(values[name]) : name.includes('.') ? this.attribute(name) : this.ref(name)),
    );
  }

  private arn(id: string): string {
    const { Type, Properties } = this.resource(id);
    const [, service = '', kind = ''] = Type.toLowerCase().split('::');
    const form = ARNS[Type]?.(id, (this.resolve(Properties) ?? {}) as Fields) ?? `${service}:R:${kind}/${id}`;
    return `arn:${PARTITION}:${form.replace(':R:', `:${this.region}:${ACCOUNT}:`).replace('::A:', `::${ACCOUNT}:`)}`;
  }

  private resource(id: string): Template['Resources'][string] {
    const resource = this.template.Resources[id];
    if (resource === undefined) throw new Error(`the template refers to ${id}, which it does not have`);
    return resource;
  }
}
