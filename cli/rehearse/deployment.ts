import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand, type StackResourceSummary } from '@aws-sdk/client-cloudformation';
import { loadDeploymentConfig } from '../../config/deployment-config.ts';
import type { DeploymentConfig } from '../../config/schema.ts';
import { buildApp } from '../../lib/app.ts';
import type { LocalAws } from '../../rehearsal/local-aws.ts';
import { awsOptions } from '../aws-clients.ts';
import { cdk, type CdkResult } from '../cdk.ts';
import { stackResources } from '../deployed-environment.ts';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { type StackHistory, watchStack } from '../stack-progress.ts';

/** Template parts that the rehearsal looks at. */
export interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly DeletionPolicy?: string }>>;
}

/** One state of the configuration, synthesized. */
export interface Variant {
  readonly config: DeploymentConfig;
  readonly assembly: string;
  readonly template: Template;
}

/** How a `cdk deploy` or `cdk destroy` went. */
export interface Change extends CdkResult {
  readonly history: StackHistory;
}

/** What a rehearsal deploys: one configuration, changed step by step, into one local AWS. */
export interface DeploymentOptions {
  readonly aws: LocalAws;
  readonly io: Io;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;

  /** Preset or file. */
  readonly source: string;

  /** `path=value` settings of the person. */
  readonly flags: readonly string[];
}

/** The stack of a rehearsal: synthesized in this process, deployed by the CDK's own CLI. */
export class RehearsedDeployment {
  readonly cloudFormation: CloudFormationClient;
  private readonly options: DeploymentOptions;
  private variants = 0;

  constructor(options: DeploymentOptions) {
    this.options = options;
    this.cloudFormation = new CloudFormationClient(awsOptions(options.aws.env));
  }

  /** Synthesizes exactly what would go to AWS, with `changes` to the configuration. */
  synthesize(changes: readonly string[] = []): Variant {
    const { source, flags, env, cwd, aws } = this.options;
    const { config } = loadDeploymentConfig({ source, flags: [...flags, ...changes], env, cwd });
    // The local AWS is one account in one region; which, changes nothing in a template.
    const local = { ...config, account: undefined, region: undefined };
    this.variants += 1;
    const assembly = join(aws.state, 'assembly', String(this.variants));
    const { app, stack } = buildApp(local, { outdir: assembly });
    const template = app.synth().getStackByName(stack.stackName).template as Template;
    return { config: local, assembly, template };
  }

  async bootstrap(): Promise<void> {
    const { code, output } = await cdk(
      ['bootstrap', `aws://000000000000/${this.options.aws.env['AWS_REGION'] ?? ''}`],
      this.call(),
    );
    if (code !== 0) throw new UserError(`cdk bootstrap failed: ${lastLine(output)}`);
  }

  /** Deploys and watches; a deployment that fails is a result too. */
  async deploy({ config, assembly, template }: Variant, title: string): Promise<Change> {
    const total = Object.keys(template.Resources).length;
    return await this.watch(config, title, total, [
      'deploy',
      '--app',
      assembly,
      '--require-approval',
      'never',
      '--all',
    ]);
  }

  async destroy({ config, assembly, template }: Variant): Promise<Change> {
    const total = Object.keys(template.Resources).length;
    return await this.watch(config, 'destroy', total, ['destroy', '--app', assembly, '--force', '--all']);
  }

  resources({ config }: Variant): Promise<StackResourceSummary[]> {
    return stackResources(this.cloudFormation, config.stackName);
  }

  /** State of the stack and what it says about itself. */
  async describe({ config }: Variant): Promise<{ status: string; outputs: Record<string, string> }> {
    const { Stacks: [stack] = [] } = await this.cloudFormation.send(
      new DescribeStacksCommand({ StackName: config.stackName }),
    );
    return {
      status: stack?.StackStatus ?? '',
      outputs: Object.fromEntries(
        (stack?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
      ),
    };
  }

  private async watch({ stackName }: DeploymentConfig, title: string, total: number, args: string[]): Promise<Change> {
    const { io } = this.options;
    const { result, history } = await watchStack(
      { cloudFormation: this.cloudFormation, stackName, title, total, io },
      () => cdk(args, this.call()),
    );
    io.signal.throwIfAborted();
    return { ...result, history };
  }

  private call() {
    const { env, aws, io } = this.options;
    // A profile of the person would win over the key of the local AWS.
    return {
      env: { ...env, AWS_PROFILE: undefined, AWS_SESSION_TOKEN: undefined, ...aws.env },
      cwd: aws.state,
      signal: io.signal,
    };
  }
}

/** The last thing that a failed call said. */
export function lastLine(output: string): string {
  return output.trim().split('\n').at(-1)?.trim() ?? '';
}
