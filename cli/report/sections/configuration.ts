import { flatten } from '../../../config/layers.ts';
import { code, details, markup, type Part, type Section, table } from '../html.ts';
import { counted } from '../lists.ts';
import type { Subject } from '../subject.ts';

export function configuration({ config, sources, base }: Subject): Section {
  const chosen: Part[][] = [];
  const others: Part[][] = [];
  for (const [path, value] of flatten(config)) {
    const source = sources.get(path);
    const row = [code(path), typeof value === 'string' ? value : JSON.stringify(value)];
    if (source === undefined) others.push(row);
    else chosen.push([...row, source]);
  }
  const defaults = table({ caption: 'Defaults', head: ['Key', 'Value'], rows: others });
  return {
    id: 'configuration',
    title: 'Configuration',
    lead: markup`Starts from ${base}. What each key means is in docs/configuration.md.`,
    body: [
      table({ caption: 'What was chosen, and where', head: ['Key', 'Value', 'From'], rows: chosen }),
      details(`${counted(others.length, 'value')} as the schema has them`, defaults),
    ],
  };
}
