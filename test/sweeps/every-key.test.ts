import { describe, expect, test } from 'vitest';
import { configTree } from '../../config/config-paths.ts';
import type { PresetName } from '../../config/presets.ts';
import type { PartialConfig } from '../../config/schema.ts';
import { synthesize } from '../helpers/deployments.ts';
import { arrival, ARRIVALS } from './arrivals.ts';

/** What decides about a deployment: the template, the files that travel beside it, and where it goes. */
function outcome(name: PresetName, changes: PartialConfig): string {
  const key = JSON.stringify([name, changes]);
  const known = outcomes.get(key) ?? freshOutcome(name, changes);
  outcomes.set(key, known);
  return known;
}

/** Many keys are compared with the same base. */
const outcomes = new Map<string, string>();

function freshOutcome(name: PresetName, changes: PartialConfig): string {
  const { files } = synthesize(name, changes);
  return JSON.stringify(
    Object.entries(files).filter(([file]) => /template\.json$|^asset\.|^manifest\.json$/.test(file)),
  );
}

describe('every key of the schema arrives', () => {
  test('no key is left out of this list, and the list has no other', () => {
    expect(Object.keys(ARRIVALS).sort()).toEqual(
      configTree()
        .leaves.map(({ path }) => path)
        .sort(),
    );
  });

  test.each(Object.entries(ARRIVALS))('%s', (path, { on }) => {
    const { around, changed } = arrival(path);
    expect(outcome(on, changed)).not.toBe(outcome(on, around));
  });
});
