const DAY = 24 * 60 * 60 * 1000;

type Triple = readonly [major: number, minor: number, patch: number];

/** Major, minor and patch of a release; undefined for pre-releases, ranges and aliases. */
function release(version: string): Triple | undefined {
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)$/.exec(version) ?? [];
  return major === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

function compare(a: Triple, b: Triple): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** Whether a change from one to the other is meant to break nothing: what `^` allows. */
function compatible(from: Triple, to: Triple): boolean {
  return from[0] === to[0] && (from[0] > 0 || from[1] === to[1]);
}

/** What can be done about one dependency. */
export interface Update {
  /** Newest release to take: compatible, and older than the cooldown. */
  readonly take?: string;
  /** Newest release that is not compatible: a person decides. */
  readonly decide?: string;
}

/**
 * Newer releases of a dependency.
 *
 * @param current the pinned version
 * @param published time of publication by version
 * @param today now, in milliseconds
 * @param cooldownDays age under which a release is left alone: a bad or hostile one is mostly found by then
 */
export function findUpdate(
  current: string,
  published: Readonly<Record<string, string>>,
  today: number,
  cooldownDays: number,
): Update {
  const from = release(current);
  if (from === undefined) return {};
  const newer = Object.entries(published)
    .filter(([, time]) => today - Date.parse(time) >= cooldownDays * DAY)
    .flatMap(([version]) => {
      const triple = release(version);
      return triple !== undefined && compare(triple, from) > 0 ? [{ version, triple }] : [];
    })
    .sort((a, b) => compare(a.triple, b.triple));
  const take = newer.findLast(({ triple }) => compatible(from, triple))?.version;
  const decide = newer.findLast(({ triple }) => !compatible(from, triple))?.version;
  return { ...(take !== undefined && { take }), ...(decide !== undefined && { decide }) };
}
