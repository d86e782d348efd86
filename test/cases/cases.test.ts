import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const folder = import.meta.dirname;
const cases = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());

// Small inputs that failed once; each stands for a kind.
describe('the cases', () => {
  it.each(cases.map(({ name }) => name))('%s has its input, and a test that reads it', (name) => {
    expect(readdirSync(join(folder, name, 'input'))).not.toEqual([]);
    expect(existsSync(join(folder, name, 'case.test.ts'))).toBe(true);
  });

  it('are not fewer than they were', () => {
    expect(cases.length).toBeGreaterThanOrEqual(17);
  });
});
