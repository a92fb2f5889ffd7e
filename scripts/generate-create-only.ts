/**
 * Writes lib/utils/create-only-properties.json: whose change makes CloudFormation replace a resource, by type.
 *
 *     npx --no-install tsx scripts/generate-create-only.ts [--check]
 *
 * From the registry schemas that cfn-lint carries, so that neither an account nor the network is needed.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { STATEFUL_TYPES } from '../lib/utils/replacement.ts';
import { pythonEnv } from '../rehearsal/python-env.ts';
import { testRequirements } from './lib/requirements.ts';

const TARGET = fileURLToPath(new URL('../lib/utils/create-only-properties.json', import.meta.url));

/** What resources with data and origins refer to: when one of these is replaced, they are too. */
const REFERRED_TYPES = [
  'AWS::DocDB::DBSubnetGroup',
  'AWS::EC2::Instance',
  'AWS::EC2::SecurityGroup',
  'AWS::EC2::Subnet',
  'AWS::EC2::VPC',
  'AWS::EFS::MountTarget',
  'AWS::ElastiCache::SubnetGroup',
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::RDS::DBSubnetGroup',
];

const READ_SCHEMAS = `
import json, sys
from importlib.metadata import version
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER as manager

def paths(schema, name):
    return sorted({pointer.removeprefix("/properties/") for pointer in schema.get(name) or []})

types = {}
for type in sys.argv[1:]:
    schema = manager.get_resource_schema("us-east-1", type).schema
    types[type] = {
        "createOnly": paths(schema, "createOnlyProperties"),
        "conditional": paths(schema, "conditionalCreateOnlyProperties"),
    }
print(json.dumps({"source": f"cfn-lint {version('cfn-lint')}, schemas of us-east-1", "types": types}))
`;

const python = await pythonEnv({ requirements: testRequirements });
const types = [...STATEFUL_TYPES, ...REFERRED_TYPES].sort();
const data = execFileSync(python, ['-c', READ_SCHEMAS, ...types], { encoding: 'utf8' });
const text = await format(data, { ...(await resolveConfig(TARGET)), parser: 'json' });
if (!process.argv.includes('--check')) {
  writeFileSync(TARGET, text);
} else if (readFileSync(TARGET, 'utf8') !== text) {
  console.error(
    'lib/utils/create-only-properties.json is stale: run npx --no-install tsx scripts/generate-create-only.ts',
  );
  process.exitCode = 1;
}
