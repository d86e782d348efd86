import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import { addBroadcastSchema } from './broadcast.ts';
import { addChangesSchema } from './changes.ts';
import { addPresenceSchema } from './presence.ts';

/** `postgresChanges`, `broadcasts`, `presence` and `sendBroadcast`. */
export function addRealtimeSchema(builder: SchemaBuilder): void {
  addChangesSchema(builder);
  addBroadcastSchema(builder);
  addPresenceSchema(builder);
}
