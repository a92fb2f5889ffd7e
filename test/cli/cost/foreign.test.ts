import { describe, expect, test } from 'vitest';
import { estimateTemplate } from '../../../cli/cost/estimate.ts';
import { fixture, lineOf } from './templates.ts';

const open = (name: string) =>
  estimateTemplate(fixture(name))
    .unpriced.filter(({ isFree }) => !isFree)
    .map(({ type, logicalIds, reason }) => [type, logicalIds, reason]);

describe('a network with three NAT gateways and databases', () => {
  const bill = estimateTemplate(fixture('cost-vpc-three-nats.yaml'));

  test('is priced, loops, mappings and conditions included', () => {
    expect(lineOf(bill, 'NAT gateway')).toMatchObject({ logicalIds: ['NatA', 'NatB', 'NatC'] });
    expect(lineOf(bill, 'NAT gateway').high).toBeCloseTo(3 * 32.85, 6);
    expect(lineOf(bill, 'RDS db.t3.medium, Multi-AZ').high).toBeCloseTo(730 * 0.144, 6);
    expect(lineOf(bill, 'RDS gp2, Multi-AZ').high).toBeCloseTo(100 * 0.23, 6);
    expect(lineOf(bill, 'm5.large, Linux').high).toBeCloseTo(730 * 0.096, 6);
    expect(lineOf(bill, 'gp2 volume').high).toBeCloseTo(5, 6);
    // Three of NAT, and the machine's own: its subnet gives one.
    expect(
      bill.items.filter(({ service }) => service === 'IPv4 addresses').flatMap(({ logicalIds }) => logicalIds),
    ).toEqual(['AddressA', 'AddressB', 'AddressC', 'Web']);
  });

  test('has what is unknown named', () => {
    expect(open('cost-vpc-three-nats.yaml')).toEqual([
      ['AWS::RDS::DBInstance', ['Reporting'], 'no prices for RDS with engine mysql'],
      ['AWS::NetworkFirewall::Firewall', ['Firewall'], 'no prices for this type here'],
    ]);
  });

  test('has a bastion where its condition holds', () => {
    const { items } = estimateTemplate(fixture('cost-vpc-three-nats.yaml'), { region: 'eu-west-1' });
    expect(lineOf({ items }, 't3.nano, Linux').logicalIds).toEqual(['Bastion']);
    expect(bill.items.map(({ what }) => what)).not.toContain('t3.nano, Linux');
  });
});

describe('an API of functions', () => {
  test('is priced by calls', () => {
    const usage = { invocations: 10_000_000, functionSeconds: 0.1 };
    const bill = estimateTemplate(fixture('cost-serverless.json'), { usage });
    // 2 functions x 10 M calls x $0.20 a million; the first million is free at the low end
    const { low, high } = lineOf(bill, 'calls of functions');
    expect([low, high]).toEqual([expect.closeTo(3.8, 6), expect.closeTo(4, 6)]);
    // 10 M x 0.1 s x 0.5 GB x $0.0000133334
    expect(lineOf(bill, 'time of functions, arm').high).toBeCloseTo(500_000 * 0.0000133334, 6);
    expect(lineOf(bill, 'messages to queues').high).toBeCloseTo(20 * 0.4, 6);
    expect(lineOf(bill, 'alarms, standard').high).toBeCloseTo(0.1, 6);
  });

  test('has what is unknown named', () => {
    expect(open('cost-serverless.json')).toEqual([
      ['AWS::ApiGateway::RestApi', ['Api'], 'no prices for this type here'],
      ['AWS::DynamoDB::Table', ['Orders'], 'no prices for this type here'],
      ['AWS::StepFunctions::StateMachine', ['Workflow'], 'no prices for this type here'],
    ]);
  });
});
