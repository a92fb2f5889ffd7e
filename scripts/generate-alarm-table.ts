/**
 * Writes the tables of docs/RUNBOOK.md: every alarm, what publishes its metric, on what it was seen to ring and to be
 * silent, and in which presets it is.
 *
 *     npx --no-install tsx scripts/generate-alarm-table.ts [--check]
 */
import { findPrice, readPriceBook } from '../cli/cost/price-book.ts';
import { runbookSection } from '../lib/constructs/monitoring/monitoring-construct.ts';
import { ALARM_SAMPLES } from '../test/helpers/alarm-samples.ts';
import { metricsOf } from '../test/helpers/alarm-state.ts';
import { EVERY_PRESET, ofType, preset, type Resource } from '../test/helpers/deployments.ts';
import { alarmsOf, publisherOf } from '../test/helpers/publishers.ts';
import { WATCHED_STACKS, watchedStack } from '../test/helpers/watched-stacks.ts';
import { writeBlock } from './lib/generated-block.ts';

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]) => [
  row(head),
  row(head.map(() => '---')),
  ...rows.map(row),
];

const book = readPriceBook();
const usd = (key: string) => findPrice(book, `AmazonCloudWatch/${key}`, 'us-east-1')?.usd ?? NaN;

/** The first stack of ours that has an alarm, with its resource. */
function seen(id: string): { alarm: Resource; stack: ReturnType<typeof watchedStack> } {
  for (const name of WATCHED_STACKS) {
    const stack = watchedStack(name);
    const alarm = alarmsOf(stack).get(id);
    if (alarm !== undefined) return { alarm, stack };
  }
  throw new Error(`no configuration has the alarm ${id}`);
}

function alarmRow([id, sample]: [string, (typeof ALARM_SAMPLES)[string]]): string[] {
  const { alarm, stack } = seen(id);
  const minutes = (metricsOf(alarm)[0]?.periodSeconds ?? 0) / 60;
  const [, limit = ''] = /Limit: (.+?)\. What to do/.exec(String(alarm.Properties['AlarmDescription'])) ?? [];
  const publishers = new Set(metricsOf(alarm).map((metric) => publisherOf(metric, stack) ?? 'nobody'));
  const presets = EVERY_PRESET.filter((name) => alarmsOf(preset(name)).has(id));
  return [
    `[${id}](#${runbookSection(id)})`,
    [...publishers].join(', '),
    `${limit} (${minutes < 60 ? `${minutes} min` : `${minutes / 60} h`})`,
    sample.firesOn,
    sample.silentOn,
    sample.noData,
    presets.length === 0 ? 'none' : presets.map((name) => `\`${name}\``).join(', '),
  ];
}

function presetRow(name: (typeof EVERY_PRESET)[number]): string[] {
  const { template } = preset(name);
  const alarms = [...alarmsOf(preset(name)).values()];
  const metrics = alarms.flatMap(metricsOf).length;
  const composite = ofType(template, 'AWS::CloudWatch::CompositeAlarm').length;
  const filters = ofType(template, 'AWS::Logs::MetricFilter').length;
  const cost = metrics * usd('alarm.standard') + composite * usd('alarm.composite') + filters * usd('metric.custom');
  return [`\`${name}\``, ...[alarms.length, composite, metrics, filters].map(String), `$${cost.toFixed(2)}`];
}

await writeBlock('docs/RUNBOOK.md', [
  ...table(
    ['alarm', 'published by', 'limit (period)', 'rings on', 'silent on', 'without data', 'presets'],
    Object.entries(ALARM_SAMPLES).map(alarmRow),
  ),
  '',
  `What they cost a month in us-east-1 (prices of ${book.date}; ten alarms and ten metrics of an account are free):`,
  '',
  ...table(
    ['preset', 'alarms', 'of them together', 'metrics they read', 'metrics made of the log', 'a month'],
    EVERY_PRESET.map(presetRow),
  ),
]);
