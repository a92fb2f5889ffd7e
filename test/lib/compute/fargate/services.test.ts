import { describe, expect, test } from 'vitest';
import type { PartialConfig } from '../../../../config/schema.ts';
import { ofType, preset, type Resource, type Template, synthesize } from '../../../helpers/deployments.ts';

type Container = Resource['Properties'] & { readonly Name: string };

/** Containers of each task, by the name of the one that it is for. */
function tasks(template: Template): Map<string, Record<string, Container>> {
  return new Map(
    ofType(template, 'AWS::ECS::TaskDefinition').map(([, { Properties }]) => {
      const containers = Properties['ContainerDefinitions'] as Container[];
      const main = containers.find(({ Essential }) => Essential)!;
      return [main.Name, Object.fromEntries(containers.map((container) => [container.Name, container]))];
    }),
  );
}

const service = (template: Template, name: string) =>
  ofType(template, 'AWS::ECS::Service').find(([id]) => id.startsWith(`Compute${name}Service`))![1].Properties;

const { template } = preset('production-ecs');

/** Folders that the source of each image is known to write. */
const WRITTEN = {
  librechat: [
    '/app/client/public/images',
    '/app/data',
    '/app/logs',
    '/app/skill',
    '/app/uploads',
    '/home/node',
    '/tmp',
  ],
  'rag-api': ['/app/uploads', '/tmp'],
  meilisearch: ['/meili_data', '/tmp'],
};

describe.each(Object.entries(WRITTEN))('the container of %s', (name, folders) => {
  const { [name]: container, files } = tasks(template).get(name)!;

  test('can do nothing that it needs not: no root, no capability, no system of its own to write', () => {
    expect(container).toMatchObject({
      User: '1000:1000',
      ReadonlyRootFilesystem: true,
      LinuxParameters: { Capabilities: { Drop: ['ALL'] }, InitProcessEnabled: true },
    });
    expect(container!['Privileged']).toBeUndefined();
  });

  test('can write the folders that it writes', () => {
    const mounts = container!['MountPoints'] as { ContainerPath: string; ReadOnly: boolean; SourceVolume: string }[];
    const writable = mounts.filter(({ ReadOnly }) => !ReadOnly);
    expect(writable.map(({ ContainerPath }) => ContainerPath).sort()).toEqual(folders);
    expect(new Set(mounts.map(({ SourceVolume }) => SourceVolume)).size).toBe(mounts.length);
  });

  test('starts once its folders are open to it: volumes of Fargate belong to root', () => {
    expect(container!['DependsOn']).toEqual([{ Condition: 'SUCCESS', ContainerName: 'files' }]);
    const { MountPoints, User, LinuxParameters } = files!;
    expect(User).toBe('0:0');
    expect(LinuxParameters.Capabilities.Drop).toEqual(['ALL']);
    const command = JSON.stringify(files!['Command']);
    const opened = /chmod 1777 ([^&]+) ?(&&|")/.exec(command)![1]!.trim().split(' ');
    const shared = name === 'librechat' ? ['/app/client/public/images'] : [];
    expect([...opened, ...shared].sort()).toEqual(folders);
    expect((MountPoints as { ContainerPath: string }[]).map(({ ContainerPath }) => ContainerPath)).toEqual(
      expect.arrayContaining(opened),
    );
  });
});

test('a task without files to fetch pulls no second image to open its folders', () => {
  const { meilisearch, files } = tasks(template).get('meilisearch')!;
  expect(files!['Image']).toBe(meilisearch!['Image']);
});

test('a shell in tasks needs what is otherwise taken from them', () => {
  const open = synthesize('production-ecs', { service: { executeCommand: true } }).template;
  for (const [name, { [name]: container }] of tasks(open)) {
    expect(container!['ReadonlyRootFilesystem'], name).toBe(false);
    expect(container!['LinuxParameters'], name).toEqual({ Capabilities: {}, InitProcessEnabled: true });
  }
  for (const name of ['LibreChat', 'RagApi', 'Meilisearch'])
    expect([service(open, name)['EnableExecuteCommand'], service(template, name)['EnableExecuteCommand']]).toEqual([
      true,
      false,
    ]);
});

test('uploads stay on the shared file system where documents do', () => {
  const { librechat } = tasks(synthesize('production-ecs', { features: { fileStrategy: 'local' } }).template).get(
    'librechat',
  )!;
  const volumes = Object.fromEntries(
    (librechat!['MountPoints'] as { ContainerPath: string; SourceVolume: string }[]).map(
      ({ ContainerPath, SourceVolume }) => [ContainerPath, SourceVolume],
    ),
  );
  expect(volumes).toMatchObject({ '/app/uploads': 'uploads', '/app/client/public/images': 'images' });
});

describe('what CloudFront says of the scheme', () => {
  const command = (changes: PartialConfig) => {
    const { librechat, files } = tasks(synthesize('production-ecs', changes).template).get('librechat')!;
    return { command: librechat!['Command'] as string[], fetched: JSON.stringify(files!['Command']) };
  };

  test('reaches LibreChat past a balancer that says http', () => {
    const { command: started, fetched } = command({});
    expect(started).toEqual(['node', '--require', '/config/forwarded-proto.cjs', 'api/server/index.js']);
    expect(fetched).toContain('/config/forwarded-proto.cjs');
  });

  test('is asked for only where there is a CloudFront', () => {
    const access = { type: 'domain', domainName: 'chat.example.com', hostedZoneId: 'Z0123456789ABC' } as const;
    const { command: started, fetched } = command({ access });
    expect(started).toEqual(['node', 'api/server/index.js']);
    expect(fetched).not.toContain('forwarded-proto');
  });
});

describe('LibreChat is scaled', () => {
  const policies = (changes: PartialConfig = {}) =>
    new Map(
      ofType(synthesize('production-ecs', changes).template, 'AWS::ApplicationAutoScaling::ScalingPolicy').map(
        ([, { Properties }]) => {
          const tracking = Properties['TargetTrackingScalingPolicyConfiguration'];
          return [tracking.PredefinedMetricSpecification.PredefinedMetricType as string, tracking];
        },
      ),
    );

  test('on CPU, memory and requests, out fast and in slowly', () => {
    const found = policies();
    expect([...found].map(([metric, { TargetValue }]) => [metric, TargetValue])).toEqual([
      ['ECSServiceAverageCPUUtilization', 60],
      ['ECSServiceAverageMemoryUtilization', 70],
      ['ALBRequestCountPerTarget', 776],
    ]);
    for (const tracking of found.values())
      expect(tracking).toMatchObject({ ScaleInCooldown: 900, ScaleOutCooldown: 60 });
    expect(found.get('ALBRequestCountPerTarget').PredefinedMetricSpecification.ResourceLabel).toBeDefined();
  });

  test('on fewer requests where a task has less of a core', () => {
    const small = policies({ service: { librechat: { cpu: 512 } } }).get('ALBRequestCountPerTarget');
    expect(small.TargetValue).toBe(388);
  });

  test('within the bounds of the preset', () => {
    const [[, target]] = ofType(template, 'AWS::ApplicationAutoScaling::ScalableTarget') as [[string, Resource]];
    expect(target.Properties).toMatchObject({ MinCapacity: 2, MaxCapacity: 6 });
  });
});

test('Spot keeps one task that no shortage of Spot takes', () => {
  const spot = synthesize('production-ecs', { service: { spot: true } }).template;
  expect(service(spot, 'LibreChat')['CapacityProviderStrategy']).toEqual([
    { Base: 1, CapacityProvider: 'FARGATE', Weight: 1 },
    { CapacityProvider: 'FARGATE_SPOT', Weight: 9 },
  ]);
});

test('the providers of Spot are there before the service that uses them, and go after it', () => {
  const spot = synthesize('production-ecs', { service: { spot: true } }).template;
  const [[id, { Properties }]] = ofType(spot, 'AWS::ECS::ClusterCapacityProviderAssociations') as [[string, Resource]];
  expect(Properties['CapacityProviders']).toEqual(['FARGATE', 'FARGATE_SPOT']);
  const users = ofType(spot, 'AWS::ECS::Service').filter(([, user]) => 'CapacityProviderStrategy' in user.Properties);
  expect(users).toHaveLength(1);
  expect((users[0]![1] as { DependsOn?: string[] }).DependsOn).toContain(id);
});

test('without Spot nothing holds the cluster back when the stack is deleted: there are no providers', () => {
  expect(ofType(template, 'AWS::ECS::ClusterCapacityProviderAssociations')).toEqual([]);
  for (const [, { Properties }] of ofType(template, 'AWS::ECS::Service'))
    expect([Properties['LaunchType'], Properties['CapacityProviderStrategy']]).toEqual(['FARGATE', undefined]);
});

test('there are never two tasks of Meilisearch, and always all of the others', () => {
  const bounds = (name: string) => service(template, name)['DeploymentConfiguration'];
  expect(service(template, 'Meilisearch')['DesiredCount']).toBe(1);
  expect(bounds('Meilisearch')).toMatchObject({ MaximumPercent: 100, MinimumHealthyPercent: 0 });
  expect(bounds('RagApi')).toMatchObject({ MaximumPercent: 200, MinimumHealthyPercent: 100 });
  expect(bounds('LibreChat')).toMatchObject({ MaximumPercent: 200, MinimumHealthyPercent: 100 });
});

test('every service goes back to the release that worked', () => {
  for (const [id, { Properties }] of ofType(template, 'AWS::ECS::Service'))
    expect(Properties['DeploymentConfiguration'].DeploymentCircuitBreaker, id).toEqual({
      Enable: true,
      Rollback: true,
    });
});
