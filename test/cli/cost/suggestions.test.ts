import { describe, expect, test } from 'vitest';
import { estimateTemplate } from '../../../cli/cost/estimate.ts';
import { configuredSubject } from '../../../cli/cost/subject.ts';
import { suggest, type Suggestion } from '../../../cli/cost/suggestions.ts';
import { fixture } from './templates.ts';

const of = (source: string, flags: readonly string[] = []) =>
  configuredSubject({ source, flags, env: {}, context: {}, dotenv: false });
const named = (suggestions: readonly Suggestion[], start: string) =>
  suggestions.find(({ title }) => title.startsWith(start));

// Each change of settings is a synthesis.
describe('for a configuration', { timeout: 120_000 }, () => {
  const subject = of('production-ecs');
  const suggestions = suggest(subject);

  test('each is saved by the settings it names, synthesized and priced', () => {
    const settings = suggestions.filter(({ changes }) => changes.length > 0);
    expect(settings.length).toBeGreaterThan(2);
    const before = estimateTemplate(subject.template).total;
    for (const { changes, saving } of settings) {
      const after = estimateTemplate(of('production-ecs', changes).template).total;
      expect([before[0] - after[0], before[1] - after[1]].sort((a, b) => a - b)).toEqual([
        expect.closeTo(saving[0], 6),
        expect.closeTo(saving[1], 6),
      ]);
    }
  });

  test('each says what it costs otherwise, the largest first', () => {
    expect(suggestions.every(({ tradeOff }) => tradeOff.length > 10)).toBe(true);
    const means = suggestions.map(({ saving: [low, high] }) => low + high);
    expect(means).toEqual([...means].sort((a, b) => b - a));
  });

  test('a second DocumentDB instance saves what it costs', () => {
    // and what watches it: an alarm is 10 cents
    const [saved] = named(suggestions, 'one DocumentDB instance')!.saving;
    expect(saved).toBeGreaterThanOrEqual(730 * 0.07566 - 1e-6);
    expect(saved).toBeLessThan(730 * 0.07566 + 1);
  });

  test('nothing is suggested that is so already, or that is refused', () => {
    const lean = suggest(of('production-ecs', ['network.natType=instance', 'documentStore.instances=1']));
    expect(named(lean, 'NAT instance')).toBeUndefined();
    expect(named(lean, 'one DocumentDB')).toBeUndefined();
    // CloudFront reaches private subnets only, and those take NAT.
    expect(named(suggestions, 'tasks in public subnets')).toBeUndefined();
  });

  test('a schedule is for what people develop on, not for production', () => {
    const schedule = 'machines and tasks on weekdays';
    expect(named(suggestions, schedule)).toBeUndefined();
    const [low] = named(suggest(of('minimal-dev')), schedule)!.saving;
    // t4g.medium for 470 hours less, and the machine of NAT with it
    expect(low).toBeGreaterThanOrEqual(470 * 0.0336);
    expect(low).toBeLessThan(730 * 0.05);
  });

  test('endpoints beside NAT are for those who have them, and Aurora at 0 ACU saves nothing that would come', () => {
    const enterprise = suggest(of('enterprise'), { usage: { users: 0, scaling: 0 } });
    expect(named(enterprise, 'no interface endpoints')?.saving[1]).toBeCloseTo(3 * 730 * 0.01, 6);
    expect(enterprise.filter(({ changes }) => changes.join().includes('minAcu'))).toEqual([]);
  });

  test('a savings plan is a range, because the price of EC2 in it is not well founded', () => {
    const plan = named(suggest(of('minimal-dev')), 'compute savings plan')!;
    expect(plan.saving[0]).toBeLessThan(plan.saving[1]);
  });
});

describe('for a template of any origin', () => {
  const suggestions = suggest({ name: 'x', template: fixture('cost-vpc-three-nats.yaml') });

  test('prices are exchanged: Graviton, gp3, NAT instances', () => {
    // m5.large to m7g.large, db.t3.medium to db.t4g.medium Multi-AZ
    expect(named(suggestions, 'Graviton')?.saving[0]).toBeCloseTo(730 * (0.096 - 0.0816 + 0.144 - 0.13), 6);
    expect(named(suggestions, 'gp3')?.saving[0]).toBeCloseTo(50 * (0.1 - 0.08), 6);
    expect(named(suggestions, 'NAT instances')?.saving[0]).toBeCloseTo(3 * 730 * (0.045 - 0.0042), 6);
  });

  test('nothing is suggested where nothing can be saved', () => {
    expect(suggest({ name: 'x', template: { Resources: {} } })).toEqual([]);
  });
});
