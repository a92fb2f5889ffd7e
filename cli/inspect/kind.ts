import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../errors.ts';

/** What a service says of one thing. */
export interface Seen {
  /** Size, state, contents: what helps to recognize it. */
  readonly detail: string;
  readonly isProtected?: boolean;

  /** In the service's own word; undefined where it has none. */
  readonly state?: string | undefined;

  /** Whether its deletion was begun. */
  readonly isGoing?: boolean;
}

/** How work on one thing is told and ended early. */
export interface Work {
  readonly tell: (progress: string) => void;
  readonly signal: AbortSignal;
}

/** A kind of thing that may outlive its stack. */
export interface Kind {
  /** Types of CloudFormation, empty for what is no resource of a stack. */
  readonly types: readonly string[];

  /** Its ARN, with the id in the first group. */
  readonly arn: RegExp;
  readonly what: string;

  /** `data`: holds or opens what people wrote. `support`: what kept data cannot do without. `remains`: neither. */
  readonly role: 'data' | 'support' | 'remains';

  /** Undefined when there is none of that id. */
  readonly look: (id: string) => Promise<Seen | undefined>;
  readonly remove: (id: string, work: Work) => Promise<unknown>;

  /** Lifts its protection from deletion. */
  readonly unprotect?: (id: string) => Promise<unknown>;

  /** Ids of those that were made of a source, such as snapshots of a database. */
  readonly madeOf?: (type: string, id: string) => Promise<string[]>;
}

/** The answer of a service, undefined where it has no such thing. */
export async function ifThere<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Error && /NotFound|NoSuch|does not exist/.test(`${error.name} ${error.message}`))
      return undefined;
    throw error;
  }
}

/** What all pages of an answer list. */
export async function all<Page, Item>(
  pages: AsyncIterable<Page>,
  pick: (page: Page) => readonly Item[] | undefined,
): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of pages) items.push(...(pick(page) ?? []));
  return items;
}

/** AWS answers some requests at once and carries them out within minutes. */
const LONGEST_MS = 45 * 60_000;
const SLOWEST_POLL_MS = 10_000;

/** Waits until something holds, looking ever less often. */
export async function until(what: string, holds: () => Promise<boolean>, { signal, tell }: Work): Promise<void> {
  const begun = Date.now();
  for (let pause = 250; !(await holds()); pause = Math.min(pause * 1.5, SLOWEST_POLL_MS)) {
    const waited = Date.now() - begun;
    if (waited > LONGEST_MS)
      throw new UserError(`${what} takes longer than ${LONGEST_MS / 60_000} minutes`, 'AWS goes on: run this again');
    tell(`${what}, ${Math.round(waited / 1000)} s`);
    await sleep(pause, undefined, { signal });
  }
}
