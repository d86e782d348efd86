import type { Sql } from 'postgres';
import type { Transaction } from './changes/change-stream.ts';
import type { Rooms } from './rooms.ts';
import type { ReplayedMessage } from './server-context.ts';

/** Broadcasts what `realtime.send` and its like inserted into realtime.messages. */
export function deliverStored(transaction: Transaction, rooms: Rooms): void {
  for (const { row, relation } of transaction.rows) {
    if (row.type !== 'INSERT' || relation.schema !== 'realtime' || relation.name !== 'messages') continue;
    const value = (name: string): string | undefined =>
      row.row?.[relation.columns.indexOf(name)] ?? undefined;
    const topic = value('topic');
    const event = value('event');
    if (topic === undefined || event === undefined || value('extension') !== 'broadcast') continue;
    const payload = value('payload');
    const binary = value('binary_payload');
    if (payload === undefined && binary === undefined) continue;
    rooms.find(topic, value('private') === 't')?.broadcast({
      user: {
        event,
        json: payload !== undefined,
        data:
          payload === undefined
            ? Buffer.from((binary ?? '').replace(/^\\x/, ''), 'hex')
            : Buffer.from(payload),
        meta: JSON.stringify({ id: value('id') }),
      },
    });
  }
}

/** The newest messages that the database sent to a private room since a time in ms, oldest first. */
export async function recentMessages(
  sql: Sql,
  room: string,
  since: number,
  limit: number,
): Promise<ReplayedMessage[]> {
  const rows = await sql<ReplayedMessage[]>`
    select id::text, event, payload::text from realtime.messages
    where topic = ${room} and private and extension = 'broadcast' and payload is not null
      and inserted_at >= to_timestamp(${since / 1000}::float8) at time zone 'UTC'
    order by inserted_at desc limit ${limit}`;
  return rows.reverse();
}
