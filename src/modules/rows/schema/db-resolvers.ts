import {
  GraphQLError,
  type GraphQLResolveInfo,
  getNamedType,
  isObjectType,
  responsePathAsArray,
} from 'graphql';
import { assertContext } from '../../../graphql/kit/context.ts';
import { JsonText } from '../../../graphql/kit/json-text.ts';
import type { Answerer, RowsClient } from '../client/client.ts';
import { type DbField, dbFields } from '../translate/db-fields.ts';
import { writeQueryOf } from '../translate/db-mutation.ts';
import { readQueryOf } from '../translate/db-query.ts';
import type { KnownField, Operation } from '../translate/operation.ts';
import type { DbResolvers } from './schema-with-rows.ts';

type Resolver = DbResolvers['query'];

/** The fields `db`, each of them one call of the client. `maxRows`: of one list. */
export function createDbResolvers(maxRows: number): DbResolvers {
  return {
    query: resolver(maxRows, readQueryOf, ({ read }) => read),
    mutation: resolver(maxRows, writeQueryOf, ({ write }) => write),
  };
}

/** Has all that is asked for under `db` answered at once. */
function resolver<Query>(
  maxRows: number,
  read: (operation: Operation, selected: KnownField) => Query,
  answererOf: (client: RowsClient) => Answerer<Query>,
): Resolver {
  return async (_root, _args, context, info) => {
    assertContext(context);
    const failed = (key: string | undefined, error: unknown) => fieldError(info, key, error);
    const fields = dbFields({ info, maxRows }, dbType(info), info.fieldNodes, read, failed);
    const asked = fields.flatMap((field) => ('query' in field ? [field] : []));
    const answer = await answererOf(context.services.rows)(
      asked.map(({ query }) => query),
      context.call,
      (index, error) => failed(index === undefined ? undefined : asked[index]?.key, error),
    );
    const truncated = answer.truncated.map(({ index, path }) => [
      ...responsePathAsArray(info.path),
      asked[index]?.key,
      ...path,
    ]);
    return new JsonText(stitched(fields, answer.texts), truncated.length === 0 ? undefined : { truncated });
  };
}

function dbType({ returnType }: GraphQLResolveInfo) {
  const type = getNamedType(returnType);
  if (isObjectType(type)) return type;
  throw new Error('The type of db is no object.');
}

/** The texts of the fields that were asked for, under their keys, in the order of the selection. */
function stitched(fields: readonly DbField<unknown>[], texts: readonly string[]): string {
  const rest = texts.values();
  const entries = fields.map((field) => {
    const text = 'typename' in field ? JSON.stringify(field.typename) : rest.next().value;
    return `"${field.key}":${text}`;
  });
  return `{${entries.join(',')}}`;
}

/** An error of one field under `db`: its path goes down to it, though all of `db` is null. */
function fieldError(
  { path, fieldNodes }: GraphQLResolveInfo,
  key: string | undefined,
  error: unknown,
): GraphQLError {
  const cause = error instanceof Error ? error : new Error(String(error));
  const at = responsePathAsArray(path);
  return new GraphQLError(cause.message, {
    nodes: fieldNodes,
    path: key === undefined ? at : [...at, key],
    originalError: cause,
  });
}
