import { describe, expect, test } from 'vitest';
import { referencesIn } from '../../../lib/utils/template-references.ts';
import { ofType, preset, synthesize, type Template } from '../../helpers/deployments.ts';

const NETWORK = ['AWS::EC2::VPC', 'AWS::EC2::Subnet', 'AWS::EC2::SecurityGroup'];

/** Logical ids of what stays of the network and of the groups of databases. */
const staying = ({ Resources }: Template) =>
  Object.entries(Resources)
    .filter(([, { Type, DeletionPolicy }]) => DeletionPolicy === 'Retain' && /::EC2::|Group$/.test(Type))
    .map(([id]) => id);

describe('a stack whose databases stay', () => {
  test.each(['production-ec2', 'production-ecs', 'enterprise'] as const)(
    '%s lets go of nothing that they stand in',
    (name) => {
      const { template } = preset(name);
      const databases = Object.entries(template.Resources).filter(([, { Type }]) =>
        /::DB(Cluster|Instance)$/.test(Type),
      );
      const needed = new Set<string>();
      const open = databases.map(([id]) => id);
      for (const id of open) {
        for (const other of referencesIn(template.Resources[id]?.Properties)) {
          if (needed.has(other) || template.Resources[other] === undefined) continue;
          needed.add(other);
          open.push(other);
        }
      }
      expect(databases.length).toBeGreaterThan(1);
      expect([...needed].filter((id) => template.Resources[id]?.DeletionPolicy !== 'Retain')).toEqual([]);
      for (const type of NETWORK)
        expect(
          ofType(template, type).some(([id]) => needed.has(id)),
          type,
        ).toBe(true);
    },
  );

  test('lets go of the rest of the network, which costs or opens something', () => {
    const { template } = preset('production-ecs');
    const gone = ofType(template, 'AWS::EC2::Subnet').filter(([, { DeletionPolicy }]) => DeletionPolicy === undefined);
    expect(gone).toHaveLength(4);
    expect(staying(template).filter((id) => /Compute|Nat|Public|Private|Initializer|Cache/.test(id))).toEqual([]);
  });
});

describe('nothing of a network stays', () => {
  test.each([
    [
      'where databases leave a snapshot',
      synthesize('production-ecs', { data: { removalPolicy: 'snapshot', deletionProtection: false } }),
    ],
    ['where there is no managed database', preset('standard-dev')],
  ])('%s', (_, { template }) => {
    expect(staying(template)).toEqual([]);
  });
});
