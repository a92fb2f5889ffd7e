import { describe, expect, test } from 'vitest';
import { configTree, variableName } from '../../config/config-paths.ts';
import { ENVIRONMENT_DEFAULTS } from '../../config/environments.ts';
import { flatten } from '../../config/layers.ts';
import { PRESETS } from '../../config/presets.ts';
import { kindOf, schemasAt } from '../../config/schema-tree.ts';

const { leaves, groups } = configTree();
const leaf = (path: string) => leaves.find((candidate) => candidate.path === path)!;

describe('the walk over the schema', () => {
  test.each([
    ['network.natGateways', { kind: 'integer', expected: 'a whole number from 0 to 3' }],
    ['vectorStore.minAcu', { kind: 'number', expected: 'a number from 0 to 256 in steps of 0.5' }],
    ['features.rag', { kind: 'boolean', expected: 'true or false' }],
    ['account', { kind: 'text', expected: 'text' }],
    ['instance.keyPairName', { kind: 'text', expected: 'text of 1 to 255 characters' }],
    ['tags', { kind: 'record', expected: 'names, each with a text' }],
    ['access.allowedCidrs', { kind: 'list', expected: 'a list of 1 or more, each an IPv4 range' }],
    ['compliance', { kind: 'list', values: ['hipaa', 'soc2'] }],
    ['mode', { kind: 'choice', values: ['ec2', 'ecs'] }],
    ['service.ragApi.cpu', { kind: 'choice', values: [256, 512, 1024, 2048, 4096, 8192] }],
    ['network.existingVpc.vpcId', { optionalGroup: 'network.existingVpc' }],
  ])('tells what %s takes', (path, wanted) => {
    expect(leaf(path)).toMatchObject(wanted);
  });

  test.each([
    ['stackName', [{ when: {}, default: 'LibreChatStack', required: false }]],
    ['access.type', [{ when: {}, default: 'cloudfront', required: false }]],
    ['documentStore.type', [{ when: {}, default: undefined, required: true }]],
    ['instance.loadBalancer', [{ when: { mode: 'ec2' }, default: false }]],
    [
      'access.domainName',
      [
        { when: { 'access.type': 'cloudfront' }, required: false },
        { when: { 'access.type': 'domain' }, required: true },
      ],
    ],
  ])('tells where %s exists and what it defaults to', (path, wanted) => {
    expect(leaf(path).variants).toMatchObject(wanted);
  });

  test('finds a description for every key and group', () => {
    const silent = [
      ...leaves.filter(({ variants }) => variants.some(({ description }) => description === '')),
      ...groups.filter(({ description }) => description === ''),
    ];
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  test('gives every key a variable of its own', () => {
    const names = [...leaves, ...groups].map(({ path }) => variableName(path));
    expect(new Set(names).size).toBe(names.length);
    expect(variableName('service.ragApi.memoryMiB')).toBe('LIBRECHAT_CDK_SERVICE_RAG_API_MEMORY_MIB');
  });

  test('finds one kind of value for a key, in whatever branch', () => {
    for (const { path, kind } of leaves) {
      expect(new Set(schemasAt(path.split('.')).map(kindOf)), path).toEqual(new Set([kind]));
    }
  });

  test('knows every key that presets and environments set', () => {
    const known = new Set(leaves.map(({ path }) => path));
    for (const values of [...Object.values(PRESETS), ...Object.values(ENVIRONMENT_DEFAULTS)]) {
      for (const path of flatten(values).keys()) expect(known).toContain(path);
    }
  });
});
