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
  ])('leaves what helps as it is: %s', (line) => {
    expect(redact(line)).toEqual({ text: line, masked: {} });
  });

  test('masks the value and not the name that looks like it', () => {
    expect(redact('password=password').text).toBe(`password=${MASK}`);
  });
});
