import { expect, test } from 'vitest';
import { looksSecret } from '../../config/librechat/secrets.ts';

test.each([
  ['apiKey', '0123456789abcdef'],
  ['GROQ_API_KEY', 'gsk_4242abcdefgh'],
  ['Authorization', 'Bearer 0123456789abcdef'],
  ['client_secret', 'p4ssw0rd-p4ssw0rd'],
  ['AZURE_STORAGE_CONNECTION_STRING', 'AccountName=a;AccountKey=b1'],
  ['anything', 'sk-proj-abcdefghijklmnopqrst'],
  ['anything', 'AKIAIOSFODNN7EXAMPLE'],
  ['PROXY', 'http://user:word@proxy.example.com:3128'],
  ['anything', '-----BEGIN RSA PRIVATE KEY-----'],
])('%s: %s looks like a secret', (name, value) => {
  expect(looksSecret(name, value)).toBe(true);
});

test.each([
  ['apiKey', 'user_provided'],
  ['apiKey', '${GROQ_API_KEY}'],
  ['Authorization', 'Bearer ${TOKEN_2}'],
  ['apiKey', 'ollama'],
  ['reasoningKey', 'reasoning_content'],
  ['siteKey', '0x4AAAAAAA-site-key'],
  ['LANGFUSE_PUBLIC_KEY', 'pk-lf-0123456789abcdef01'],
  ['url', 'https://mcp.example.com:8443/mcp'],
  ['X-User', '{{LIBRECHAT_USER_ID}}'],
  ['APP_TITLE', 'The chat of 2026 for everybody'],
])('%s: %s does not', (name, value) => {
  expect(looksSecret(name, value)).toBe(false);
});
