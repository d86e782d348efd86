import { afterAll, beforeAll, expect, it } from 'vitest';
import { followLive, type LiveViewers } from '../support/live-viewers.ts';

const rounds = 3;
const count = 200;

let viewers: LiveViewers;
beforeAll(async () => {
  viewers = await followLive(count, 11);
});
afterAll(() => viewers[Symbol.asyncDispose]());

it('gives each of hundreds of viewers what Postgres gives to his role and claims, and nothing else in between', async () => {
  await viewers.settled();
  for (let round = 0; round < rounds; round += 1) {
    await Promise.all([viewers.change(), viewers.disturb()]);
    await viewers.settled();
  }
  expect(viewers.differences()).toEqual([]);
  // They are not all alike, and have seen more than the beginning.
  expect(viewers.kinds).toBeGreaterThan(count / 2);
  expect(viewers.frames).toBeGreaterThan(2 * count);
});
