import { describe, expect, test } from 'vitest';
import type { ConfigSources } from '../../config/deployment-config.ts';
import { refusal } from './loading.ts';

const FILES = {
  'typo.yaml': 'preset: minimal-dev\nnetwork:\n  natGateway: 1',
  'top.yaml': 'preset: minimal-dev\nnatGateways: 1',
  'secret.yaml': 'preset: minimal-dev\nmodels:\n  providerKeySecretArns:\n    openai: sk-proj-abcdef',
};
const ecs = { source: 'production-ecs' };
const production = { source: 'production-ec2' };
const http = ['access.type=http'];

describe('a single value', () => {
  test.each<[string, ConfigSources, string]>([
    [
      'a mistyped key in a file',
      { source: 'typo' },
      'network.natGateway: unknown key: did you mean network.natGateways? (typo.yaml:3)',
    ],
    [
      'a key on the wrong level',
      { source: 'top' },
      'natGateways: unknown key: did you mean network.natGateways? (top.yaml:2)',
    ],
    [
      'a key that resembles none',
      { flags: ['features.zzzzzz=1'] },
      'features.zzzzzz: unknown key: features has rag, search, fileStrategy (--set features.zzzzzz)',
    ],
    [
      'a key below a value',
      { flags: ['region.name=x'] },
      'region.name: unknown key: region takes text (--set region.name)',
    ],
    [
      'a wrong type',
      { flags: ['network.natGateways=two'] },
      'network.natGateways: expected a whole number from 0 to 3, got "two" (--set network.natGateways)',
    ],
    [
      'a number out of range',
      { flags: ['network.zones=4'] },
      'network.zones: expected a whole number from 1 to 3, got 4 (--set network.zones)',
    ],
    [
      'half a zone',
      { flags: ['network.zones=1.5'] },
      'network.zones: expected a whole number from 1 to 3, got 1.5 (--set network.zones)',
    ],
    [
      'a wrong step',
      { source: 'enterprise', flags: ['vectorStore.minAcu=0.7'] },
      'vectorStore.minAcu: expected a number from 0 to 256 in steps of 0.5, got 0.7 (--set vectorStore.minAcu)',
    ],
    [
      'the name of a channel of Slack in place of its id',
      { ...production, flags: ['monitoring.slack={"workspaceId":"T012ABCDEFG","channelId":"#alarms"}'] },
      'monitoring.slack.channelId: expected the id of a channel, such as C012AB3CD, got "#alarms" (--set monitoring.slack)',
    ],
    [
      'a tenant of Teams by its name',
      {
        ...production,
        flags: [
          'monitoring.teams={"tenantId":"example.com","teamId":"66666666-7777-4888-8999-000000000000","channelId":"19%3ax%40thread.tacv2"}',
        ],
      },
      'monitoring.teams.tenantId: expected the id of a tenant, a UUID, got "example.com" (--set monitoring.teams)',
    ],
    [
      'a mistyped choice',
      { flags: ['network.natType=instanse'] },
      `network.natType: expected 'gateway' or 'instance', got "instanse": did you mean 'instance'? (--set network.natType)`,
    ],
    ['a mistyped mode', { flags: ['mode=esc'] }, `mode: expected 'ec2' or 'ecs', got "esc" (--set mode)`],
    [
      'a mistyped branch',
      { flags: ['access.type=cloudfrond'] },
      `access.type: expected 'cloudfront', 'domain' or 'http', got "cloudfrond": did you mean 'cloudfront'? (--set access.type)`,
    ],
    [
      'a mistyped item of a list',
      { source: 'enterprise', flags: ['compliance=hipaa,soc3'] },
      `compliance[1]: expected 'hipaa' or 'soc2', got "soc3": did you mean 'soc2'? (--set compliance)`,
    ],
    [
      'a range of the network that is none',
      { flags: ['network.cidr=ec2'] },
      'network.cidr: expected an IPv4 range such as 10.0.0.0/16, got "ec2" (--set network.cidr)',
    ],
    [
      'a bad range of addresses',
      { flags: [...http, 'access.allowedCidrs=10.0.0.0'] },
      'access.allowedCidrs[0]: expected an IPv4 range such as 10.0.0.0/16, got "10.0.0.0" (--set access.allowedCidrs)',
    ],
    [
      'a key of EC2 in mode ecs',
      { ...ecs, flags: ['instance.type=t4g.large'] },
      "instance: exists with mode 'ec2' only, and mode is 'ecs': remove it, or set mode to 'ec2' (--set instance.type)",
    ],
    [
      'a key of another branch',
      { flags: ['redis.type=none', 'redis.replicas=1'] },
      "redis.replicas: exists with redis.type 'elasticache' only, and redis.type is 'none': remove it, or set redis.type to 'elasticache' (--set redis.replicas)",
    ],
    [
      'a CPU size that Fargate lacks',
      { ...ecs, flags: ['service.ragApi.cpu=300'] },
      'service.ragApi.cpu: expected 256, 512, 1024, 2048, 4096 or 8192, got 300 (--set service.ragApi.cpu)',
    ],
    [
      'a domain that is not named',
      { ...production, flags: ['access.type=domain'] },
      'access.domainName: missing: set text (Name of the site)',
    ],
    [
      'a secret where its ARN belongs, without showing it',
      { source: 'secret' },
      'models.providerKeySecretArns.openai: expected the complete ARN of a Secrets Manager secret with the six characters at its end, got something else: store the value in a secret, and give its ARN (secret.yaml:4)',
    ],
    [
      'a group set as if it were a value',
      { flags: ['redis=none'] },
      'redis: expected a group of settings (type, nodeType, replicas): set one of them, or give JSON (--set redis)',
    ],
    [
      'broken JSON for a list',
      { flags: ['compliance=["hipaa"'] },
      'compliance: not valid JSON: names and texts stand in double quotes (--set compliance)',
    ],
    [
      'tags without values',
      { flags: ['tags=team'] },
      'tags: expected name=text pairs or JSON, got "team" (--set tags)',
    ],
  ])('refuses %s', (_, sources, message) => {
    expect(refusal(sources, FILES)).toEqual([message]);
  });
});
