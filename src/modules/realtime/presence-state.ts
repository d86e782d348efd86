import type { Presence, PresenceState, PresenceUpdate } from './types.ts';

type Metas = PresenceState[string]['metas'];

/** The people of one room, kept up to date from states and diffs. */
export interface PresenceRoom {
  /** A whole new state, as after each join. */
  sync(state: PresenceState): PresenceUpdate;
  /** Who came and who left; undefined before the first state, which will hold it. */
  diff(joins: PresenceState, leaves: PresenceState): PresenceUpdate | undefined;
  /** The state as an event of its own; undefined before the first one. */
  current(): PresenceUpdate | undefined;
  /** Forgets the state: the next join brings a new one. */
  reset(): void;
}

/** An empty room. Entries are matched by `phx_ref`, because one key may be present several times. */
export function createPresenceRoom(): PresenceRoom {
  let people: Map<string, Metas> | undefined;
  const state = () => toPresences(people ?? new Map());
  return {
    sync(next) {
      people = new Map(Object.entries(next).map(([key, { metas }]) => [key, metas]));
      return { type: 'SYNC', state: state(), joined: [], left: [] };
    },
    diff(joins, leaves) {
      if (people === undefined) return undefined;
      for (const [key, { metas }] of Object.entries(joins)) {
        const fresh = new Set(metas.map(refOf));
        const replaced = new Set(metas.map(({ phx_ref_prev }) => phx_ref_prev));
        const kept = (people.get(key) ?? []).filter(
          (meta) => !fresh.has(refOf(meta)) && !replaced.has(refOf(meta)),
        );
        people.set(key, [...kept, ...metas]);
      }
      for (const [key, { metas }] of Object.entries(leaves)) {
        const gone = new Set(metas.map(refOf));
        const kept = (people.get(key) ?? []).filter((meta) => !gone.has(refOf(meta)));
        if (kept.length > 0) people.set(key, kept);
        else people.delete(key);
      }
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
