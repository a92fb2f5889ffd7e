import type { Judgement } from '../assembly.ts';
import { badge, code, details, type Html, markup, type Section, table } from '../html.ts';
import { counted, distinct, grouped } from '../lists.ts';
import type { Subject } from '../subject.ts';

/** Findings that nobody has acknowledged. */
export function openFindings({ assembly, reachability }: Subject): [rule: string, where: string, text: string][] {
  return [
    ...assembly.checks
      .flatMap(({ violations = [] }) => violations)
      .map(({ rule, places, text }): [string, string, string] => [rule, places.join(', '), text]),
    ...reachability.findings.map((text): [string, string, string] => ['network', 'VPC', text]),
  ];
}

/** Tools that did not run: what they would find is not known. */
export const unchecked = ({ assembly }: Subject): string[] =>
  assembly.checks.flatMap(({ tool, violations }) => (violations === undefined ? tool : []));

const told = ({ tool, violations }: Judgement): string =>
  violations === undefined
    ? `${tool}: not run, because CDK_VALIDATION turns it off`
    : `${tool}: ${counted(violations.length, 'open finding')}`;

export function findings(subject: Subject): Section {
  const { acknowledgements, checks } = subject.assembly;
  const { needs, local, paths, rules, findings: found } = subject.reachability;
  const open = openFindings(subject);
  const missing = unchecked(subject);
  const connections = counted(needs.length + local.length, 'connection');
  return {
    id: 'findings',
    title: 'Security findings',
    lead: [
      open.length > 0
        ? badge('bad', `${open.length} open`)
        : missing.length === 0
          ? badge('good', 'nothing open')
          : badge('warn', `not all was checked: ${missing.join(', ')} did not run`),
      ` ${counted(acknowledgements.length, 'finding')} of cdk-nag acknowledged, each with its reason.`,
    ],
    body: markup`<ul>
${checks.map((check) => markup`<li>${told(check)}.</li>\n`)}<li>Network: ${connections} needed, followed on ${counted(paths, 'way')}; ${counted(rules, 'rule')} of ingress, each used by one of them; ${counted(found.length, 'finding')}.</li>
</ul>
${open.length === 0 ? undefined : openTable(open)}
${acknowledgements.length === 0 ? undefined : acknowledged(subject)}`,
  };
}

function openTable(open: readonly (readonly [string, string, string])[]): Html {
  const rows = open.map(([rule, where, text]) => [code(rule), where, text]);
  return table({ caption: 'Open findings', head: ['Rule', 'Where', 'What'], rows });
}

/** A reason is given for rules of several packs in many places: one row tells them all. */
function acknowledged({ assembly: { acknowledgements } }: Subject): Html {
  const reasons = [...grouped(acknowledgements, ({ reason }) => reason)].sort((a, b) => b[1].length - a[1].length);
  const rows = reasons.map(([reason, found]) => [
    markup`<span class="reason">${reason}</span>`,
    folded(distinct(found.map(({ rule }) => rule)), 'rule'),
    folded(distinct(found.map(({ place }) => place)), 'place'),
  ]);
  const summary = `${counted(acknowledgements.length, 'acknowledged finding')}, ${counted(reasons.length, 'reason')}`;
  const head = ['Why it is as it is', 'Rules', 'Where'];
  return details(summary, table({ caption: 'Acknowledged findings', head, rows }));
}

function folded(names: readonly string[], one: string): Html {
  const list = names.map((name) => markup`<li>${code(name)}</li>`);
  return details(counted(names.length, one), markup`<ul class="plain">${list}</ul>`);
}
