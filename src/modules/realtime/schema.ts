import type { SchemaBuilder } from '../../graphql/builder.ts';
import { addBroadcastSchema } from './broadcast-schema.ts';
import { addChangesSchema } from './changes-schema.ts';
import { addPresenceSchema } from './presence-schema.ts';

/** `postgresChanges`, `broadcasts`, `presence` and `sendBroadcast`. */
export function addRealtimeSchema(builder: SchemaBuilder): void {
  addChangesSchema(builder);
  addBroadcastSchema(builder);
  addPresenceSchema(builder);
}
