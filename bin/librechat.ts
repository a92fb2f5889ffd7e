import { App } from 'aws-cdk-lib/core';
import { exitOnConfigError, loadDeploymentConfig } from '../config/deployment-config.ts';
import { buildApp } from '../lib/app.ts';

// The CDK hands its context to every app it makes; this one is only asked for it.
const context = new App({ autoSynth: false }).node.getAllContext() as Record<string, unknown>;
buildApp(exitOnConfigError(() => loadDeploymentConfig({ context })).config);
