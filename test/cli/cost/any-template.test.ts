import fc from 'fast-check';
import { expect, test } from 'vitest';
import { COMPUTE } from '../../../cli/cost/pricers/compute.ts';
import { DATA } from '../../../cli/cost/pricers/data.ts';
import { NETWORK } from '../../../cli/cost/pricers/network.ts';
import { OPERATIONS } from '../../../cli/cost/pricers/operations.ts';
import { preset } from '../../helpers/deployments.ts';
import { estimateTemplate } from '../../../cli/cost/estimate.ts';
import { readPriceBook } from '../../../cli/cost/price-book.ts';
import { estimateOf, fixture } from './templates.ts';

const priceBook = readPriceBook();
const TYPES = Object.keys({ ...COMPUTE, ...DATA, ...NETWORK, ...OPERATIONS });
/** Names that pricers look for, so that they find something of the wrong kind. */
const NAMES = [
  ...new Set(
    [preset('enterprise').template, preset('production-ec2').template, fixture('cost-vpc-three-nats.yaml')].flatMap(
      (template) => [...JSON.stringify(template).matchAll(/"(\w+)":/g)].map(([, name]) => name!),
    ),
  ),
  'Fn::If',
  'Fn::Sub',
  'Fn::ForEach::Loop',
];
const { tree: properties } = fc.letrec((tie) => ({
  tree: fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 8 }),
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('FARGATE', 'gp3', 'postgres', 'Interface', 'ENABLED', 'db.serverless', '20', 'A', '${A}'),
    fc.jsonValue({ maxDepth: 0 }),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('tree'),
  ),
}));

test.each(TYPES)('%s with any properties is priced, or named with a reason', (type) => {
  fc.assert(
    fc.property(properties, properties, (one, other) => {
      const bill = estimateOf({ A: [type, one], B: [type, other] }, { priceBook });
      const named = [...bill.items, ...bill.unpriced].flatMap(({ logicalIds }) => logicalIds);
      expect(new Set(named)).toEqual(new Set(['A', 'B']));
      for (const { low, high } of bill.items) {
        expect(Number.isFinite(high)).toBe(true);
        expect(low).toBeLessThanOrEqual(high + 1e-9);
      }
    }),
    { numRuns: 30, seed: 1 },
  );
});

test('a preset is priced whichever type of resource is taken out of it', () => {
  const { Resources } = preset('enterprise').template;
  for (const gone of new Set(Object.values(Resources).map(({ Type }) => Type))) {
    const rest = Object.fromEntries(Object.entries(Resources).filter(([, { Type }]) => Type !== gone));
    expect(estimateTemplate({ Resources: rest }, { priceBook }).total[1]).toBeGreaterThan(100);
  }
});
