import base from './vitest.config.ts';

// Soaks: minutes of traffic each. `npm run check:long` runs them.
export default {
  ...base,
  test: { ...base.test, include: ['test/long/**/*.long.ts'], testTimeout: 1_200_000, maxWorkers: 1 },
};
