import type { Presence, PresenceUpdate } from './types.ts';
import type { PresenceState } from './wire.ts';

type Metas = PresenceState[string]['metas'];

/** The people of one room, kept up to date from states and diffs. */
export interface PresenceRoom {
  /** A whole new state, as after each join. */
  sync(state: PresenceState): PresenceUpdate;
  /** Who came and who left; undefined before the first state, to which it is then applied. */
  diff(joins: PresenceState, leaves: PresenceState): PresenceUpdate | undefined;
  /** The state as an event of its own; undefined before the first one. */
  current(): PresenceUpdate | undefined;
  /** Forgets the state: the next join brings a new one. */
  reset(): void;
}

/** The state follows its join at once, so more than this only come where there is none to wait for. */
const mostEarly = 1_000;

/** An empty room. Entries are matched by `phx_ref`, because one key may be present several times. */
export function createPresenceRoom(): PresenceRoom {
  let people: Map<string, Metas> | undefined;
  let early: { joins: PresenceState; leaves: PresenceState }[] = [];
  const state = () => toPresences(people ?? new Map());
  const apply = (known: Map<string, Metas>, joins: PresenceState, leaves: PresenceState) => {
    for (const [key, { metas }] of Object.entries(joins)) {
      const fresh = new Set(metas.map(refOf));
      const replaced = new Set(metas.map(({ phx_ref_prev }) => phx_ref_prev));
      const kept = (known.get(key) ?? []).filter(
        (meta) => !fresh.has(refOf(meta)) && !replaced.has(refOf(meta)),
      );
      known.set(key, [...kept, ...metas]);
    }
    for (const [key, { metas }] of Object.entries(leaves)) {
      const gone = new Set(metas.map(refOf));
      const kept = (known.get(key) ?? []).filter((meta) => !gone.has(refOf(meta)));
      if (kept.length > 0) known.set(key, kept);
      else known.delete(key);
    }
  };
  return {
    sync(next) {
      people = new Map(Object.entries(next).map(([key, { metas }]) => [key, metas]));
      for (const { joins, leaves } of early) apply(people, joins, leaves);
      early = [];
      return { type: 'SYNC', state: state(), joined: [], left: [] };
    },
    diff(joins, leaves) {
      if (people === undefined) {
        if (early.length < mostEarly) early.push({ joins, leaves });
        return undefined;
      }
      apply(people, joins, leaves);
      const toMap = (part: PresenceState) =>
        new Map(Object.entries(part).map(([key, { metas }]) => [key, metas]));
      return {
        type: 'DIFF',
        state: state(),
        joined: toPresences(toMap(joins)),
        left: toPresences(toMap(leaves)),
      };
    },
    current: () =>
      people === undefined ? undefined : { type: 'SYNC', state: state(), joined: [], left: [] },
    reset() {
      people = undefined;
      early = [];
    },
  };
}

function refOf(meta: Metas[number]): unknown {
  return meta['phx_ref'];
}

/** Without Realtime's own bookkeeping in the metas. */
function toPresences(people: ReadonlyMap<string, Metas>): Presence[] {
  return [...people].map(([key, metas]) => ({
    key,
    metas: metas.map(({ phx_ref: _ref, phx_ref_prev: _previous, ...meta }) => meta),
  }));
}
