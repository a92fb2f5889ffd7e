import { expect, test } from 'vitest';
import { ofType, preset, type Synthesized, synthesize } from '../../helpers/deployments.ts';

/** The page as text, with `*` for what CloudFormation puts in. */
function page(stack: Synthesized): string {
  const [[, { Properties }] = ['', { Properties: {} }]] = ofType(stack.template, 'AWS::CloudWatch::Dashboard');
  const body = (Properties as Record<string, { 'Fn::Join'?: [string, unknown[]] }>)['DashboardBody'];
  return (body?.['Fn::Join']?.[1] ?? []).map((part) => (typeof part === 'string' ? part : '*')).join('');
}

test('answers in this order: is it well, who uses it, what does it cost', () => {
  const text = page(preset('production-ecs'));
  const places = [
    '# Is it well?',
    'docs/RUNBOOK.md',
    'Requests that LibreChat failed',
    'CPU of DocumentDB',
    '# Who uses it?',
    'Sign-ins',
    '# What does it cost?',
    'Tokens by model, USD',
  ].map((part) => text.indexOf(part));
  expect(places).toEqual([...places].sort((left, right) => left - right));
  expect(places).not.toContain(-1);
});

test('makes USD of tokens where the price of a model is known, and says so where it is not', () => {
  const modelIds = ['global.anthropic.claude-haiku-4-5-20251001-v1:0', 'example.unknown-model-v1:0'];
  const text = page(synthesize('production-ecs', { models: { bedrock: { modelIds } }, features: { rag: false } }));
  expect(text).toContain('(FILL(read0, 0) * 1 + FILL(written0, 0) * 5) / 1000000');
  expect(text).not.toContain('FILL(read1');
  expect(text).toContain('a model without a known price is missing');
});

test('looks at models in the region in which they are called', () => {
  const text = page(synthesize('production-ecs', { models: { bedrock: { region: 'eu-west-1' } } }));
  expect(text).toMatch(/"AWS\/Bedrock","InputTokenCount","ModelId","[^"]+",\{[^}]*"region":"eu-west-1"/);
});

test('names the budget, and where the charges of the account are', () => {
  const text = page(
    synthesize('production-ecs', { monitoring: { monthlyBudgetUsd: 650, alertEmail: 'ops@example.com' } }),
  );
  expect(text).toContain('The budget is 650 USD a month for what carries the tag Deployment=LibreChatStack');
  expect(text).toMatch(/"AWS\/Billing","EstimatedCharges","Currency","USD",\{[^}]*"region":"us-east-1"/);
});

test('shows what LibreChat tells of itself, where that is fetched', () => {
  const text = page(synthesize('production-ec2', { monitoring: { applicationMetrics: true } }));
  expect(text).toContain(
    '"LibreChat/Application","generation_jobs_total","deployment","LibreChatStack","result","completed"',
  );
  expect(page(preset('production-ec2'))).not.toContain('LibreChat/Application');
});
