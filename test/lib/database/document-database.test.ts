import { expect, test } from 'vitest';
import { resolvePreset } from '../../../config/deployment-config.ts';
import { DEFAULT_LIBRECHAT_VERSION } from '../../../config/versions.ts';
import { buildApp } from '../../../lib/app.ts';
import { ofType, preset } from '../../helpers/deployments.ts';

/** What the synthesis says about indexes. */
function warnings(name: 'production-ecs' | 'minimal-dev', librechatVersion: string): string[] {
  const { stack } = buildApp(resolvePreset(name, { librechatVersion }));
  return stack.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === 'aws:cdk:warning')
    .map(({ data }) => JSON.stringify(data))
    .filter((text) => text.includes('indexes'));
}

test('another release than the one whose indexes DocumentDB gets is warned of, with both named', () => {
  expect(warnings('production-ecs', 'v0.8.9')).toEqual([
    expect.stringContaining(`indexes of LibreChat ${DEFAULT_LIBRECHAT_VERSION}: what v0.8.9 adds to them is missing`),
  ]);
  expect(warnings('production-ecs', DEFAULT_LIBRECHAT_VERSION)).toEqual([]);
  // MongoDB gets its indexes from LibreChat itself.
  expect(warnings('minimal-dev', 'v0.8.9')).toEqual([]);
});

test('the initializer runs again when the list of indexes becomes that of another release', () => {
  const [[, initializer] = []] = ofType(preset('production-ecs').template, 'Custom::LibreChatDocumentDb');
  expect(initializer?.Properties['IndexesOf']).toBe(DEFAULT_LIBRECHAT_VERSION);
});
