import { LOW_CONFIDENCE_MARGIN } from '../../cost/estimate.ts';
import { byService, notCounted, range, servicesOf, verdict } from '../../cost/format.ts';
import type { Range } from '../../cost/usage.ts';
import { badge, bar, details, type Html, markup, type Part, type Section, table } from '../html.ts';
import { counted } from '../lists.ts';
import { type Subject, usersOf } from '../subject.ts';

const NOTHING: Range = [0, 0];
const TOKENS = 'Tokens go from the cheapest model that is offered answering everything to the dearest doing so.';
const MARGIN = `An uncertain price may be off by ${LOW_CONFIDENCE_MARGIN * 100} % either way, and the range says so.`;

export function bill(subject: Subject): Section {
  const { idle, used, priceDate, name, priced } = subject;
  const target = verdict(priced);
  const open = notCounted([used]);
  const isUncertain = servicesOf([idle, used]).some((service) => service.label !== service.name);
  return {
    id: 'bill',
    title: 'What it costs a month',
    lead: `US dollars, on demand in ${used.region}, prices of ${priceDate}. Ranges go from little use to much. Taxes and support are left out.`,
    body: [
      services(subject),
      target === '' ? undefined : markup`<p>Target with nobody: ${target}.</p>`,
      used.tokens.items.length === 0 ? undefined : markup`<p>${TOKENS}</p>`,
      isUncertain ? markup`<p>${MARGIN}</p>` : undefined,
      open.length > 0 ? markup`<p>Not counted: ${open.join('; ')}.</p>` : undefined,
      details(`Every line of the bill: ${counted(used.items.length, 'line')}`, lines(subject)),
      markup`<p>The arithmetic, the assumptions and what would cost less: <code>npx tsx cli/main.ts estimate ${name} --explain --suggest</code></p>`,
    ],
  };
}

function services({ idle, used }: Subject): Html {
  const [none, some] = [byService(idle.items), byService(used.items)];
  const most = Math.max(1, ...[...some.values()].map(([, high]) => high));
  const total = (amount: Range) => markup`<strong>${range(amount)}</strong>`;
  const rows = servicesOf([idle, used]).map(({ name, label }): Part[] => {
    const [low, high] = some.get(name) ?? NOTHING;
    const mark = label === name ? undefined : [' ', badge('warn', 'uncertain')];
    return [[name, mark], bar(most, 0, low, high - low), range(none.get(name) ?? NOTHING), range([low, high])];
  });
  rows.push([markup`<strong>Total</strong>`, '', total(idle.total), total(used.total)]);
  if (used.tokens.items.length > 0)
    rows.push(['Bedrock tokens, apart', '', range(idle.tokens.total), range(used.tokens.total)]);
  return table({
    caption: 'The bill by service, USD a month',
    head: ['Service', 'From the least to the most', 'Nobody', `With ${usersOf(used)} people`],
    numeric: [2, 3],
    rows,
  });
}

function lines({ used }: Subject): Html {
  return table({
    caption: 'Lines of the bill as assumed, USD a month',
    head: ['Service', 'What', 'USD', 'Confidence', 'Price of'],
    numeric: [2],
    rows: [...used.items, ...used.tokens.items].map(({ service, what, low, high, confidence, date }) => [
      service,
      what,
      range([low, high]),
      badge(confidence === 'low' ? 'warn' : 'plain', confidence),
      date,
    ]),
  });
}
