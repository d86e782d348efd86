import { randomBytes } from 'node:crypto';

/** What a channel tracks. `phx_ref` changes with each new payload. */
type Meta = Readonly<Record<string, unknown>> & { readonly phx_ref: string };
type PresenceState = Record<string, { metas: Meta[] }>;

export interface PresenceDiff {
  readonly joins: PresenceState;
  readonly leaves: PresenceState;
}

/** Who is present in one room: one entry per owner (a channel), several owners may share a key. */
export interface Presence<Owner> {
  state(): PresenceState;
  /** Undefined when the same payload was tracked already. */
  track(owner: Owner, key: string, payload: Readonly<Record<string, unknown>>): PresenceDiff | undefined;
  /** Undefined when the owner was not present. */
  untrack(owner: Owner): PresenceDiff | undefined;
}

export function createPresence<Owner>(): Presence<Owner> {
  const entries = new Map<Owner, { key: string; meta: Meta; text: string }>();
  return {
    state() {
      const state: PresenceState = {};
      for (const { key, meta } of entries.values()) {
        const metas = Object.hasOwn(state, key) ? (state[key]?.metas ?? []) : [];
        Object.defineProperty(state, key, {
          value: { metas: [...metas, meta] },
          enumerable: true,
          configurable: true,
        });
      }
      return state;
    },
    track(owner, key, payload) {
      const previous = entries.get(owner);
      const text = JSON.stringify(payload);
      if (previous?.text === text) return undefined;
      const phxRef = randomBytes(8).toString('base64url');
      const meta: Meta =
        previous === undefined
          ? { ...payload, phx_ref: phxRef }
          : { ...payload, phx_ref: phxRef, phx_ref_prev: previous.meta.phx_ref };
      entries.set(owner, { key, meta, text });
      return {
        joins: { [key]: { metas: [meta] } },
        leaves: previous === undefined ? {} : { [key]: { metas: [previous.meta] } },
      };
    },
    untrack(owner) {
      const previous = entries.get(owner);
      entries.delete(owner);
      return previous === undefined
        ? undefined
        : { joins: {}, leaves: { [previous.key]: { metas: [previous.meta] } } };
    },
  };
}
