import { type DataSafety, dataSafety } from '../data-safety.ts';
import { badge, breakable, code, details, markup, type Part, type Section, table } from '../html.ts';
import { grouped } from '../lists.ts';
import type { Subject } from '../subject.ts';

export function data({ assembly, config }: Subject): Section {
  const rows = dataSafety(assembly.template.Resources);
  const alike = grouped(rows, ({ logicalId: _, ...fate }) => JSON.stringify(fate));
  const nameOf = ({ logicalId }: DataSafety) => assembly.names.get(logicalId) ?? logicalId;
  const kept = config.data.deletionProtection ? 'is protected from deletion' : 'can be deleted by whoever may do that';
  return {
    id: 'data',
    title: 'What becomes of the data',
    lead: markup`The stack ${kept}. <code>deploy</code> refuses a change that would replace something with data, unless it is one of the settings named here.`,
    body: table({
      caption: 'Everything that keeps data',
      head: [
        'What',
        'When the stack is deleted',
        'Backups',
        'Deletion protection',
        'Settings that may replace its kind',
      ],
      rows: [...alike.values()].flatMap((same) => same.slice(0, 1).map((first) => row(first, same.map(nameOf)))),
    }),
  };
}

function row(
  { store, type, removal, replacement, replacedBy, backups, protection }: DataSafety,
  names: string[],
): Part[] {
  const [first] = names;
  const places =
    names.length === 1
      ? markup`<br><small>${breakable(first ?? '')}</small>`
      : details(`${names.length} of them`, breakable(names.join(', ')));
  const settings = replacedBy.map((setting) => markup`${code(setting)} `);
  return [
    [store ?? type, places],
    badge(removal === 'stays' ? 'good' : removal === 'deleted' ? 'warn' : 'plain', removal),
    backups,
    protection,
    [settings, replacement === removal ? undefined : `(then the former: ${replacement})`],
  ];
}
