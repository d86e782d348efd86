import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../src/lib/duration.ts';

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5s', 1_500],
    ['15m', 900_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['PT30S', 30_000],
    ['PT1H30M', 5_400_000],
    ['P1DT12H', 129_600_000],
    ['0s', 0],
  ])('reads %s', (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));

  it.each(['', '10', 's', '-5s', '5 s', '5S', 'P', 'PT', 'P1Y', '1h30m', `${'9'.repeat(30)}d`, 'PT1S\n'])(
    'refuses %j',
    (text) => expect(parseDuration(text)).toBeUndefined(),
  );
});
