import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Draft } from '../../../cli/wizard/draft.ts';
import { fileText } from '../../../cli/wizard/save.ts';
import { loadDeploymentConfig } from '../../../config/deployment-config.ts';
import { folderWith } from '../../config/loading.ts';
import { FILE } from './typing.ts';

const BEFORE = `# ours
preset: production-ecs
access:
  # how people come in
  type: cloudfront
  originReadTimeoutSeconds: 60
tags: { team: ml }
`;

let folder: ReturnType<typeof folderWith>;
beforeEach(() => {
  folder = folderWith({ [FILE]: BEFORE });
});
afterEach(() => {
  folder.remove();
});

const draftOf = (answers: Readonly<Record<string, string>>) => {
  const draft = new Draft(`./${FILE}`, { env: {}, cwd: folder.cwd });
  for (const [path, text] of Object.entries(answers)) draft.answer(path, text);
  return draft;
};

describe('a file that is changed', () => {
  test('keeps comments and settings, and loses what another type does not have', () => {
    const draft = draftOf({
      'access.type': 'domain',
      'access.domainName': 'chat.example.com',
      'access.hostedZoneId': 'Z0123456789ABC',
      'network.zones': '3',
    });
    const text = fileText(draft, BEFORE);
    expect(text).toBe(`# ours
preset: production-ecs
access:
  # how people come in
  type: domain
  domainName: chat.example.com
  hostedZoneId: Z0123456789ABC
tags: { team: ml }
network:
  zones: 3
`);
    writeFileSync(join(folder.cwd, FILE), text);
    const { config } = loadDeploymentConfig({ source: `./${FILE}`, env: {}, cwd: folder.cwd });
    expect(config).toEqual(draft.resolve());
  });

  test('stays as it is when nothing else was answered', () => {
    expect(fileText(draftOf({ 'access.type': 'cloudfront', 'network.zones': '2' }), BEFORE)).toBe(BEFORE);
  });
});
