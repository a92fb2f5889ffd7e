import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { INSTANCE_TYPES } from '../../cli/one-click/parameters.ts';
import { oneClickTemplate } from '../../cli/one-click/template.ts';
import { resolvePreset } from '../../config/deployment-config.ts';
import type { Ec2Config } from '../../config/schema.ts';
import { ofType, type Template } from '../helpers/deployments.ts';

const folder = mkdtempSync(join(tmpdir(), 'librechat-sizes-'));
const publication = { bucketPrefix: 'some-prefix', keyPrefix: 'some-key' };

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('a machine of another size changes nothing of the template but the default of its parameter', () => {
  const [first, ...others] = INSTANCE_TYPES.map((type) => {
    const config = resolvePreset('standard-dev', { instance: { type } }) as Ec2Config;
    const { template } = oneClickTemplate(config, publication, join(folder, type));
    return JSON.stringify(template).replaceAll(`"Default":"${type}"`, '"Default":"any"');
  });
  for (const other of others) expect(other).toBe(first);
});

test('the parameter is for the machine of LibreChat, not for that which translates addresses', () => {
  const config = resolvePreset('minimal-dev') as Ec2Config;
  const { template } = oneClickTemplate(config, publication, join(folder, 'minimal'));
  const types = ofType(template as unknown as Template, 'AWS::EC2::Instance').map(
    ([, { Properties }]) => Properties['InstanceType'] as unknown,
  );
  expect(types).toEqual(expect.arrayContaining(['t4g.nano', { Ref: 'InstanceType' }]));
});
