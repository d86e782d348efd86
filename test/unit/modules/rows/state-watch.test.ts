import { expect, it } from 'vitest';
import { type StateWatch, watchState } from '../../../../src/modules/rows/client/state-watch.ts';
import { silentLog as log } from '../../../support/test-call.ts';

/** A watch over a database that counts how often it is looked at. */
function counted(): { readonly watch: StateWatch; readonly looks: () => number } {
  let looks = 0;
  const watch = watchState({
    source: {
      fingerprint: async () => String(++looks),
      read: async () => ({
        model: { tables: [], functions: [], remarks: [] },
        grants: new Map(),
        fingerprint: String(looks),
        searchPath: [],
        roleSettings: new Map(),
        preRequest: undefined,
      }),
    },
    prepare: async () => undefined,
    onRead: () => undefined,
    log,
  });
  return { watch, looks: () => looks };
}

for (const ask of ['recheck', 'changed'] as const) {
  it(`looks once for all who ask by ${ask} soon after a look`, async () => {
    const { watch, looks } = counted();
    await watch.refresh();
    await Promise.all(Array.from({ length: 100 }, () => watch[ask]()));
    expect(looks()).toBe(2);
    expect(watch.current?.fingerprint).toBe('2');
    watch.close();
  });
}

it('looks again for who asks while it is being looked: what he knows of may not have been seen', async () => {
  const { watch, looks } = counted();
  await Promise.all([watch.refresh(), watch.refresh()]);
  expect(looks()).toBe(2);
  watch.close();
});

it('has whoever reconsiders wait for a change that was told of', async () => {
  const { watch, looks } = counted();
  await watch.refresh();
  void watch.changed();
  await watch.reconsider();
  expect(looks()).toBe(2);
  watch.close();
});
