import { afterAll, describe, expect, test } from 'vitest';
import { ALLOWED_REPLACEMENTS, allowedBy } from '../../lib/utils/allowed-replacements.ts';
import { compareTemplates, type StatefulChange } from '../../lib/utils/replacement.ts';
import { updatedOrigins } from '../helpers/vpc-origins.ts';
import { ARRIVALS } from './arrivals.ts';
import { kindPairs, type Pair, randomPairs, releasePairs, singleKeyPairs } from './pairs.ts';
import { templateOf } from './templates.ts';

/** Hundreds of syntheses in one test, on a machine that does other things too. */
const LONG = 1_800_000;
const started = performance.now();

interface Compared extends Pair {
  readonly changes: readonly StatefulChange[];

  /** VPC origins that would be updated in place. */
  readonly origins: readonly string[];
}

const compared: Compared[] = [];

function compare(pairs: readonly Pair[]): Compared[] {
  const results = pairs.map((pair) => {
    const [before, after] = [templateOf(pair.before.config), templateOf(pair.after.config)];
    return { ...pair, changes: compareTemplates(before, after), origins: updatedOrigins(before, after) };
  });
  compared.push(...results);
  return results;
}

/** What no changed setting accounts for, as people read it. */
function unexpected({ before, after, changed, changes }: Compared): string[] {
  const types = allowedBy(changed).flatMap((key) => ALLOWED_REPLACEMENTS[key]?.types ?? []);
  return changes
    .filter(({ type, kind }) => kind === 'regenerated' || !types.includes(type))
    .map(
      ({ logicalId, type, kind, reason }) =>
        `${before.name} -> ${after.name}: ${type} ${logicalId} is ${kind}: ${reason}`,
    );
}

afterAll(() => {
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const lossy = compared.filter(({ changes }) => changes.length > 0).length;
  // eslint-disable-next-line no-console -- the size of the sweep is part of what it shows
  console.log(`${compared.length} pairs of configurations compared in ${seconds} s; ${lossy} give data up, as listed`);
});

describe('nothing that holds data is replaced or removed unless a listed setting says so', { timeout: LONG }, () => {
  test.each([
    ['every single key, both ways', singleKeyPairs],
    ['other kinds of stores and networks', kindPairs],
    ['other releases of LibreChat', releasePairs],
    ['random sets of changes', randomPairs],
  ])('%s', (_, pairs) => {
    expect(compare(pairs()).flatMap(unexpected)).toEqual([]);
  });

  test('in 500 pairs or more, with each key of the schema in one of them', () => {
    expect(compared.length).toBeGreaterThanOrEqual(500);
    const changed = new Set(compared.flatMap((pair) => pair.changed));
    const missing = Object.keys(ARRIVALS).filter(
      (key) => ![...changed].some((path) => path === key || path.startsWith(`${key}.`)),
    );
    expect(missing).toEqual([]);
  });

  test('no pair updates a VPC origin, which CloudFront refuses while a distribution uses it', () => {
    const refused = compared.flatMap(({ before, after, origins }) =>
      origins.map((origin) => `${before.name} -> ${after.name}: ${origin}`),
    );
    expect(refused).toEqual([]);
  });

  test('other releases of LibreChat take nothing at all', () => {
    const releases = compared.filter(({ changed }) => changed.join() === 'librechatVersion');
    expect(releases.length).toBeGreaterThan(0);
    expect(releases.flatMap(({ changes }) => changes)).toEqual([]);
  });
});

describe('the list has no setting and no type too many', () => {
  test.each(Object.entries(ALLOWED_REPLACEMENTS))('%s', (key, { types, reason }) => {
    expect(reason).not.toBe('');
    // Where this is the only listed setting that changes, it alone accounts for what goes.
    const gone = compared.filter(({ changed }) => allowedBy(changed).join() === key).flatMap(({ changes }) => changes);
    expect([...new Set(gone.map(({ type }) => type))].sort()).toEqual([...types].sort());
  });
});
