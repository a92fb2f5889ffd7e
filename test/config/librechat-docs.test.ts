import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { loadFrom, refusal } from './loading.ts';

const DOCS = readFileSync(new URL('../../docs/LIBRECHAT_CONFIGURATION.md', import.meta.url), 'utf8');
const blocks = (language: string) =>
  [...DOCS.matchAll(new RegExp(`\`\`\`${language}\n([^\`]+)\`\`\``, 'g'))].map(([, text = '']) => text);

const CHAT = `version: 1.3.17
interface:
  modelSelect: true
  prompts:
    uses: true
endpoints:
  custom:
    # The one that people know.
    - name: groq
      baseURL: https://api.groq.com/openai/v1
      models: { default: [llama-3.3-70b-versatile] }
    - name: gateway
      models: { default: [small] }
      baseURL: \${GATEWAY_URL}
      apiKey: gw-0123456789abcdef
`;

test('shows configurations that are in order', () => {
  const [signIn = '', mail = '', more = ''] = blocks('yaml');
  const load = (text: string) =>
    loadFrom({ 'my-config.yaml': text, 'chat.yaml': 'version: 1.3.17' }, { source: 'my-config' }).config;
  expect(load(signIn).signIn.sso).toMatchObject({ type: 'openid', adminRole: { role: 'chat-admins', token: 'id' } });
  expect(load(`preset: minimal-dev\n${mail}`).mail).toMatchObject({ port: 587, from: 'chat@example.com' });
  expect(Object.keys(load(`preset: minimal-dev\n${more}`).librechatSecretArns)).toEqual(['GROQ_API_KEY']);
});

test('shows mistakes as they are told', () => {
  const [shown = ''] = blocks('text');
  const [head, ...lines] = shown.trim().split('\n');
  const told = refusal({ flags: ['librechatConfigFile=chat.yaml'] }, { 'chat.yaml': CHAT });
  expect(lines.map((line) => line.trim())).toEqual(told);
  expect(head).toBe(`configuration refused, ${told.length} problems:`);
});
