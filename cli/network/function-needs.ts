import { addressesOf } from './addresses.ts';
import { type Deployment, HTTPS, type Need, type Needs, party, targetOf, toService } from './deployment.ts';
import { customResourcesOf, type Party, storeOfSecret } from './parties.ts';
import type { Resolved } from './resolve.ts';

/** What functions in the VPC call: initializers, rotations, and whatever else a stack gets. */
export function functionNeeds(deployment: Deployment): Needs {
  const { parties, resources } = deployment;
  const parts = parties
    .filter(({ kind }) => kind === 'function')
    .map((from) => {
      const { type, properties } = resources.get(from.id) ?? { type: '', properties: {} };
      return type === 'AWS::SecretsManager::RotationSchedule'
        ? rotationNeeds(deployment, from, properties)
        : lambdaNeeds(deployment, from, properties);
    });
  return { needs: parts.flatMap(({ needs }) => needs), problems: parts.flatMap(({ problems }) => problems), local: [] };
}

/** AWS's own function: it reads the login and changes it in the store. */
function rotationNeeds(deployment: Deployment, from: Party, properties: Resolved['properties']): Needs {
  const store = storeOfSecret(deployment.resources, properties['SecretId']);
  const why = 'rotation of a master password';
  if (store === undefined)
    return { needs: [], problems: [`${from.name}: its secret is attached to no store`], local: [] };
  const port = portOf(store);
  return {
    needs: [
      toService(deployment, from, 'secretsmanager', why),
      { from, to: { party: party(deployment, store.id) }, port, why },
    ],
    problems: [],
    local: [],
  };
}

const portOf = ({ type, properties }: Resolved) =>
  Number(properties['Port'] ?? (type.startsWith('AWS::DocDB') ? 27017 : 5432));

function lambdaNeeds(deployment: Deployment, from: Party, properties: Resolved['properties']): Needs {
  const environment = (properties['Environment']?.Variables ?? {}) as Record<string, string>;
  const requests = customResourcesOf(deployment.resources, from.id);
  const asked = requests.map(({ properties: request }) =>
    addressesOf({ INITIALIZED_HOST: String(request['Host']), INITIALIZED_PORT: String(request['Port']) }),
  );
  const needs: Need[] = [];
  const problems: string[] = [];
  for (const { variable, address } of [...asked, addressesOf(environment)].flatMap(({ found }) => found)) {
    const to = targetOf(deployment, address);
    if (to === undefined) problems.push(`${from.name}: ${variable} names a host that is nobody's`);
    else needs.push({ from, to, port: 'port' in address ? address.port : HTTPS, why: from.name });
  }
  if (requests.some(({ properties: request }) => Object.keys(request).some((key) => key.endsWith('SecretArn'))))
    needs.push(toService(deployment, from, 'secretsmanager', `secrets of ${from.name}`));
  // The answer to CloudFormation goes to S3. Behind the provider framework its function sends it, outside the VPC.
  if (requests.some(({ properties: request }) => String(request['ServiceToken']).endsWith(`:${from.id}`)))
    needs.push(toService(deployment, from, 's3', `answer of ${from.name} to CloudFormation`));
  if (needs.length === 0) problems.push(`${from.name}: nobody knows what it calls`);
  return { needs, problems, local: [] };
}
