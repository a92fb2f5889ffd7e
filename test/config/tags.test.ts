import { describe, expect, test } from 'vitest';
import { resolvePreset } from '../../config/deployment-config.ts';
import { stackTags } from '../../lib/utils/tagging-strategy.ts';
import { refusal } from './loading.ts';

describe('tags that AWS refuses, or that would hide one of ours', () => {
  test.each<[string, object, string]>([
    ['a prefix of AWS', { 'aws:team': 'ai' }, "tags.aws:team: AWS keeps the prefix 'aws:' for itself"],
    [
      'a sign that tags do not take',
      { team: 'a&b' },
      'tags.team: AWS takes letters, digits, spaces and _ . : / = + - @',
    ],
    ['a key of ours', { Deployment: 'x' }, 'tags.Deployment: the stack sets Deployment itself, see tagging'],
    ['a key of ours in other letters', { costcenter: '1' }, 'tags.costcenter: the stack sets CostCenter itself'],
    ['a key in other letters', { Team: 'a', team: 'b' }, 'tags.team: differs from Team only in capitals'],
    ['a key of 129 letters', { ['k'.repeat(129)]: 'x' }, 'expected a name of 1 to 128 characters'],
    ['a value of 257 letters', { team: 'v'.repeat(257) }, 'tags.team: expected text of at most 256 characters'],
    [
      'more than a resource can have',
      Object.fromEntries(Array.from({ length: 39 }, (_, index) => [`k${index}`, 'v'])),
      'tags: at most 38 tags of your own, got 39',
    ],
  ])('%s', (_, tags, message) => {
    expect(refusal({ flags: [`tags=${JSON.stringify(tags)}`] }).join('\n')).toContain(message);
  });

  test('an owner with signs that tags do not take', () => {
    expect(refusal({ flags: ['tagging.owner=Team <ai>'] }).join()).toContain('tagging.owner: AWS takes letters');
  });
});

test('letters of any script, and 38 tags, are taken', () => {
  const tags = Object.fromEntries(Array.from({ length: 37 }, (_, index) => [`k${index}`, 'v']));
  expect(resolvePreset('minimal-dev', { tags: { ...tags, Größe: 'zwölf Stück @ 3+4=7' } }).tags).toHaveProperty('k36');
});

describe('tags of every resource', () => {
  test('say what it belongs to, and how its data is classified', () => {
    expect(stackTags(resolvePreset('minimal-dev', { tags: { Team: 'ai' } }))).toEqual({
      Application: 'LibreChat',
      Deployment: 'LibreChatStack',
      Environment: 'development',
      DataClassification: 'confidential',
      Team: 'ai',
    });
  });

  test('say which rules it is held to, and who pays', () => {
    const tagging = { owner: 'Team Chat', costCenter: '42' };
    expect(stackTags(resolvePreset('enterprise', { tagging }))).toMatchObject({
      DataClassification: 'restricted',
      HIPAA: 'true',
      SOC2: 'true',
      Owner: 'Team Chat',
      CostCenter: '42',
    });
  });

  test('are the same for another release: a changed tag is a changed resource', () => {
    expect(stackTags(resolvePreset('enterprise', { librechatVersion: 'v0.9.0' }))).toEqual(
      stackTags(resolvePreset('enterprise')),
    );
  });
});
