import { people as peopleOf, tasksFor } from '../../lib/constructs/compute/sizing.ts';
import { EXIT, UserError } from '../errors.ts';

/** Settings for so many people. */
export interface Size {
  readonly people: number;
  readonly about: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** Part of the people who are at work at the same time. An assumption. */
const AT_WORK = 1 / 3;

/** The machine runs one process of LibreChat, however large it is: more cores serve the databases beside it. */
const MACHINES: readonly Size[] = [
  { people: 25, about: '2 cores that rest in between, 4 GiB', settings: { 'instance.type': 't4g.medium' } },
  { people: 50, about: '2 cores that rest in between, 8 GiB', settings: { 'instance.type': 't4g.large' } },
  { people: 150, about: '2 whole cores, 8 GiB', settings: { 'instance.type': 'm7g.large' } },
];

const TASKS: readonly Size[] = [250, 1000, 2500, 5000].map((people) => {
  const most = tasksFor(people * AT_WORK);
  const least = Math.max(2, Math.ceil(most / 3));
  return {
    people,
    about: `${least} to ${most} tasks, of which each serves ${peopleOf(1, true)} people at work`,
    settings: { 'service.librechat.minTasks': String(least), 'service.librechat.maxTasks': String(most) },
  };
});

/** Sizes that a mode offers, the smallest first. */
export const sizesOf = (mode: unknown): readonly Size[] => (mode === 'ec2' ? MACHINES : TASKS);

/** The smallest size for so many people. */
export function sizeFor(people: string, mode: unknown): Size {
  const sizes = sizesOf(mode);
  const size = sizes.find((candidate) => candidate.people >= Number(people));
  if (size !== undefined && Number(people) > 0) return size;
  throw new UserError(
    `--people takes 1 to ${sizes.at(-1)?.people ?? 0} in mode ${String(mode)}, got '${people}'`,
    mode === 'ec2' ? '--preset production-ecs serves more' : 'set service.librechat.maxTasks for more',
    EXIT.usage,
  );
}
