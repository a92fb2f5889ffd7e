import { expect, test } from 'vitest';
import { DEFAULT_LIBRECHAT_VERSION, IMAGES, LIBRECHAT_VERSION, librechatImage } from '../../config/versions.ts';

/** Name and digest, and no tag: where there are both, some take the tag. */
const BY_DIGEST = /^[a-z.]+(\.[a-z]+)\/[a-z0-9/-]+@sha256:[0-9a-f]{64}$/;

test.each(Object.entries({ ...IMAGES, librechat: librechatImage(DEFAULT_LIBRECHAT_VERSION) }))(
  'nobody can push another image of %s under the name that a deployment pulls',
  (_, image) => {
    expect(image).toMatch(BY_DIGEST);
  },
);

test('a release of LibreChat without a known digest comes by its exact tag', () => {
  expect(librechatImage('v0.8.9')).toBe('ghcr.io/librechat-ai/librechat:v0.8.9');
});

test.each([
  ['v0.8.8', true],
  ['v0.8.9-rc1', true],
  ['v0.8.10', true],
  ['v0.9.0-rc2', true],
  ['v0.10.3', true],
  // Its start ends in error 40333 on DocumentDB.
  ['v0.8.8-rc2', false],
  ['v0.8.8-rc4', false],
  ['v0.8.7', false],
  ['v0.8.80-', false],
  ['latest', false],
])('%s is a release to deploy: %s', (version, isOne) => {
  expect(LIBRECHAT_VERSION.test(version)).toBe(isOne);
});
