import { readFileSync } from 'node:fs';
import { range } from '../cost/format.ts';
import type { Range } from '../cost/usage.ts';
import { ANYWHERE } from '../network/ranges.ts';
import { dataSafety } from './data-safety.ts';
import { Html, markup, type Part, type Section } from './html.ts';
import { drawn } from './layout.ts';
import { counted, distinct } from './lists.ts';
import { alarms, alarmsOf } from './sections/alarms.ts';
import { architecture } from './sections/architecture.ts';
import { bill } from './sections/bill.ts';
import { configuration } from './sections/configuration.ts';
import { data } from './sections/data.ts';
import { exposure, waysIn } from './sections/exposure.ts';
import { findings, openFindings, unchecked } from './sections/findings.ts';
import { firstDeployment, minutes } from './sections/first-deployment.ts';
import { permissions, rolesOf } from './sections/permissions.ts';
import { type Subject, usersOf } from './subject.ts';

/** The figures of a report. */
export interface Summary {
  /** USD, with nobody and as assumed. */
  readonly monthly: { readonly idle: Range; readonly used: Range };
  readonly findings: { readonly open: number; readonly acknowledged: number };
  /** Openings to somebody outside of the VPC. */
  readonly waysIn: number;
  readonly connections: number;
  readonly roles: number;
  readonly alarms: number;
  /** Stores that keep data, and those of them that go with the stack. */
  readonly stores: { readonly count: number; readonly deleted: readonly string[] };
  /** Assumed, until LibreChat answers for the first time. */
  readonly deploymentSeconds: number;
}

export function summaryOf(subject: Subject): Summary {
  const { idle, used, assembly, path, picture } = subject;
  const stores = dataSafety(assembly.template.Resources);
  const deleted = stores.filter(({ removal }) => removal === 'deleted').map(({ store, type }) => store ?? type);
  return {
    monthly: { idle: idle.total, used: used.total },
    findings: { open: openFindings(subject).length, acknowledged: assembly.acknowledgements.length },
    waysIn: waysIn(subject).length,
    connections: picture.connections.length,
    roles: rolesOf(subject).length,
    alarms: alarmsOf(subject).length,
    stores: { count: stores.length, deleted },
    deploymentSeconds: path.seconds,
  };
}

const style = () => new Html(readFileSync(new URL('report.css', import.meta.url), 'utf8'));

/** The page: it loads nothing, runs nothing, and says the same of the same configuration. */
export async function pageOf(subject: Subject): Promise<string> {
  const { name, config } = subject;
  const sections = [
    architecture(subject, [await drawn(subject.picture, name, 'wide'), await drawn(subject.picture, name, 'narrow')]),
    ...[bill, exposure, findings, data, permissions, firstDeployment, alarms, configuration].map((make) =>
      make(subject),
    ),
  ];
  const links = sections.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a></li>`);
  const place = config.region ?? 'the region of your account';
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>LibreChat on AWS: ${name}</title>
<style>${style()}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header>
<h1>LibreChat on AWS <span>${name}</span></h1>
<p>Stack ${config.stackName}, mode ${config.mode}, environment ${config.environment}, in ${place}. Read from the template that would be deployed.</p>
${glance(subject)}
</header>
<nav aria-label="Sections"><ol>${links}</ol></nav>
<main id="content" tabindex="-1">
${sections.map(sectionOf)}
</main>
<footer><p>Made by <code>npx tsx cli/main.ts report ${name}</code>. Costs and durations are estimates, everything else is what the template says.</p></footer>
</body>
</html>
`.text;
}

const sectionOf = ({
  id,
  title,
  lead,
  body,
}: Section): Html => markup`<section id="${id}" tabindex="-1" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
<p class="lead">${lead}</p>
${body}
</section>
`;

/** What a person in a hurry reads. */
function glance(subject: Subject): Html {
  const { monthly, findings: found, alarms: count, stores, deploymentSeconds } = summaryOf(subject);
  const [first, ...others] = waysIn(subject);
  const cidrs = subject.config.access.allowedCidrs;
  const stay = stores.count - stores.deleted.length;
  const gone = stay === 0 ? 'nothing is left' : `gone: ${distinct(stores.deleted).join(', ')}`;
  const people = `with ${usersOf(subject.used)} people; $${range(monthly.idle)} with nobody; tokens apart`;
  const tiles: readonly (readonly [name: string, value: Part, text: string])[] = [
    ['Cost a month', `$${range(monthly.used)}`, people],
    [
      'Open findings',
      found.open,
      [
        `${found.acknowledged} acknowledged with reasons`,
        ...unchecked(subject).map((tool) => `${tool} did not run`),
      ].join('; '),
    ],
    [
      'Way in',
      others.length === 0 ? first?.[0] : counted(others.length + 1, 'opening'),
      cidrs.includes(ANYWHERE) ? 'for everybody' : `for ${cidrs.join(', ')}`,
    ],
    [
      'Stack deleted',
      stay === 0 ? 'all data goes' : stay === stores.count ? 'all data stays' : `${stay} of ${stores.count} stay`,
      stay === stores.count ? 'with the secrets that open it' : gone,
    ],
    ['First answer', `in ${minutes(deploymentSeconds)}`, 'after deploy begins; assumed, not measured'],
    ['Alarms', count === 0 ? 'none' : count, count === 0 ? 'nobody is told of failures' : 'each with what to do'],
  ];
  const shown = tiles.map(
    ([name, value, text]) =>
      markup`<div><dt>${name}</dt><dd><strong>${value}</strong><span>${text}</span></dd></div>\n`,
  );
  return markup`<dl class="glance">${shown}</dl>`;
}
