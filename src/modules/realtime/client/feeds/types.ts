import { z } from 'zod';
import { isRecord } from '../../../../lib/is-record.ts';

const anyRecord = z.custom<Record<string, unknown>>((value) => typeof value === 'object' && value !== null);

/** `data` of a row change as Realtime sends it. */
export const changeWire = z.object({
  type: z.enum(['INSERT', 'UPDATE', 'DELETE']),
  schema: z.string(),
  table: z.string(),
  commit_timestamp: z.string().nullish(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })).nullish(),
  // Taken as they are: a copy by zod would lose a column named __proto__.
  record: anyRecord.nullish(),
  old_record: anyRecord.nullish(),
  errors: z.array(z.string()).nullish(),
});
export type ChangeWire = z.infer<typeof changeWire>;

/** The payload of a broadcast. */
export const broadcastWire = z.object({ event: z.string(), payload: z.unknown() });

export type PresenceState = Readonly<Record<string, { readonly metas: readonly Record<string, unknown>[] }>>;
// Taken as it is, too: a key is its client's to choose, and may be __proto__.
const metas = z.custom<PresenceState>(
  (value) =>
    isRecord(value) &&
    Object.values(value).every(
      (entry) => isRecord(entry) && Array.isArray(entry['metas']) && entry['metas'].every(isRecord),
    ),
);
/** The payload of `presence_state`: metas by key. */
export const presenceStateWire = metas;
/** The payload of `presence_diff`. */
export const presenceDiffWire = z.object({ joins: metas.default({}), leaves: metas.default({}) });

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
