import { defineConfig } from 'vitest/config';

const report = process.env['BUNBUN_TEST_REPORT'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // Our sources would otherwise load graphql's ESM build and the libraries its CommonJS build: two graphqls.
    alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
    // How long something is waited for says nothing about how long it takes.
    expect: { poll: { timeout: 30_000, interval: 20 } },
    pool: 'forks',
    reporters: report ? ['default', 'json'] : ['default'],
    ...(report ? { outputFile: { json: report } } : {}),
    maxWorkers: 2,
  },
});
