import { describe, expect, test } from 'vitest';
import { servicesOf } from '../../../cli/cost/format.ts';
import { VALIDATION, type Violation } from '../../../cli/report/assembly.ts';
import { markup, type Section } from '../../../cli/report/html.ts';
import { summaryOf } from '../../../cli/report/page.ts';
import { alarms } from '../../../cli/report/sections/alarms.ts';
import { bill } from '../../../cli/report/sections/bill.ts';
import { configuration } from '../../../cli/report/sections/configuration.ts';
import { data } from '../../../cli/report/sections/data.ts';
import { exposure } from '../../../cli/report/sections/exposure.ts';
import { findings } from '../../../cli/report/sections/findings.ts';
import { firstDeployment } from '../../../cli/report/sections/first-deployment.ts';
import { permissions } from '../../../cli/report/sections/permissions.ts';
import { writtenFindings } from '../../../scripts/lib/findings.ts';
import { subject } from './pages.ts';

const ecs = subject('production-ecs');
const dev = subject('minimal-dev');

/** What a reader sees of a section, its pieces separated by bars. */
function words({ lead, body }: Section): string {
  const { text } = markup`${lead} | ${body}`;
  const plain = text.replaceAll(/<wbr>/g, '').replaceAll(/<\/(th|td|tr|li|p|summary|dt|dd|div)>/g, ' | ');
  return plain
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll(/[\s|]*\|[\s|]*/g, ' | ');
}

describe('what is public', () => {
  test('is CloudFront alone where everything else stands in private subnets', () => {
    expect(words(exposure(ecs))).toContain('CloudFront is the only way in');
    expect(words(exposure(ecs))).toContain('CloudFront | 443 from anywhere');
  });

  test('names every range that a security group lets in, and what has an address', () => {
    const open = subject('standard-dev', 'access.type=http', 'access.allowedCidrs=["198.51.100.0/24","192.0.2.0/24"]');
    const text = words(exposure(open));
    expect(text).not.toContain('only way in');
    expect(text).toContain('Security group of machine | 80 from 198.51.100.0/24');
    expect(text).toContain('Security group of machine | 80 from 192.0.2.0/24');
    expect(text).toContain('machine | see above | has a public address');
    expect(summaryOf(open).waysIn).toBe(2);
  });
});

describe('security findings', () => {
  const judged = (violations: readonly Violation[]) =>
    ecs.assembly.checks.map((check) => (check.tool === VALIDATION ? { ...check, violations } : check));

  test('are said to be none only where somebody looked', () => {
    // Tests synthesize without validation.
    const unlooked = words(findings(ecs));
    expect(unlooked).toContain('CloudFormation validation: not run');
    expect(unlooked).toContain('not all was checked: CloudFormation validation did not run');
    expect(unlooked).not.toContain('nothing open');
    const looked = words(findings({ ...ecs, assembly: { ...ecs.assembly, checks: judged([]) } }));
    expect(looked).toMatch(/^nothing open .*CloudFormation validation: 0 open findings/);
    expect(looked).not.toContain('did not run');
  });

  test('are those of cdk-nag too, which judges the template now', () => {
    const { found, open } = writtenFindings()['cdk-nag AwsSolutions']?.['production-ecs'] ?? { found: 0, open: 1 };
    expect(words(findings(ecs))).toContain(`${found} findings of cdk-nag acknowledged`);
    expect(words(findings(ecs))).toContain(`cdk-nag AwsSolutions: ${open} open findings`);
    expect(words(findings(subject('enterprise')))).toContain('cdk-nag HIPAA.Security: 0 open findings');
  });

  test('of validation and of the network are listed and counted', () => {
    const checks = judged([{ rule: 'W9008', places: ['Database/Vectors'], text: 'not encrypted' }]);
    const reachability = { ...ecs.reachability, findings: ['Surplus is open for nothing'] };
    const found = { ...ecs, assembly: { ...ecs.assembly, checks }, reachability };
    const text = words(findings(found));
    expect(text).toContain('2 open');
    expect(text).toContain('W9008 | Database/Vectors | not encrypted');
    expect(text).toContain('network | VPC | Surplus is open for nothing');
    expect(summaryOf(found).findings.open).toBe(2);
  });

  test('that were acknowledged come with their reason, one row for each', () => {
    const acknowledgements = ['RuleA', 'RuleB'].map((rule) => ({
      rule,
      place: 'Audit/Bucket',
      reason: 'it ends here',
    }));
    const text = words(findings({ ...ecs, assembly: { ...ecs.assembly, acknowledgements } }));
    expect(text).toContain('2 acknowledged findings, 1 reason');
    expect(text).toContain('it ends here | 2 rules | RuleA | RuleB | 1 place | Audit/Bucket');
  });
});

describe('the data', () => {
  test('is kept in production, with backups and protection', () => {
    const text = words(data(ecs));
    expect(text).toMatch(
      /DocumentDBDatabase\/Documents \| stays \| any moment of the last 14 days \| on \| .*documentStore\.type/,
    );
    expect(text).toContain('secrets11 of them');
    expect(summaryOf(ecs).stores.deleted).not.toContain('DocumentDB');
  });

  test('goes with the stack in development', () => {
    expect(words(data(dev))).toMatch(/data volume \(mode ec2\)Compute\/Data \| deleted \| none/);
    expect(summaryOf(dev).stores.deleted).toHaveLength(summaryOf(dev).stores.count);
  });
});

describe('permissions', () => {
  test('tell of each role who takes it and what it may do', () => {
    const text = words(permissions(ecs));
    expect(text).toMatch(/LibreChat\w*\/Definition\/TaskRole \| ecs-tasks \| bedrock, .*actions/);
    expect(text).toContain('AWSLambdaVPCAccessExecutionRole');
  });

  test('mark what a policy of ours allows on every resource', () => {
    const resources = new Map(ecs.reachability.resources);
    const [role] = [...resources.values()].filter(
      ({ type, id }) => type === 'AWS::IAM::Role' && /Meili.*TaskRole/.test(id),
    );
    const document = { Statement: [{ Effect: 'Allow', Action: ['s3:GetObject', 'ec2:RunInstances'], Resource: '*' }] };
    const properties = { Roles: [role?.id], PolicyDocument: document };
    resources.set('TooWide', { id: 'TooWide', type: 'AWS::IAM::Policy', properties });
    const text = words(permissions({ ...ecs, reachability: { ...ecs.reachability, resources } }));
    expect(text).toMatch(
      /Meili\w*\/Definition\/TaskRole \| ecs-tasks \| ec2, s3: 2 actions .*\| \* ?\|? ?ec2:RunInstances \| s3:GetObject/,
    );
  });
});

describe('alarms', () => {
  test('say what they mean, when they ring and what to do', () => {
    const text = words(alarms(ecs));
    expect(text).toContain('Unwell | LibreChat is unwell');
    expect(text).toMatch(
      /Server errors \| LibreChat fails one request in twenty or more \| from 5 %.*? \| run the saved query/,
    );
    expect(text).not.toContain('docs/RUNBOOK.md#');
  });

  test('that there are none is a warning', () => {
    expect(words(alarms(dev))).toContain('Nobody is told when something breaks: monitoring.alarms is off');
  });
});

test('the bill is that of the estimate, with a bar for each service and the target', () => {
  const text = words(bill(dev));
  expect(text).toMatch(/EC2 \| \d+ \| \d+ \|/);
  expect(text).toContain('Target with nobody: ≤ 40 met');
  const bars = markup`${bill(dev).body}`.text.split('class="bar"').length - 1;
  expect(bars).toBe(servicesOf([dev.idle, dev.used]).length);
});

test('the first deployment is the critical path, its durations called assumed', () => {
  const text = words(firstDeployment(ecs));
  expect(text).toContain('Durations are assumed');
  for (const { type } of ecs.path.steps) expect(text).toContain(type);
});

test('the configuration names the source of what was chosen, and keeps the defaults apart', () => {
  const text = words(configuration(subject('minimal-dev', 'features.search=true')));
  expect(text).toContain('features.search | true | --set');
  expect(text).toContain('mode | ec2 | preset minimal-dev');
  expect(text).toMatch(/\d+ values as the schema has them/);
});
