import { describe, expect, test } from 'vitest';
import { setInDotenv, withDotenv } from '../../cli/dotenv.ts';
import { folderWith } from '../config/loading.ts';

describe('variables set in .env', () => {
  test('are added behind lines that stay as they are', () => {
    const before = '# mine\nSECRET="a b"\n\nLIBRECHAT_CDK_REGION=\n';
    const values = { LIBRECHAT_CDK_REGION: 'eu-west-1', AWS_PROFILE: 'my work', AWS_REGION: undefined };
    expect(setInDotenv(before, values)).toEqual({
      text: '# mine\nSECRET="a b"\n\nLIBRECHAT_CDK_REGION=eu-west-1\nAWS_PROFILE="my work"\n',
      names: ['LIBRECHAT_CDK_REGION', 'AWS_PROFILE'],
      overwritten: [],
    });
  });

  test('are told where they replace another value', () => {
    const { text, overwritten } = setInDotenv('export AWS_PROFILE=home', { AWS_PROFILE: 'work' });
    expect([text, overwritten]).toEqual([
      'AWS_PROFILE=work\n',
      [{ name: 'AWS_PROFILE', before: 'home', after: 'work' }],
    ]);
  });

  test('change nothing where they are the same', () => {
    const text = 'AWS_PROFILE=work # ours\n';
    expect(setInDotenv(text, { AWS_PROFILE: 'work' })).toMatchObject({ text, overwritten: [] });
  });
});

describe('commands', () => {
  const seen = (dotenv: string, env: Record<string, string> = {}) => {
    const { cwd, remove } = folderWith({ '.env': dotenv });
    try {
      const { AWS_PROFILE: profile, AWS_REGION: region } = withDotenv(env, cwd);
      return [profile, region];
    } finally {
      remove();
    }
  };
  const dotenv = 'AWS_PROFILE=work\nLIBRECHAT_CDK_REGION=eu-west-1\nAWS_SECRET_ACCESS_KEY=x\n';

  test('work with the profile and in the region of .env', () => {
    expect(seen(dotenv)).toEqual(['work', 'eu-west-1']);
  });

  test.each([
    [{ AWS_PROFILE: 'home', AWS_REGION: 'us-east-1' }, ['home', 'us-east-1']],
    [{ AWS_DEFAULT_REGION: 'us-east-1' }, ['work', undefined]],
  ])('let the environment %j win', (env, wanted) => {
    expect(seen(dotenv, env)).toEqual(wanted);
  });

  test('take an empty variable for none', () => {
    expect(seen('AWS_PROFILE=\nLIBRECHAT_CDK_REGION=\n')).toEqual([undefined, undefined]);
  });
});
