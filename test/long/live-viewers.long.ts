import { expect, it } from 'vitest';
import { followLive } from '../support/live-viewers.ts';

const rounds = 15;

it.each([1, 2])('hundreds of viewers have their own rows alone, round after round: %s', async (seed) => {
  await using viewers = await followLive(300, seed);
  await viewers.settled();
  for (let round = 0; round < rounds; round += 1) {
    await Promise.all([viewers.change(), viewers.disturb()]);
    await viewers.settled();
  }
  expect(viewers.differences()).toEqual([]);
});
