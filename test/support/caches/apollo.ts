import type { TypePolicies } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';

/** For `new InMemoryCache({ typePolicies })`. */
export const typePolicies: TypePolicies = {
  // Without `merge`, a query of `db` throws out what another one has brought.
  DbQuery: { merge: true, fields: { todosConnection: relayStylePagination(['where', 'orderBy']) } },
  // Lists in rows are replaced as a whole.
  TeamsRow: { fields: { todos: { merge: false } } },
  // Rows whose key is not `id`.
  MembersRow: { keyFields: ['teamId', 'userId'] },
};
