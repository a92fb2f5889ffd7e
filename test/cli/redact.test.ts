import { describe, expect, test } from 'vitest';
import { MASK, redact } from '../../cli/redact.ts';
import { SECRETS } from './secrets.ts';

describe('redact', () => {
  test('has thirty kinds of secrets to find', () => {
    expect(new Set(SECRETS.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(30);
  });

  test.each(SECRETS)('masks a $kind', ({ text, secret }) => {
    const { text: masked, masked: counts } = redact(text);
    expect(masked).not.toContain(secret);
    expect(masked).toContain(MASK);
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
  });

  test('masks all of them in one text, on one line and on many', () => {
    for (const separator of [' ; ', '\n']) {
      const { text } = redact(SECRETS.map((planted) => planted.text).join(separator));
      expect(SECRETS.filter(({ secret }) => text.includes(secret)).map(({ kind }) => kind)).toEqual([]);
    }
  });

  test.each([
    'CREATE_FAILED DatabaseVectorsInitializer: relation "langchain_pg_embedding" does not exist',
    'arn:aws:ecs:us-east-1:111122223333:service/LibreChatStack/librechat',
    '"SecretArn": {"Ref": "DatabaseVectorsMasterLogin3975A3E6"}',
    '2026-11-24T20:15:00.000Z GET /api/messages 200 12 ms',
    'subnet-0123456789abcdef0 in vpc-0fedcba9876543210',
    '{"maxTokens":4096,"cookies":{"count":2},"secretRotation":true}',
    '{"port":27017,"token":512,"max_token": 1000000,"total_tokens":123456789}',
    'prompt_tokens=128000 completion_token=4096 tokenCount: 88',
    'first pass: 12 of 340 files, 3 retries',
    '{"password":null,"token":true,"apiKey":""}',
    String.raw`"{\"password\":\"\",\"port\":\"5432\"}"`,
    'librechat listens on 3080, rag-api on 8000, 2026.11.24',
  ])('leaves what helps as it is: %s', (line) => {
    expect(redact(line)).toEqual({ text: line, masked: {} });
  });

  test.each(['{"password":12345678,"port":5432}', String.raw`{"password":"a\"bcdefgh","port":5432}`])(
    'leaves JSON that can be read: %s',
    (json) => {
      expect(JSON.parse(redact(json).text)).toEqual({ password: MASK, port: 5432 });
    },
  );

  test('masks the value and not the name that looks like it', () => {
    expect(redact('password=password').text).toBe(`password=${MASK}`);
  });
});
