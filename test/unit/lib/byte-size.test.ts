import { expect, it } from 'vitest';
import { parseByteSize } from '../../../src/lib/byte-size.ts';

it('reads sizes, and nothing that only looks like one', () => {
  expect(['5mb', '64KB', '1 gb', '100', '1.5kb'].map(parseByteSize)).toEqual([
    5 * 1024 ** 2,
    65_536,
    1024 ** 3,
    100,
    1_536,
  ]);
  for (const bad of ['', 'mb', '-1', '5m', '1e3', '99999999999gb'])
    expect(parseByteSize(bad)).toBeUndefined();
});
