import { createHash } from 'node:crypto';
import type { ChangeEvent, ChangesSpec } from '../checks/input.ts';
import type { ChannelSpec } from '../socket/channel.ts';
import type { ServerFrame } from '../socket/frames.ts';
import { encodeRow } from './encode-row.ts';
import type { FeedDefinition } from './feed.ts';
import type { PostgresChange } from './types.ts';
import { type ChangeWire, changeWire } from './wire.ts';

/** Which rows, with every choice made. */
type Spec = Pick<ChangesSpec, 'schema' | 'table' | 'event' | 'filter'>;

/** What two subscribers must have in common to share a channel of row changes. */
export function changesKey(identity: string, spec: Spec): string {
  return JSON.stringify([identity, spec.schema, spec.table, spec.event, spec.filter]);
}

/** What is joined for row changes. `key`: whose they are, and which. */
export function changesChannel(key: string, spec: Spec): ChannelSpec {
  return {
    // The name means nothing to Realtime, so it says nothing about the caller.
    topic: `realtime:b:${createHash('sha256').update(key).digest('hex').slice(0, 32)}`,
    confirmed: true,
    config: {
      private: false,
      broadcast: { self: false, ack: false },
      presence: { key: '', enabled: false },
      // Absent keys stay absent: Realtime refuses null.
      postgres_changes: [
        {
          event: spec.event ?? '*',
          schema: spec.schema,
          ...(spec.table === undefined ? {} : { table: spec.table }),
          ...(spec.filter === undefined ? {} : { filter: spec.filter }),
        },
      ],
    },
  };
}

/** The channel for one caller's row changes. `withheld` events are dropped before anybody sees them. */
export function changesFeed(
  key: string,
  spec: Spec,
  withheld: ReadonlySet<ChangeEvent>,
): FeedDefinition<PostgresChange> {
  return {
    spec: changesChannel(key, spec),
    read(frame) {
      if (frame.event !== 'postgres_changes') return undefined;
      const wire = changeWire.safeParse(frame.payload['data']);
      // Whatever it was, it was for us.
      if (!wire.success || frame.isCut) return { item: resync(spec), bytes: 0 };
      if (!isWanted(wire.data, spec) || withheld.has(wire.data.type)) return undefined;
      return { item: toChange(wire.data, frame), bytes: frame.bytes };
    },
    missed: () => resync(spec),
    greeting: () => undefined,
  };
}

/** Tells that changes may have been missed. */
export function resync(spec: Spec): PostgresChange {
  return {
    type: 'RESYNC',
    schema: spec.schema,
    table: spec.table ?? null,
    commitTimestamp: null,
    columns: [],
    record: null,
    oldRecord: null,
    errors: [],
  };
}

/** Realtime matches names with LIKE, where `_` and `%` are wildcards, so other tables' rows may arrive. */
function isWanted(change: ChangeWire, spec: Spec): boolean {
  if (change.schema !== spec.schema) return false;
  if (spec.table !== undefined && change.table !== spec.table) return false;
  return spec.event === undefined || change.type === spec.event;
}

function toChange(wire: ChangeWire, frame: ServerFrame): PostgresChange {
  const columns = wire.columns ?? [];
  const hasNumeric = columns.some(({ type }) => type === 'numeric' || type === '_numeric');
  const exact = hasNumeric ? changeWire.safeParse(frame.exactPayload?.()['data']).data : undefined;
  return {
    type: wire.type,
    schema: wire.schema,
    table: wire.table,
    commitTimestamp: wire.commit_timestamp ?? null,
    columns,
    record: encodeRow(wire.record, columns, exact?.record),
    oldRecord: encodeRow(wire.old_record, columns, exact?.old_record),
    errors: wire.errors ?? [],
  };
}
