import DataLoader from 'dataloader';
import type { Context } from '../../../graphql/kit/context.ts';
import type { Call } from '../../../viewer/call.ts';
import type { IntrospectionClient, TableName, TablePageRequest } from '../client/client.ts';

type Batch<Key, Value> = (
  client: IntrospectionClient,
  keys: readonly Key[],
  call: Call,
) => Promise<readonly Value[]>;

/** One statement for everything that an operation asks at the same moment. */
function batched<Key, Value>(batch: Batch<Key, Value>, cacheKeyFn: (key: Key) => unknown = (key) => key) {
  return ({ services, call }: Context) =>
    new DataLoader<Key, Value, unknown>((keys) => batch(services.introspection, keys, call), { cacheKeyFn });
}

/** For `context.loaders.get`. */
export const tablePageLoader = batched(
  (client, requests: readonly TablePageRequest[], call) => client.tablePages(requests, call),
  ({ schema, first, after }) => JSON.stringify([schema, first, after ?? null]),
);
export const tableLoader = batched(
  (client, names: readonly TableName[], call) => client.tablesByName(names, call),
  ({ schema, name }) => JSON.stringify([schema, name]),
);
export const tableCountLoader = batched((client, names: readonly string[], call) =>
  client.tableCounts(names, call),
);
export const tableSizeLoader = batched((client, ids: readonly string[], call) =>
  client.tableSizes(ids, call),
);
export const columnLoader = batched((client, ids: readonly string[], call) => client.columns(ids, call));
export const columnKeysLoader = batched((client, ids: readonly string[], call) =>
  client.columnKeys(ids, call),
);
export const indexLoader = batched((client, ids: readonly string[], call) => client.indexes(ids, call));
export const policyLoader = batched((client, ids: readonly string[], call) => client.policies(ids, call));
export const triggerLoader = batched((client, ids: readonly string[], call) => client.triggers(ids, call));
export const constraintLoader = batched((client, ids: readonly string[], call) =>
  client.constraints(ids, call),
);
export const referenceLoader = batched((client, ids: readonly string[], call) =>
  client.references(ids, call),
);
export const referencedByLoader = batched((client, ids: readonly string[], call) =>
  client.referencedBy(ids, call),
);
export const functionDefinitionLoader = batched((client, ids: readonly string[], call) =>
  client.functionDefinitions(ids, call),
);
