import { bar, breakable, markup, type Section, table } from '../html.ts';
import type { Subject } from '../subject.ts';

export const minutes = (seconds: number): string => (seconds < 60 ? `${seconds} s` : `${Math.round(seconds / 60)} min`);

export function firstDeployment({ path, assembly }: Subject): Section {
  const { steps, seconds, unavoidableSeconds, assumed, completeSeconds } = path;
  const complete = `, ${minutes(completeSeconds)} until everything is there`;
  return {
    id: 'deployment',
    title: 'The first deployment',
    lead: markup`About <strong>${minutes(seconds)}</strong> until LibreChat answers${minutes(completeSeconds) === minutes(seconds) ? '' : complete}. Durations are ${assumed.label} (${assumed.date}).`,
    body: markup`${table({
      caption: 'The longest chain: each waits for the one before',
      head: ['What', 'When', 'Takes', 'Done after'],
      numeric: [2, 3],
      rows: steps.map(({ logicalId, type, seconds: own, doneAt }) => [
        markup`${breakable(assembly.names.get(logicalId) ?? logicalId)}<br><small>${type}</small>`,
        bar(seconds, doneAt - own, own),
        minutes(own),
        minutes(doneAt),
      ]),
    })}
<p>No order of making things could be faster than ${minutes(unavoidableSeconds)}: the network, the slowest database or entrance, then LibreChat.</p>`,
  };
}
