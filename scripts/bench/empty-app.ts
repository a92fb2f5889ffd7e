// The yardstick of `npm run bench`: what `cdk init` writes, without a resource, with this project's runner.
import * as cdk from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

class EmptyStack extends cdk.Stack {
  constructor(scope: Construct, id: string, props?: cdk.StackProps) {
    super(scope, id, props);
    new cdk.CfnOutput(this, 'Nothing', { value: 'to see here' });
  }
}

// As in the project's own app, so that both do the same work.
const app = new cdk.App({ builtinCloudFormationValidation: false });
new EmptyStack(app, 'EmptyStack');
