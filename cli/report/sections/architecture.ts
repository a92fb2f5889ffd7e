import { details, type Html, markup, type Section, table } from '../html.ts';
import { counted } from '../lists.ts';
import type { Picture } from '../picture.ts';
import type { Subject } from '../subject.ts';

const LEGEND = {
  entrance: 'lets people in',
  compute: 'runs code',
  store: 'keeps data',
  network: 'passes traffic on',
  outside: 'not ours',
};

export function architecture({ picture, reachability: { local } }: Subject, drawings: readonly Html[]): Section {
  const legend = Object.entries(LEGEND).map(
    ([kind, text]) => markup`<li><span class="swatch ${kind}"></span>${text}</li>`,
  );
  const inside = [...new Set(local)].join(', ');
  return {
    id: 'architecture',
    title: 'Architecture',
    lead: 'Who calls whom, and on which port. Small letters are the zones in which something stands or may stand.',
    body: markup`<div class="pan" role="region" aria-label="Drawing of the architecture" tabindex="0">${drawings}</div>
<ul class="legend">${legend}</ul>
${inside === '' ? undefined : markup`<p>Inside the machine: ${inside}.</p>`}
${details(`The same as a table: ${counted(picture.connections.length, 'connection')}`, connections(picture))}`,
  };
}

function connections({ outside, groups, connections: lines }: Picture): Html {
  const boxes = [...outside, ...groups.flatMap((group) => group.boxes)];
  const titles = new Map(boxes.map(({ id, title }) => [id, title]));
  return table({
    caption: 'Who calls whom',
    head: ['Who', 'calls', 'on port'],
    rows: lines.map(({ from, to, label }) => [titles.get(from) ?? from, titles.get(to) ?? to, label]),
  });
}
