import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        // Templates only: one process, no validation engine (style: the strict suite is `validated`).
        test: {
          name: 'infra',
          include: ['test/lib/**/*.test.ts', 'test/*.test.ts'],
          isolate: false,
          env: { CDK_VALIDATION: 'false' },
        },
      },
      { test: { name: 'cli', include: ['test/{cli,config}/**/*.test.ts'], env: { CDK_VALIDATION: 'false' } } },
      { test: { name: 'rehearsal', include: ['test/rehearsal/**/*.test.ts'], testTimeout: 60_000 } },
      { test: { name: 'validated', include: ['test/validated/**/*.test.ts'], testTimeout: 300_000 } },
    ],
  },
});
