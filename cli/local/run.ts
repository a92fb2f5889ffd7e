import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { parse } from 'yaml';
import { PROVIDERS } from '../../config/librechat/deployment-variables.ts';
import { awsOptions } from '../aws-clients.ts';
import type { LogsOptions, UpOptions } from '../commands/local.ts';
import { dotenvText, setInDotenv } from '../dotenv.ts';
import { Aborted, EXIT, UserError } from '../errors.ts';
import type { CommandContext } from '../main.ts';
import { writeOutput } from '../output.ts';
import { textOf } from '../wizard/save.ts';
import { compose, requireDocker, volumesOf } from './docker.ts';

const FILE = 'docker-compose.yaml';
const GUIDE = 'docs/LOCAL_TESTING_GUIDE.md';

type Variables = Readonly<Record<string, string | undefined>>;

/** What the compose file says about itself. */
interface Local {
  readonly project: string;
  readonly services: readonly string[];
  readonly url: string;

  /** Secrets that it needs of `.env`, and how many hexadecimal digits each has. */
  readonly secrets: ReadonlyMap<string, number>;
}

/** What runs after `local up`. */
interface Started {
  readonly url: string;

  /** Secrets that were made. */
  readonly made: readonly string[];

  /** Endpoints whose models people can talk to. */
  readonly models: readonly string[];
  readonly createAccount: string;
}

/** Starts everything and waits until it is well. */
export async function up(context: CommandContext, options: UpOptions): Promise<Started> {
  const local = await readLocal(context.cwd);
  await requireDocker(context);
  const made = await makeSecrets(context, local);
  const env = { ...context.env, ...(await awsVariables(context.env, options)) };
  const models = offered(context, env);
  const args = ['up', '--detach', '--wait', '--wait-timeout', '600', '--quiet-pull', '--remove-orphans'];
  await compose({ ...context, env }, args);
  return { url: local.url, made, models, createAccount: 'docker compose exec librechat npm run create-user' };
}

export function describeUp({ url, made, models, createAccount }: Started): string {
  return [
    `LibreChat      ${url}`,
    `models         ${models.join(', ') || 'none'}`,
    `first account  ${createAccount}   (becomes ADMIN)`,
    ...(made.length === 0 ? [] : [`made in .env   ${made.join(', ')}`]),
  ].join('\n');
}

/** Stops the containers and keeps their volumes. */
export async function down(context: CommandContext): Promise<void> {
  const local = await readLocal(context.cwd);
  await requireDocker(context);
  await compose(filledIn(context, local), ['down', '--remove-orphans']);
}

/** Deletes containers and volumes, after a yes. */
export async function reset(context: CommandContext, isAgreed: boolean): Promise<void> {
  const local = await readLocal(context.cwd);
  await requireDocker(context);
  const question = `Delete the volumes of ${local.project}, with all accounts, chats and files in them?`;
  if (!(await context.io.confirm(question, { answered: isAgreed }))) throw new Aborted('Reset');
  await compose(filledIn(context, local), ['down', '--volumes', '--remove-orphans']);
}

/** Prints what containers wrote. */
export async function logs(context: CommandContext, service: string | undefined, options: LogsOptions): Promise<void> {
  const { io, cwd } = context;
  const local = await readLocal(cwd);
  if (service !== undefined && !local.services.includes(service))
    throw new UserError(`there is no service ${service}`, `there are ${local.services.join(', ')}`, EXIT.usage);
  await requireDocker(context);
  const lines: string[] = [];
  const follow = options.follow === true ? ['--follow'] : [];
  const args = ['logs', '--no-color', '--tail', '200', ...follow, ...(service === undefined ? [] : [service])];
  await compose(filledIn(context, local), args, (line) => {
    if (options.json === true) lines.push(line);
    else io.result(line);
  });
  if (options.json === true) io.result(JSON.stringify({ lines }, null, 2));
}

async function readLocal(cwd: string): Promise<Local> {
  const text = await textOf(join(cwd, FILE));
  if (text === undefined)
    throw new UserError(`there is no ${FILE} here`, 'go to the folder of the repository', EXIT.usage);
  const { name, services } = parse(text) as {
    name: string;
    services: { librechat: { environment: { DOMAIN_CLIENT: string } } };
  };
  const secrets = [...text.matchAll(/\$\{(\w+):\?(\d+) hexadecimal digits/g)];
  return {
    project: name,
    services: Object.keys(services),
    url: services.librechat.environment.DOMAIN_CLIENT,
    secrets: new Map(secrets.map(([, variable = '', digits]) => [variable, Number(digits)])),
  };
}

/** Adds the secrets that `.env` lacks; the file is its owner's alone from then on. */
async function makeSecrets(context: CommandContext, { project, secrets }: Local): Promise<string[]> {
  const before = dotenvText(context.cwd);
  const known = parseEnv(before);
  const missing = [...secrets].filter(([name]) => (known[name] ?? '') === '');
  if (missing.length === 0) return [];
  if (missing.length === secrets.size && (await volumesOf(context, project)).length > 0)
    throw new UserError(
      `.env has none of the secrets that open the data of ${project}`,
      "put back the .env that they were made in, or give the data up with 'npm run local:reset'",
    );
  const values = missing.map(([name, digits]) => [name, randomBytes(digits / 2).toString('hex')] as const);
  const { text } = setInDotenv(before, Object.fromEntries(values));
  await writeOutput(join(context.cwd, '.env'), text, 0o600);
  return missing.map(([name]) => name);
}

/** The person's credentials, from wherever the AWS SDK finds them; none where they were not asked for. */
async function awsVariables(env: Variables, { bedrock, ...choice }: UpOptions): Promise<Variables> {
  if (bedrock !== true)
    return { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined, AWS_SESSION_TOKEN: undefined };
  const { STSClient } = await import('@aws-sdk/client-sts');
  const { config } = new STSClient(awsOptions(env, choice));
  const { accessKeyId, secretAccessKey, sessionToken } = await config.credentials();
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    // Without one the compose file has a default.
    AWS_REGION: await config.region().catch(() => undefined),
  };
}

/** Endpoints that the compose file opens with these variables; warns of what will not work without others. */
function offered({ io, cwd }: CommandContext, env: Variables): string[] {
  const dotenv = parseEnv(dotenvText(cwd));
  const valueOf = (name: string) => env[name] ?? dotenv[name] ?? '';
  const has = (name: string) => valueOf(name) !== '';
  const providers = Object.values(PROVIDERS);
  const models = providers.filter(({ variable }) => has(variable)).map(({ endpoint }) => endpoint as string);
  if (has('AWS_ACCESS_KEY_ID')) models.unshift('bedrock');
  if (models.length === 0) {
    const keys = providers.map(({ variable }) => variable).join(', ');
    io.warn(`there is no model to talk to: pass --bedrock, or put one of ${keys} into .env`);
  }
  const embeds = valueOf('EMBEDDINGS_PROVIDER') === 'openai' ? PROVIDERS.openai.variable : 'AWS_ACCESS_KEY_ID';
  if (!has(embeds)) io.warn(`uploads for file search will fail without ${embeds}: see ${GUIDE}`);
  return models;
}

/** Compose reads the whole file to stop containers too, when `.env` may be lost. */
function filledIn(context: CommandContext, { secrets }: Local): CommandContext {
  const unused = Object.fromEntries([...secrets.keys()].map((name) => [name, 'unused']));
  return { ...context, env: { ...unused, ...context.env } };
}
