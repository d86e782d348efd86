const changeEvents = ['INSERT', 'UPDATE', 'DELETE'] as const;
export type ChangeEvent = (typeof changeEvents)[number];

/** Which row changes somebody wants. */
export interface ChangesSpec {
  readonly schema: string;
  readonly table?: string | undefined;
  readonly event?: ChangeEvent | undefined;
  readonly filter?: string | undefined;
  /** A RESYNC as soon as changes flow. */
  readonly resyncOnStart?: boolean;
}

/** A row change, or RESYNC: something may have been missed. */
export interface PostgresChange {
  readonly type: ChangeEvent | 'RESYNC';
  readonly schema: string;
  readonly table: string | null;
  readonly commitTimestamp: string | null;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly record: Record<string, unknown> | null;
  readonly oldRecord: Record<string, unknown> | null;
  readonly errors: readonly string[];
}

export interface RoomSpec {
  readonly channel: string;
  readonly private: boolean;
}

export interface BroadcastsSpec extends RoomSpec {
  readonly event?: string | undefined;
}

/** A message of a room, or RESYNC: some may have been missed. */
export interface Broadcast {
  readonly type: 'MESSAGE' | 'RESYNC';
  readonly channel: string;
  readonly event: string;
  readonly payload: unknown;
}

export interface PresenceSpec extends RoomSpec {
  readonly key?: string | undefined;
  /** What others see of the caller; undefined only watches. */
  readonly track?: unknown;
}

export interface Presence {
  readonly key: string;
  readonly metas: readonly Record<string, unknown>[];
}

/** Who is there: the whole state, and for DIFF what changed. */
export interface PresenceUpdate {
  readonly type: 'SYNC' | 'DIFF';
  readonly state: readonly Presence[];
  readonly joined: readonly Presence[];
  readonly left: readonly Presence[];
}

export interface BroadcastMessage extends RoomSpec {
  readonly event: string;
  readonly payload: unknown;
}
