import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runbookSection } from '../../../lib/constructs/monitoring/monitoring-construct.ts';
import { ALARM_SAMPLES } from '../../helpers/alarm-samples.ts';
import { alarmState, metricsOf, type Published } from '../../helpers/alarm-state.ts';
import { ofType, preset, type Resource, type Synthesized, synthesize } from '../../helpers/deployments.ts';
import { evaluate } from '../../helpers/metric-math.ts';
import { alarmsOf, publisherOf } from '../../helpers/publishers.ts';
import { WATCHED_STACKS, watchedStack } from '../../helpers/watched-stacks.ts';

const NOTHING: Published = { everyMinutes: 1, values: [] };

/** Of several machines one is as the sample says, of which there is only one where the sample has several. */
function samplesFor(alarm: Resource, sample: Readonly<Record<string, Published>>): Record<string, Published> {
  return Object.fromEntries(
    metricsOf(alarm).map(({ id }) => [
      id,
      sample[id] ?? (id === 'm0' ? sample['value'] : id === 'value' ? sample['m0'] : undefined) ?? NOTHING,
    ]),
  );
}

/** Periods beyond those that an alarm evaluates, of which nobody knows how many CloudWatch fetches. */
const FETCHED_MORE = [0, 1, 3];

const states = (alarm: Resource, sample: Readonly<Record<string, Published>>) =>
  new Set(FETCHED_MORE.map((more) => alarmState(alarm, samplesFor(alarm, sample), more)));

describe.each(WATCHED_STACKS)('%s', (name) => {
  const stack = watchedStack(name);
  const alarms = [...alarmsOf(stack)];

  test('has a publisher in the same template for every metric that an alarm reads', () => {
    const orphans = alarms.flatMap(([id, alarm]) =>
      metricsOf(alarm)
        .filter((metric) => publisherOf(metric, stack) === undefined)
        .map(({ namespace, name: metric, dimensions }) => [id, namespace, metric, dimensions]),
    );
    expect(orphans).toEqual([]);
  });

  test('rings on bad data, is silent on good data, and says the right thing about none', () => {
    for (const [id, alarm] of alarms) {
      const sample = ALARM_SAMPLES[id];
      if (sample === undefined) throw new Error(`${id} has no samples in test/helpers/alarm-samples.ts`);
      expect(states(alarm, sample.fires), `${id} on: ${sample.firesOn}`).toEqual(new Set(['ALARM']));
      for (const silent of sample.silent)
        expect(states(alarm, silent), `${id} on: ${sample.silentOn}`).toEqual(new Set(['OK']));
      const onNothing = sample.noData === 'rings' ? 'ALARM' : 'OK';
      expect(states(alarm, {}), `${id} without data`).toEqual(new Set([onNothing]));
    }
  });

  test('tells in each alarm what it means, and where the runbook says what to do', () => {
    const runbook = readFileSync(new URL('../../../docs/RUNBOOK.md', import.meta.url), 'utf8');
    const sections = [...runbook.matchAll(/^### (.+)$/gm)].map(([, title = '']) =>
      title.toLowerCase().replaceAll(' ', '-'),
    );
    for (const [id, { Properties }] of alarms) {
      expect(Properties['AlarmDescription'], id).toMatch(
        new RegExp(`^.{20,}\\. Limit: .+\\. What to do: .{10,} \\(docs/RUNBOOK\\.md#${runbookSection(id)}\\)$`),
      );
      expect(sections, id).toContain(runbookSection(id));
    }
  });

  test('writes to somebody once, by itself or as part of the one that says it all', () => {
    const parts = JSON.stringify(ofType(stack.template, 'AWS::CloudWatch::CompositeAlarm'));
    for (const [logicalId, { Properties }] of ofType(stack.template, 'AWS::CloudWatch::Alarm')) {
      const writes = JSON.stringify(Properties['AlarmActions'] ?? []).includes('"Ref":"MonitoringAlerts');
      expect(writes, logicalId).not.toBe(parts.includes(`"${logicalId}"`));
    }
  });
});

test('every sample is of an alarm that some configuration has', () => {
  const known = new Set(WATCHED_STACKS.flatMap((name) => [...alarmsOf(watchedStack(name)).keys()]));
  expect([...known].sort()).toEqual(Object.keys(ALARM_SAMPLES).sort());
});

test('an alarm whose metric loses its publisher is found', () => {
  const stack = preset('production-ecs');
  const orphaned = (change: (resources: Record<string, Resource>) => void): string[] => {
    const resources = structuredClone(stack.template.Resources) as Record<string, Resource>;
    change(resources);
    const without: Synthesized = { ...stack, template: { ...stack.template, Resources: resources } };
    return [...alarmsOf(stack)]
      .filter(([, alarm]) => metricsOf(alarm).some((metric) => publisherOf(metric, without) === undefined))
      .map(([id]) => id);
  };
  const remove = (type: string) => (resources: Record<string, Resource>) => {
    for (const [id, { Type }] of Object.entries(resources)) if (Type === type) Reflect.deleteProperty(resources, id);
  };
  expect(orphaned(() => undefined)).toEqual([]);
  expect(orphaned(remove('AWS::DocDB::DBCluster'))).toEqual([
    'DocumentsCpu',
    'DocumentsMemory',
    'DocumentsConnections',
    'DocumentsLag',
  ]);
  expect(orphaned(remove('AWS::Logs::MetricFilter'))).toEqual(['BrokenAnswers']);
  expect(orphaned(remove('AWS::ElasticLoadBalancingV2::TargetGroup'))).toEqual([
    'ServerErrors',
    'SlowAnswers',
    'NoHealthyHost',
    'UnhealthyHosts',
  ]);
  expect(orphaned(remove('AWS::IAM::Policy'))).toEqual(['ModelThrottles']);
});

test('a development deployment has no alarms, no topic and no key, unless it asks for them', () => {
  const { template } = preset('minimal-dev');
  for (const type of ['AWS::CloudWatch::Alarm', 'AWS::SNS::Topic', 'AWS::KMS::Key', 'AWS::Logs::MetricFilter'])
    expect(ofType(template, type), type).toEqual([]);
});

test('alarms are not made of metrics that CloudWatch keeps in another region', () => {
  const ids = (name: string) => [...alarmsOf(watchedStack(name)).keys()];
  expect(ids('Bedrock in another region, one instance of everything')).not.toContain('ModelThrottles');
  expect(ids('production-ecs')).not.toContain('SiteErrors');
  expect(ids('CloudFront with a domain in us-east-1')).toEqual(
    expect.arrayContaining(['SiteErrors', 'CertificateExpiry', 'RefusedRequests']),
  );
});

test('EC2 mends by itself what can be mended so', () => {
  const { template } = watchedStack('one machine with alarms');
  const actions = ofType(template, 'AWS::CloudWatch::Alarm').flatMap(([, { Properties }]) =>
    [...JSON.stringify(Properties['AlarmActions'] ?? []).matchAll(/:ec2:(\w+)"/g)].map(([, action]) => [
      Properties['MetricName'] as string,
      action,
    ]),
  );
  expect(actions).toEqual([
    ['StatusCheckFailed_System', 'recover'],
    ['StatusCheckFailed_Instance', 'reboot'],
  ]);
});

test('thresholds of databases follow their class and size', () => {
  const threshold = (changes: Parameters<typeof synthesize>[1], id: string) =>
    alarmsOf(synthesize('production-ecs', changes)).get(id)?.Properties['Threshold'] as number | undefined;
  const larger = { vectorStore: { instanceClass: 'db.r7g.2xlarge', storageGiB: 200, maxStorageGiB: 400 } } as const;
  expect(threshold({}, 'VectorsStorage')).toBe(1024 ** 3);
  expect(threshold(larger, 'VectorsStorage')).toBe(10 * 1024 ** 3);
  expect(threshold(larger, 'VectorsMemory')).toBe(3277 * 1024 ** 2);
  expect(threshold(larger, 'VectorsConnections')).toBe(3500);
  expect(threshold({ vectorStore: { instanceClass: 'db.x2g.large' } }, 'VectorsMemory')).toBeUndefined();
});

test.each([
  // As Aurora's documentation has them for 4, 8 and 32 ACU, the last from a least capacity of 0.5 and of 1.
  [{ minAcu: 0.5, maxAcu: 4 }, 823],
  [{ minAcu: 1, maxAcu: 8 }, 1669],
  [{ minAcu: 0, maxAcu: 32 }, 2000],
  [{ minAcu: 0.5, maxAcu: 32 }, 2000],
  [{ minAcu: 1, maxAcu: 32 }, 5000],
])('Aurora of %o rings well before its %d connections are used', (capacity, allowed) => {
  const { template, config, files } = synthesize('production-ecs', {
    vectorStore: { type: 'aurora', readers: 0, ...capacity },
  });
  const threshold = alarmsOf({ template, config, files }).get('VectorsConnections')?.Properties['Threshold'] as number;
  expect(threshold / allowed).toBeGreaterThan(0.65);
  expect(threshold / allowed).toBeLessThan(0.8);
});

test('an alarm reads no more metrics than CloudWatch takes, however many models there are', () => {
  const alarms = alarmsOf(watchedStack('twelve models of Bedrock, Aurora of 32 ACU, copies of backups'));
  const models = [...alarms].filter(([id]) => id.startsWith('ModelThrottles')).map(([, alarm]) => metricsOf(alarm));
  // Twelve to talk to, one of embeddings.
  expect(models.map((metrics) => metrics.length)).toEqual([10, 3]);
  expect(new Set(models.flat().map(({ dimensions }) => dimensions['ModelId'])).size).toBe(13);
  for (const name of WATCHED_STACKS)
    for (const [id, alarm] of alarmsOf(watchedStack(name))) expect(metricsOf(alarm).length, id).toBeLessThanOrEqual(10);
});

describe('metric math', () => {
  const series = { a: [1, null, 3], b: [10, 20, null] };

  test('gives no value where an operand has none', () => {
    expect(evaluate('100 * a / b', series)).toEqual([10, null, null]);
  });

  test('fills what is missing, and leaves missing operands out of a list', () => {
    expect(evaluate('FILL(a, 0) + 1', series)).toEqual([2, 1, 4]);
    expect(evaluate('SUM([a, b])', series)).toEqual([11, 20, 3]);
    expect(evaluate('MAX([FILL(a, 0), FILL(b, 0)])', series)).toEqual([10, 20, 3]);
  });

  test('chooses by a condition', () => {
    expect(evaluate('IF(a >= 2, b, a - 1)', series)).toEqual([0, null, null]);
  });

  test('refuses what it does not know', () => {
    expect(() => evaluate('RATE(a)', series)).toThrow('the function RATE is not known here');
    expect(() => evaluate('a b', series)).toThrow("did not understand 'b'");
    expect(() => evaluate('c', series)).toThrow("nothing is named 'c'");
  });
});
