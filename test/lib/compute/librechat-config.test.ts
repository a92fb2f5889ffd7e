import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { resolvePreset } from '../../../config/deployment-config.ts';
import type { PartialConfig } from '../../../config/schema.ts';
import { instanceFiles } from '../../../lib/constructs/compute/instance/compose.ts';
import { librechatYaml } from '../../../lib/constructs/compute/librechat-config.ts';
import { ec2Config } from './instance/settings.ts';
import { OPENID, SAML } from '../../sweeps/ways-in.ts';

/** Does something with a deployment whose librechat.yaml is this text. */
function withFile<T>(text: string, use: (path: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'librechat-yaml-'));
  const path = join(folder, 'librechat.yaml');
  try {
    writeFileSync(path, text);
    return use(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const written = (text: string, changes: PartialConfig = {}) =>
  withFile(text, (librechatConfigFile) =>
    librechatYaml(resolvePreset('minimal-dev', { ...changes, librechatConfigFile })),
  );

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a file is asserted on by path
const base = (changes: PartialConfig = {}): any => parse(librechatYaml(resolvePreset('production-ecs', changes)));

describe('librechat.yaml', () => {
  test('says where files go, and keeps images on a path that does not expire', () => {
    expect(base().fileStrategies).toEqual({ avatar: 'local', image: 'local', document: 's3', skills: 's3' });
    expect(base({ features: { fileStrategy: 'local' } }).fileStrategies).toEqual({
      avatar: 'local',
      image: 'local',
      document: 'local',
      skills: 'local',
    });
  });

  test('names the provider that people may come in by, and no other', () => {
    expect(base().registration).toEqual({ socialLogins: [] });
    for (const sso of [OPENID, SAML]) expect(base({ signIn: { sso } }).registration.socialLogins).toEqual([sso.type]);
  });

  test('limits by domain who registers, and who comes in by a provider', () => {
    const allowedDomains = ['example.com'];
    expect(base({ registration: { policy: 'domains', allowedDomains } }).registration).toEqual({
      socialLogins: [],
      allowedDomains,
    });
    expect(base({ registration: { allowedDomains }, signIn: { sso: OPENID } }).registration).toEqual({
      socialLogins: ['openid'],
      allowedDomains,
    });
  });
});

describe("a user's own librechat.yaml", () => {
  test('takes the place of ours, with what the deployment decides on top', () => {
    expect(parse(written('version: 1.3.17\nendpoints:\n  bedrock:\n    streamRate: 35\n'))).toEqual({
      version: '1.3.17',
      endpoints: { bedrock: { streamRate: 35, models: resolvePreset('minimal-dev').models.bedrock.modelIds } },
      fileStrategies: { avatar: 'local', image: 'local', document: 'local', skills: 'local' },
      registration: { socialLogins: [] },
    });
  });

  test('arrives as LibreChat reads it: merge keys and aliases filled in, no text that is a date or a yes', () => {
    const text = written(
      [
        'version: 1.3.17',
        'interface: &all { modelSelect: true, customWelcome: "2026-11-24" }',
        'endpoints:',
        '  all: { titlePrompt: "yes" }',
        '  agents: &agents { recursionLimit: 9 }',
        'modelSpecs:',
        '  list:',
        '    - { name: "1e3", label: "0x1F", preset: { endpoint: bedrock, <<: { model: m } } }',
      ].join('\n'),
    );
    for (const quoted of ['"2026-11-24"', '"yes"', '"1e3"', '"0x1F"']) expect(text).toContain(quoted);
    expect(text).not.toMatch(/[&*<]/);
    expect(parse(text).modelSpecs.list[0].preset).toEqual({ endpoint: 'bedrock', model: 'm' });
  });

  test('decides how much nginx lets through', () => {
    const nginx = withFile('version: 1.3.17\nfileConfig:\n  serverFileSizeLimit: 200\n', (librechatConfigFile) => {
      return instanceFiles(ec2Config({ librechatConfigFile }))['nginx.conf'];
    });
    expect(nginx).toContain('client_max_body_size 201m');
  });
});
