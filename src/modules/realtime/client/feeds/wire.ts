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
