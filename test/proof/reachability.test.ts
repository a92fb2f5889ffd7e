import { afterAll, describe, expect, test } from 'vitest';
import { resolvePreset } from '../../config/deployment-config.ts';
import { templateOf } from '../sweeps/templates.ts';
import { find, mutated, remove } from './mutate.ts';
import { checkReachability, describe as inWords } from '../../cli/network/reachability.ts';
import { SCENARIOS } from './scenarios.ts';

const checked = SCENARIOS.map(({ name, config }) => ({ name, ...checkReachability(templateOf(config), config) }));

afterAll(() => {
  const total = (count: (one: (typeof checked)[number]) => number) => checked.map(count).reduce((a, b) => a + b, 0);
  // eslint-disable-next-line no-console -- the size of the proof is part of what it shows
  console.log(
    `${checked.length} templates: ${total(({ needs, local }) => needs.length + local.length)} connections needed, ${total(({ paths }) => paths)} ways followed, ${total(({ rules }) => rules)} rules of ingress accounted for`,
  );
});

test.each(checked)(
  '$name: everything gets where it must, and nothing is open besides',
  ({ findings, needs, rules }) => {
    expect(findings).toEqual([]);
    expect(needs.length).toBeGreaterThan(10);
    expect(rules).toBeGreaterThan(0);
  },
);

describe('the connections are read from the template', () => {
  const needed = (name: string) => checked.find((one) => one.name === name)?.needs.map(inWords) ?? [];

  test('of tasks: stores, neighbors, services, images, files', () => {
    expect(needed('production-ecs')).toEqual(
      expect.arrayContaining([
        'CloudFront → load balancer:80',
        'load balancer → librechat:3080',
        'librechat → DocumentDB:27017',
        'librechat → Valkey:6379',
        'librechat → EFS:2049',
        'librechat → rag-api:8000',
        'librechat → meilisearch:7700',
        'librechat → s3:443',
        'librechat → bedrock-runtime:443',
        'librechat → secretsmanager:443',
        'librechat → logs:443',
        'librechat → ghcr.io:443',
        'rag-api → PostgreSQL:5432',
        'initializer of DocumentDB → DocumentDB:27017',
        'rotation of PostgreSQL → PostgreSQL:5432',
      ]),
    );
  });

  test('of a machine: what its boot script, its programs and its containers call', () => {
    expect(needed('production-ec2')).toEqual(
      expect.arrayContaining([
        'load balancer → machine:80',
        'machine → DocumentDB:27017',
        'machine → PostgreSQL:5432',
        'machine → ec2:443',
        'machine → ssmmessages:443',
        'machine → github.com:443',
      ]),
    );
    expect(checked.find(({ name }) => name === 'standard-dev')?.local).toEqual(
      expect.arrayContaining(['librechat → mongodb', 'librechat → rag_api', 'rag_api → vectordb']),
    );
  });

  test('of people: each range that the configuration lets in, on each listener', () => {
    const from = (name: string) => needed(name).filter((need) => /^(people|operators)/.test(need));
    expect(from('production-ecs behind its own domain').sort()).toEqual([
      'people of 0.0.0.0/0 → load balancer:443',
      'people of 0.0.0.0/0 → load balancer:80',
    ]);
    expect(from('standard-dev by plain HTTP and SSH').sort()).toEqual([
      'operators of 203.0.113.0/24 → machine:22',
      'people of 192.0.2.0/24 → machine:80',
      'people of 198.51.100.0/24 → machine:80',
    ]);
  });
});

describe('a broken network is found, and nothing but what is broken', () => {
  const config = resolvePreset('production-ecs');
  const template = templateOf(config);
  const findings = (change: Parameters<typeof mutated>[1]) =>
    checkReachability(mutated(template, change), config).findings;
  const id = (type: string, pattern: RegExp) => find(template.Resources, type, pattern)[0];
  const group = (pattern: RegExp) => id('AWS::EC2::SecurityGroup', pattern);

  test('one rule of ingress is gone', () => {
    const rag = group(/^ComputeRagApiSecurityGroup/);
    expect(
      findings((resources) => {
        remove(resources, 'AWS::EC2::SecurityGroupIngress', /LibreChat embeds/);
      }),
    ).toEqual([`librechat → rag-api:8000: ${rag} lets nobody of them in on 8000`]);
  });

  test('one rule of egress is gone: the balancer has no other', () => {
    const balancer = group(/^EntranceBalancer/);
    expect(
      findings((resources) => {
        find(resources, 'AWS::EC2::SecurityGroupEgress', /Load balancer to target/)[1].Properties['ToPort'] = 3079;
        find(resources, 'AWS::EC2::SecurityGroupEgress', /Load balancer to target/)[1].Properties['FromPort'] = 3079;
      }),
    ).toEqual([`load balancer → librechat:3080: ${balancer} lets nothing out to 3080`]);
  });

  test('one rule of a network ACL is gone: no store answers', () => {
    const found = findings((resources) => {
      remove(resources, 'AWS::EC2::NetworkAclEntry', /"Egress":true/);
    });
    const acl = id('AWS::EC2::NetworkAcl', /IsolatedAcl/);
    const reasons = found.map((finding) =>
      finding.replace(/^.*?: /, '').replace(/ of \S+ stops (\S+) .*/, ' stops $1'),
    );
    expect([...new Set(reasons)]).toEqual([`${acl} stops answers`]);
    expect([...new Set(found.map((finding) => finding.split(': ')[0]))].sort()).toEqual([
      'initializer of DocumentDB → DocumentDB:27017',
      'initializer of PostgreSQL → PostgreSQL:5432',
      'librechat → DocumentDB:27017',
      'librechat → EFS:2049',
      'librechat → Valkey:6379',
      'rag-api → PostgreSQL:5432',
      'rotation of DocumentDB → DocumentDB:27017',
      'rotation of PostgreSQL → PostgreSQL:5432',
    ]);
  });

  test('one route is gone: nobody of that subnet gets out', () => {
    const subnet = id('AWS::EC2::Subnet', /^NetworkVpcPrivateSubnet1Subnet/);
    const found = findings((resources) => {
      remove(resources, 'AWS::EC2::Route', /^NetworkVpcPrivateSubnet1DefaultRoute/);
    });
    expect([...new Set(found.map((finding) => finding.split(': ')[1]))]).toEqual([
      `no route from ${subnet} to the internet`,
    ]);
    expect(found).toContain(`librechat → bedrock-runtime:443: no route from ${subnet} to the internet`);
    // S3 is reached by its gateway endpoint.
    expect(found.join()).not.toContain('s3');
  });

  test('the private DNS of an endpoint takes callers to where no rule lets them in', () => {
    const enterprise = resolvePreset('enterprise');
    const found = checkReachability(
      mutated(templateOf(enterprise), (resources) => {
        const [, { Properties }] = find(resources, 'AWS::EC2::SecurityGroup', /^NetworkVpcBedrockRuntimeEndpoint/);
        Properties['SecurityGroupIngress'][0].CidrIp = '10.0.0.0/24';
      }),
      enterprise,
    ).findings;
    const callers = ['librechat → bedrock-runtime:443', 'rag-api → bedrock-runtime:443'];
    expect(found.filter((finding) => callers.some((caller) => finding.startsWith(caller)))).toHaveLength(2);
    expect(found.filter((finding) => finding.endsWith('is open for nothing'))).toHaveLength(1);
    expect(found).toHaveLength(3);
  });

  test.each([
    ['the whole VPC', { CidrIp: '10.0.0.0/16', FromPort: 27017, ToPort: 27017, IpProtocol: 'tcp' }],
    ['everybody', { CidrIp: '0.0.0.0/0', FromPort: 27017, ToPort: 27017, IpProtocol: 'tcp' }],
    ['everybody, by IPv6', { CidrIpv6: '::/0', FromPort: 27017, ToPort: 27017, IpProtocol: 'tcp' }],
    ['another port', { CidrIp: '10.0.0.0/16', FromPort: 22, ToPort: 22, IpProtocol: 'tcp' }],
    ['everything', { CidrIp: '10.0.0.0/16', IpProtocol: '-1' }],
  ])('a database is opened to %s, which nothing needs', (_, rule) => {
    const database = group(/^DatabaseDocumentsSecurityGroup/);
    expect(
      findings((resources) => {
        const Properties = { GroupId: { 'Fn::GetAtt': [database, 'GroupId'] }, ...rule };
        resources['Surplus'] = { Type: 'AWS::EC2::SecurityGroupIngress', Properties };
      }),
    ).toEqual(['Surplus is open for nothing']);
  });

  test('a rule is widened: to more ports, to more than the VPC', () => {
    const ingress = id('AWS::EC2::SecurityGroupIngress', /LibreChat embeds/);
    expect(
      findings((resources) => {
        resources[ingress]!.Properties['ToPort'] = 9000;
      }),
    ).toEqual([`${ingress} opens 8000-9000 for 8000`]);
    expect(
      findings((resources) => {
        delete resources[ingress]!.Properties['SourceSecurityGroupId'];
        resources[ingress]!.Properties['CidrIp'] = '0.0.0.0/0';
      }),
    ).toEqual([`${ingress} opens to more than the VPC and those who are let in`]);
  });

  test('a database gets a way to the internet', () => {
    const subnet = id('AWS::EC2::Subnet', /^NetworkVpcIsolatedSubnet1Subnet/);
    const found = findings((resources) => {
      const [, { Properties }] = find(resources, 'AWS::EC2::Route', /^NetworkVpcPublicSubnet1DefaultRoute/);
      const [table] = find(resources, 'AWS::EC2::RouteTable', /^NetworkVpcIsolatedSubnet1RouteTable/);
      resources['WayOut'] = { Type: 'AWS::EC2::Route', Properties: { ...Properties, RouteTableId: { Ref: table } } };
    });
    expect([...found].sort()).toEqual(
      ['DocumentDB', 'EFS', 'PostgreSQL', 'Valkey'].map(
        (store) => `${store} is in ${subnet}, which has a route out of the VPC`,
      ),
    );
  });

  test('the default security group keeps its rules', () => {
    expect(
      findings((resources) => {
        remove(resources, 'Custom::VpcRestrictDefaultSG', /./);
      }),
    ).toEqual([`the default security group of ${id('AWS::EC2::VPC', /./)} is not emptied`]);
  });

  test('a variable leads nowhere', () => {
    const found = findings((resources) => {
      const [, { Properties }] = find(resources, 'AWS::ECS::TaskDefinition', /^ComputeLibreChatTask/);
      const environment = Properties['ContainerDefinitions'][0].Environment as { Name: string; Value: unknown }[];
      environment.find(({ Name }) => Name === 'RAG_API_URL')!.Value = 'http://rag.librechatstack.internal:8000';
      environment.push({ Name: 'SOME_HOST', Value: 'somewhere.example.com' });
    });
    const ingress = id('AWS::EC2::SecurityGroupIngress', /LibreChat embeds/);
    expect(found).toEqual([
      'librechat: nobody knows where SOME_HOST leads',
      "librechat: RAG_API_URL names a host that is nobody's",
      `${ingress} is open for nothing`,
    ]);
  });
});
