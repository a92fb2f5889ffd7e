import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { configTree } from '../../config/config-paths.ts';
import { flatten } from '../../config/layers.ts';
import { valueAt } from '../../config/schema-tree.ts';
import { readFlags } from '../../config/text-values.ts';
import { load } from './loading.ts';

describe('texts', () => {
  test.each<[string, string, unknown]>([
    ['network.natGateways', '1', 1],
    ['vectorStore.minAcu', ' 1.5 ', 1.5],
    ['features.rag', 'TRUE', true],
    ['features.rag', 'no', false],
    ['features.rag', '1', true],
    ['features.rag', 'maybe', 'maybe'],
    ['network.natGateways', 'two', 'two'],
    ['network.natGateways', '0x1', '0x1'],
    ['account', '012345678901', '012345678901'],
    ['instance.amiRelease', '1', '1'],
    ['service.librechat.cpu', '2048', 2048],
    ['monitoring.logRetentionDays', '365', 365],
    ['access.allowedCidrs', '10.0.0.0/8, 192.168.0.0/16', ['10.0.0.0/8', '192.168.0.0/16']],
    ['access.allowedCidrs', '["10.0.0.0/8"]', ['10.0.0.0/8']],
    ['compliance', '', []],
    ['tags', 'team=ai, note=a=b', { team: 'ai', note: 'a=b' }],
    ['tags', '{"team":"ai"}', { team: 'ai' }],
    ['redis', '{"type":"none"}', { type: 'none' }],
    ['vectorStore', 'null', null],
  ])('reads %s=%s', (path, text, value) => {
    const { layer, problems } = readFlags([`${path}=${text}`]);
    expect(problems).toEqual([]);
    expect(valueAt(layer.values, path.split('.'))).toEqual(value);
  });

  test('reads every key of the schema back from text', () => {
    const scalar = configTree().leaves.filter(({ kind }) => ['integer', 'number', 'boolean'].includes(kind));
    fc.assert(
      fc.property(
        fc.constantFrom(...scalar),
        fc.integer({ min: -99_999, max: 99_999 }),
        fc.boolean(),
        ({ path, kind }, number, truth) => {
          const value = kind === 'boolean' ? truth : number;
          const { layer } = readFlags([`${path}=${value}`]);
          expect(flatten(layer.values)).toEqual(new Map([[path, value]]));
        },
      ),
    );
  });

  test('leaves text as it is, whatever it looks like', () => {
    const texts = configTree().leaves.filter(({ kind }) => kind === 'text');
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.string(), ({ path }, text) => {
        expect(flatten(readFlags([`${path}=${text}`]).layer.values)).toEqual(new Map([[path, text]]));
      }),
    );
  });

  test('takes typed values and groups from context as they are', () => {
    const { config } = load({ context: { network: { zones: 2 }, 'features.search': true, 'aws:cdk:other': 'x' } });
    expect([config.network.zones, config.features.search]).toEqual([2, true]);
  });

  test('takes a group and a key of it together, the key winning', () => {
    const env = { LIBRECHAT_CDK_NETWORK_ZONES: '3', LIBRECHAT_CDK_NETWORK: '{"zones":2,"natGateways":1}' };
    expect(load({ env }).config.network).toMatchObject({ zones: 3, natGateways: 1 });
  });

  test('counts an empty variable as not set', () => {
    const env = { LIBRECHAT_CDK_REGION: '', LIBRECHAT_CDK_CONFIG_SOURCE: '' };
    expect(load({ env }).config.region).toBeUndefined();
  });

  test('ignores variables and context of others', () => {
    expect(() =>
      load({
        env: { AWS_REGION: 'us-east-1', LIBRECHAT_VERSION: 'x' },
        context: { 'cdk-migrate': true, 'cli-telemetry': false, 'acknowledged-issue-numbers': [1] },
      }),
    ).not.toThrow();
  });
});
