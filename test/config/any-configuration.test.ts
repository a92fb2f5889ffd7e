import fc from 'fast-check';
import { expect, test } from 'vitest';
import { check } from '../../config/check.ts';
import { configTree } from '../../config/config-paths.ts';
import { withValue } from '../../config/layers.ts';
import type { Tree } from '../../config/layers.ts';
import { PRESET_NAMES, PRESETS } from '../../config/presets.ts';

const { leaves, groups } = configTree();
const paths = [...leaves, ...groups].map(({ path }) => path);

/** Values that fit some key, and values that fit none. */
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(...leaves.flatMap((leaf) => leaf.values), 0, 1, 2, true, false, '10.0.0.0/8'),
);
const change = fc.record({
  path: fc.oneof(fc.constantFrom(...paths), fc.string()),
  value,
});
const layer = fc.array(change, { maxLength: 6 }).map((changes) => ({
  values: changes.reduce<Tree>((values, next) => withValue(values, next.path.split('.'), next.value), {}),
  origin: (path: string) => `layer ${path}`,
}));
const preset = fc.constantFrom(...PRESET_NAMES).map((name) => ({ values: PRESETS[name], origin: () => name }));

test('whatever is given is either a configuration or refused with reasons', () => {
  fc.assert(
    fc.property(fc.option(preset, { nil: undefined }), layer, layer, (base, file, flags) => {
      const { config, problems } = check([...(base === undefined ? [] : [base]), file, flags], [], true);
      expect(config === undefined).toBe(problems.length > 0);
      for (const { message } of problems) expect(message).not.toMatch(/^(Invalid|Too|Unrecognized)|undefined/);
    }),
    { numRuns: 40 },
  );
});
