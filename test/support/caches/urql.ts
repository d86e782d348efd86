import { mapExchange } from '@urql/core';
import { cacheExchange, type Data, type UpdateResolver } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';

/** Inserts and deletes change lists, pages and numbers: what is shown of `db` is asked for again. */
const askAgain: UpdateResolver<{ db: object | null }> = ({ db }, _args, cache) => {
  if (Object.keys(db ?? {}).some((field) => /^(insert|delete)/.test(field))) cache.invalidate('Query.db');
};

export const rowsCache = cacheExchange({
  keys: {
    // Rows whose key is not `id`.
    MembersRow: ({ teamId, userId }) => `${teamId}:${userId}`,
    // Without a key, the answer of what `updates` names is lost.
    DbSubscription: () => 'db',
    // No rows: they belong to what they are selected in.
    DbQuery: () => null,
    TodosAggregate: () => null,
    TodosConnection: () => null,
    TodosEdge: () => null,
    PageInfo: () => null,
  },
  resolvers: { DbQuery: { todosConnection: relayPagination() } },
  updates: {
    Mutation: { db: askAgain },
    // A live list is the list of the query with the same arguments.
    DbSubscription: {
      todos: ({ todos }: { todos: Data[] }, args, cache) => cache.link('Query.db', 'todos', args, todos),
    },
  },
});

/** Behind the cache: a `db` that failed is null, which would empty all other queries of `db`. */
export const failedDb = mapExchange({
  onResult: (result) => (result.error && result.data?.db === null ? { ...result, data: undefined } : result),
});
