import { describe, expect, test } from 'vitest';
import { resourcesOf } from '../../../cli/cost/template.ts';
import { parseTemplate } from '../../../cli/cost/template-file.ts';
import { referencesIn } from '../../../lib/utils/template-references.ts';

/** What becomes of a property of a resource. */
function property(yaml: string, rest = ''): unknown {
  const text = `${rest}\nResources:\n  Thing:\n    Type: A::B::C\n    Properties:\n      Value: ${yaml}\n`;
  return resourcesOf(parseTemplate(text, 'test.yaml'), 'eu-west-1')[0]?.properties['Value'];
}

const PARAMETERS = `
Parameters:
  Size: { Type: String, Default: large }
  Count: { Type: Number, Default: 3 }
  Zones: { Type: CommaDelimitedList, Default: 'a,b' }
  Secret: { Type: String }
  Image: { Type: 'AWS::SSM::Parameter::Value<String>', Default: /path }
Mappings:
  Classes: { large: { db: db.r5.large }, eu-west-1: { zone: eu } }
Conditions:
  IsLarge: !Equals [!Ref Size, large]
  IsSecret: !Equals [!Ref Secret, x]
  Circular: !And [!Condition Circular]
`;

test.each([
  ['!Ref Size', 'large'],
  ['!Ref Count', 3],
  ['!Ref Zones', ['a', 'b']],
  ['!Ref AWS::Region', 'eu-west-1'],
  ['!Ref AWS::Partition', 'aws'],
  ['!FindInMap [Classes, !Ref Size, db]', 'db.r5.large'],
  ['!FindInMap [Classes, !Ref AWS::Region, zone]', 'eu'],
  ['!FindInMap [Classes, small, db, { DefaultValue: none }]', 'none'],
  ['!If [IsLarge, yes, no]', 'yes'],
  ['!If [IsSecret, yes, no]', 'no'],
  ['!If [Circular, yes, no]', 'no'],
  ['!If [Unheard, yes, no]', 'no'],
  ['[1, !If [IsLarge, !Ref AWS::NoValue, 2]]', [1]],
  ['{ A: !If [IsLarge, !Ref AWS::NoValue, 2], B: 1 }', { B: 1 }],
  ['!Sub db.${Size}-${Count}', 'db.large-3'],
  ['!Sub ["${A}.${Size}", { A: !Ref AWS::Region }]', 'eu-west-1.large'],
  ['!Join ["-", [a, !Ref Size]]', 'a-large'],
  ['!Select [1, !Ref Zones]', 'b'],
  ['!Select [0, !GetAZs ""]', 'eu-west-1a'],
  ['!Split [",", "x,y"]', ['x', 'y']],
  ['!Length [1, 2]', 2],
])('resolves %s', (yaml, value) => {
  expect(property(yaml, PARAMETERS)).toEqual(value);
});

test.each([
  ['!Ref Secret', { Ref: 'Secret' }],
  ['!Ref Image', { Ref: 'Image' }],
  ['!Ref Other', { Ref: 'Other' }],
  ['!GetAtt Other.Arn', { 'Fn::GetAtt': 'Other.Arn' }],
  ['!ImportValue shared', { 'Fn::ImportValue': 'shared' }],
  ['!Sub a-${Secret}', { 'Fn::Sub': 'a-${Secret}' }],
  ['!Join ["-", [a, !Ref Secret]]', { 'Fn::Join': ['-', ['a', { Ref: 'Secret' }]] }],
  ['!Select [9, [a]]', { 'Fn::Select': [9, ['a']] }],
])('leaves %s as it is, which only CloudFormation knows', (yaml, value) => {
  expect(property(yaml, PARAMETERS)).toEqual(value);
});

describe('Fn::ForEach', () => {
  const loop = `
Resources:
  'Fn::ForEach::Outer':
    - Zone
    - [a-1, b-2]
    - 'Fn::ForEach::Inner':
        - Kind
        - [Nat]
        - '\${Kind}&{Zone}':
            Type: X
            Properties: { Zone: !Ref Zone, Name: !Sub '\${Zone}-\${Kind}' }
`;
  test('makes what it stands for, also within another', () => {
    expect(resourcesOf(parseTemplate(loop, 'test.yaml'), 'us-east-1')).toEqual([
      { id: 'Nata1', type: 'X', properties: { Zone: 'a-1', Name: 'a-1-Nat' } },
      { id: 'Natb2', type: 'X', properties: { Zone: 'b-2', Name: 'b-2-Nat' } },
    ]);
  });

  test('makes nothing of a list that only CloudFormation knows', () => {
    const unknown = loop.replace('[a-1, b-2]', '!Ref Unheard');
    expect(resourcesOf(parseTemplate(unknown, 'test.yaml'), 'us-east-1')).toEqual([]);
  });
});

test('makes no resource whose condition does not hold', () => {
  const template = parseTemplate(
    'Conditions: { No: !Equals [a, b] }\nResources: { A: { Type: X, Condition: No }, B: { Type: X } }',
    'test.yaml',
  );
  expect(resourcesOf(template, 'us-east-1').map(({ id }) => id)).toEqual(['B']);
});

test('finds the resources that a value mentions', () => {
  expect(
    referencesIn([
      'x',
      { Ref: 'A' },
      { 'Fn::GetAtt': ['B', 'Arn'] },
      { 'Fn::GetAtt': 'C.Arn' },
      { 'Fn::Sub': '${D}/${E.Arn}' },
    ]),
  ).toEqual(['A', 'B', 'C', 'D', 'E']);
});

test.each([
  ['Resources: [', /^t\.yaml is neither YAML nor JSON/],
  ['just text', /^t\.yaml has no Resources/],
  ['{"Parameters": {}}', /^t\.yaml has no Resources/],
])('refuses %j', (text, message) => {
  expect(() => parseTemplate(text, 't.yaml')).toThrow(message);
});
