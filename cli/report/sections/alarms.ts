import type { TemplateResource } from '../assembly.ts';
import { badge, markup, type Section, table } from '../html.ts';
import { counted } from '../lists.ts';
import type { Subject } from '../subject.ts';

/** Alarms by logical id, those first that ring for several others. */
export function alarmsOf({ assembly: { template } }: Subject): [id: string, alarm: TemplateResource][] {
  const all = Object.entries(template.Resources);
  return ['AWS::CloudWatch::CompositeAlarm', 'AWS::CloudWatch::Alarm'].flatMap((type) =>
    all.filter(([, { Type }]) => Type === type),
  );
}

export function alarms(subject: Subject): Section {
  const found = alarmsOf(subject);
  const silent = found.filter(([, { Properties }]) => Properties['AlarmActions'] === undefined).length;
  const names = subject.assembly.names;
  const rows = found.map(([id, alarm]) => [wordsOf(names.get(id) ?? id), ...partsOf(alarm)]);
  const head = ['Alarm', 'What it means', 'Limit', 'What to do'];
  return {
    id: 'alarms',
    title: 'Alarms and what they mean',
    lead:
      found.length === 0
        ? markup`${badge('warn', 'none')} Nobody is told when something breaks: <code>monitoring.alarms</code> is off.`
        : `${counted(found.length, 'alarm')}${silent === 0 ? '' : `; ${silent} of them write to nobody but ring together in the first`}.`,
    body: found.length === 0 ? undefined : table({ caption: 'Alarms', head, rows }),
  };
}

/** `Monitoring/ServerErrors` is `Server errors`. */
function wordsOf(path: string): string {
  const name = path.split('/').at(-1) ?? path;
  return name.charAt(0) + name.slice(1).replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** Descriptions are written as `meaning. Limit: … What to do: …`. */
function partsOf({ Properties: { AlarmDescription: description } }: TemplateResource): string[] {
  const text = typeof description === 'string' ? description : '';
  const form = /^(.*?)\.?(?: Limit: (.*?)\.?)?(?: What to do: (.*?))?(?:\s*\(docs\/\S+\))?$/s;
  // Parts that a description does not have are undefined, whatever their type says.
  return (form.exec(text) ?? ['', text]).slice(1).map((part: string | undefined) => part ?? '');
}
