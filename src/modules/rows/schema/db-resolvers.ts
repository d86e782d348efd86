import {
  GraphQLError,
  type GraphQLResolveInfo,
  getNamedType,
  isObjectType,
  responsePathAsArray,
} from 'graphql';
import { assertContext } from '../../../graphql/kit/context.ts';
import { JsonText } from '../../../graphql/kit/json-text.ts';
import type { EventQueue } from '../../../lib/fan-out/event-queue.ts';
import type { Answerer, RowsClient } from '../client/client.ts';
import type { DbAnswer } from '../client/reading.ts';
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
    subscription: {
      async subscribe(_root, _args, context, info) {
        assertContext(context);
        const { queries, failed, toText } = readSelection(info, maxRows, readQueryOf);
        const answers = context.services.rows.follow(queries, context.call, failed);
        return mapped(answers, (answer) => toText(answer, { live: answer.mode }));
      },
      resolve: (text) => text,
    },
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
    const { queries, failed, toText } = readSelection(info, maxRows, read);
    const { rows: model } = info.schema.extensions;
    if (model === undefined) throw new Error('The schema does not say what its db was made of.');
    return toText(await answererOf(context.services.rows)(queries, model, context.call, failed));
  };
}

/** What is selected under `db`, and what becomes of its answer and of its errors. */
function readSelection<Query>(
  info: GraphQLResolveInfo,
  maxRows: number,
  read: (operation: Operation, selected: KnownField) => Query,
) {
  const fields = dbFields({ info, maxRows }, dbType(info), info.fieldNodes, read, (key, error) =>
    fieldError(info, key, error),
  );
  const asked = fields.flatMap((field) => ('query' in field ? [field] : []));
  return {
    queries: asked.map(({ query }) => query),
    failed: (index: number | undefined, error: unknown) =>
      fieldError(info, index === undefined ? undefined : asked[index]?.key, error),
    toText({ texts, truncated }: DbAnswer, said: Readonly<Record<string, unknown>> = {}): JsonText {
      const paths = truncated.map(({ index, path }) => [
        ...responsePathAsArray(info.path),
        asked[index]?.key,
        ...path,
      ]);
      const extensions = paths.length === 0 ? said : { ...said, truncated: paths };
      return new JsonText(
        stitched(fields, texts),
        Object.keys(extensions).length === 0 ? undefined : extensions,
      );
    },
  };
}

/** No generator: `return` reaches the source at once, also while a `next` is waiting for an answer that may never come. */
function mapped<T, U>(source: EventQueue<T>, map: (item: T) => U): AsyncIterableIterator<U, undefined> {
  return {
    async next() {
      const next = await source.next();
      return next.done === true ? next : { value: map(next.value), done: false };
    },
    async return() {
      await source.return();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
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
