import type { ChangeEvent } from '../checks/input.ts';

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

/** A message of a room, or RESYNC: some may have been missed. */
export interface Broadcast {
  readonly type: 'MESSAGE' | 'RESYNC';
  readonly channel: string;
  readonly event: string;
  readonly payload: unknown;
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
