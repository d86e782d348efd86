import type { SchemaBuilder } from '../../../graphql/kit/builder.ts';
import { addAccountSchema } from './account.ts';
import { addAdminSchema } from './admin.ts';
import { addFactorSchema } from './factor.ts';
import { addSessionMutations } from './session.ts';
import { addSessionTypes } from './session-types.ts';
import { addUserTypes } from './user.ts';

/** Everything of the auth service: accounts, sessions, second factors and administration. */
export function addAuthSchema(builder: SchemaBuilder): void {
  const types = addUserTypes(builder);
  const sessions = addSessionTypes(builder, types);
  addSessionMutations(builder, sessions);
  addAccountSchema(builder, types, sessions);
  addFactorSchema(builder, types, sessions);
  addAdminSchema(builder, types);
}
