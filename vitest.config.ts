import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// aws-cdk-lib validates templates at every synth unless this says otherwise, and is then four times as slow. The
// `validated` project is where it does: the variable is unset there, and every finding must be acknowledged.
const withoutValidation = { CDK_VALIDATION: 'false' };
const setupFiles = ['test/helpers/setup.ts'];
// Tests take milliseconds, but the first of a file may load the CDK, on a machine that runs two suites at once.
const testTimeout = 30_000;
// Tests that start many processes: shells of an instance's boot files, commands of the command line.
const processes = ['test/lib/compute/instance/**/*.test.ts', 'test/**/spawned.test.ts'];

// Commands that price many configurations, each a synthesis: seconds, not milliseconds.
const syntheses = ['test/cli/wizard/wizard.test.ts', 'test/cli/cost/{any-template,command,suggestions}.test.ts'];

export default defineConfig({
  test: {
    // Vitest leaves one core to its own process, which has little to do.
    maxWorkers: availableParallelism(),
    projects: [
      {
        // Constructs and templates. They change no global state, so a process serves many files.
        test: {
          name: 'infra',
          include: ['test/lib/**/*.test.ts', 'test/*.test.ts'],
          exclude: processes,
          isolate: false,
          setupFiles,
          testTimeout,
          env: withoutValidation,
        },
      },
      {
        // Configuration and commands; the same.
        test: {
          name: 'cli',
          include: ['test/{cli,config}/**/*.test.ts'],
          exclude: [...processes, ...syntheses],
          isolate: false,
          setupFiles,
          testTimeout,
          env: withoutValidation,
        },
      },
      // `npm run test:unit` ends here, `npm test` has all.
      {
        test: {
          name: 'machine',
          include: processes,
          globalSetup: ['test/lib/compute/instance/machine-tools.ts'],
          hookTimeout: 300_000,
          testTimeout,
          env: withoutValidation,
        },
      },
      // Two syntheses for each key of the schema.
      {
        test: {
          name: 'sweeps',
          include: ['test/sweeps/**/*.test.ts', ...syntheses],
          setupFiles,
          testTimeout,
          env: withoutValidation,
        },
      },
      // Who reaches what, and who may do what, in the templates.
      {
        test: { name: 'proof', include: ['test/proof/**/*.test.ts'], setupFiles, testTimeout, env: withoutValidation },
      },
      // The repository's own gates: loading ESLint takes seconds.
      { test: { name: 'scripts', include: ['test/scripts/**/*.test.ts'], testTimeout } },
      // The operator's commands, all against one local AWS.
      {
        test: {
          name: 'operator',
          include: ['test/operator/**/*.test.ts'],
          globalSetup: ['test/operator/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          env: withoutValidation,
        },
      },
      // The report in a real browser, which is installed where that is possible; validated, as people get it.
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/browser/chromium.ts'],
          setupFiles,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      { test: { name: 'rehearsal', include: ['test/rehearsal/**/*.test.ts'], testTimeout: 60_000 } },
      {
        test: { name: 'validated', include: ['test/validated/**/*.test.ts'], setupFiles, testTimeout: 300_000 },
      },
    ],
    coverage: {
      provider: 'v8',
      // What the unit tests are about; the rehearsal and the scripts have tests of their own.
      include: ['bin/**/*.ts', 'cli/**/*.ts', 'config/**/*.ts', 'lib/**/*.ts'],
      reporter: ['text-summary', 'html', 'lcovonly'],
    },
  },
});
