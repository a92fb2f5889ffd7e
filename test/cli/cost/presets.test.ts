import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { estimateTemplate } from '../../../cli/cost/estimate.ts';
import { TARGETS } from '../../../cli/cost/targets.ts';
import { NOBODY } from '../../../cli/cost/usage.ts';
import { AGENT_METRICS } from '../../../lib/constructs/compute/instance/agent.ts';
import { EVERY_PRESET, preset } from '../../helpers/deployments.ts';

const README = readFileSync('README.md', 'utf8');

describe.each(EVERY_PRESET)('%s', (name) => {
  const { template } = preset(name);
  const nobody = estimateTemplate(template, { usage: NOBODY });

  test('costs no more than it may, at the most that is likely and with nobody using it', () => {
    expect(nobody.total[1]).toBeLessThanOrEqual(TARGETS[name]);
  });

  test('costs with 25 people what the README says, at the most', () => {
    const most = estimateTemplate(template).total[1];
    const written = new RegExp(`^\\| \`${name}\` .*\\$([\\d,]+) +\\|$`, 'm').exec(README)?.[1];
    expect(Number(written?.replace(',', ''))).toBe(Math.round(most));
  });

  test('has every resource counted, or named as free or without a price for a reason', () => {
    const named = new Set([...nobody.items, ...nobody.unpriced].flatMap(({ logicalIds }) => logicalIds));
    expect(Object.keys(template.Resources).filter((id) => !named.has(id))).toEqual([]);
    expect(nobody.unpriced.filter(({ reason }) => reason === '')).toEqual([]);
  });

  test('has no resource whose price is unknown in us-east-1', () => {
    expect(nobody.unpriced.filter(({ isFree }) => !isFree)).toEqual([]);
  });

  test('has its models and its embeddings priced', () => {
    const { tokens } = estimateTemplate(template);
    expect(tokens.items.map(({ what }) => what).filter((what) => what.startsWith('global.'))).toHaveLength(6);
    expect(tokens.items.some(({ what }) => what.includes('embed'))).toBe(name !== 'minimal-dev');
  });

  test('costs more with more people, and never less than with nobody', () => {
    const few = estimateTemplate(template, { usage: { users: 10 } });
    const many = estimateTemplate(template, { usage: { users: 1000, gb: 500 } });
    expect(few.total[0]).toBeGreaterThanOrEqual(nobody.total[0]);
    expect(many.total[1]).toBeGreaterThan(few.total[1]);
  });
});

test('the agent of a machine sends as many metrics as are counted', () => {
  const { agentMetrics } = estimateTemplate({ Resources: {} }).usage;
  expect(agentMetrics[0]).toBe(1 + Object.keys(AGENT_METRICS.diskPaths).length);
});
