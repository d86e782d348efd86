import { mapExchange } from '@urql/core';
import { cacheExchange, type Data, type UpdateResolver } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';

/** Whatever is shown of `db` is asked for again: lists, pages and numbers, also those within rows. */
const askAgain: UpdateResolver = (_result, _args, cache) => cache.invalidate('Query.db');

export const rowsCache = cacheExchange({
  keys: {
    // Rows whose key is not `id`.
    MembersRow: ({ teamId, userId }) => `${teamId}:${userId}`,
    // No rows: they belong to what they are selected in.
    DbQuery: () => null,
    TodosAggregate: () => null,
    TodosConnection: () => null,
    TodosEdge: () => null,
    PageInfo: () => null,
  },
  resolvers: { DbQuery: { todosConnection: relayPagination() } },
  updates: {
    DbMutation: { insertTodosOne: askAgain, deleteTodosByPk: askAgain },
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
