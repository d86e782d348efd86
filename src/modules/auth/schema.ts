import type { SchemaBuilder } from '../../graphql/builder.ts';
import { addAccountSchema } from './account-schema.ts';
import { addAdminSchema } from './admin-schema.ts';
import { addFactorSchema } from './factor-schema.ts';
import { addSessionMutations, addSessionTypes } from './session-schema.ts';
import { addUserTypes } from './user-schema.ts';

/** Everything of the auth service: accounts, sessions, second factors and administration. */
export function addAuthSchema(builder: SchemaBuilder): void {
  const types = addUserTypes(builder);
  const sessions = addSessionTypes(builder, types);
  addSessionMutations(builder, sessions);
  addAccountSchema(builder, types, sessions);
  addFactorSchema(builder, types, sessions);
  addAdminSchema(builder, types);
}
