import {
  type GraphQLFieldConfig,
  type GraphQLFieldExtensions,
  GraphQLObjectType,
  GraphQLSchema,
} from 'graphql';
import type { Grants } from '../../../upstream/postgres/rows/model/grants.ts';
import type { RowsModel } from '../../../upstream/postgres/rows/model/model.ts';
import { dbMutation } from './db-mutation.ts';
import { dbQuery, dbSubscription } from './db-query.ts';
import { createRowsTypes, type Remark } from './rows-types.ts';
import { makeTypesInTurns } from './types-in-turns.ts';

/** How the fields `db` are answered. */
export interface DbResolvers {
  readonly query: NonNullable<GraphQLFieldConfig<unknown, unknown>['resolve']>;
  readonly mutation: NonNullable<GraphQLFieldConfig<unknown, unknown>['resolve']>;
  readonly subscription: Required<Pick<GraphQLFieldConfig<unknown, unknown>, 'subscribe' | 'resolve'>>;
}

/** Anybody may ask: grants and policies of the caller's role decide what there is. */
const access = { auth: { requires: 'ANON' } } as const;

/**
 * `base` with a field `db` at each root that has something for these grants. The types are made with graphql-js and
 * joined: for 200 tables Pothos takes seven times as long.
 */
export function schemaWithRows(
  base: GraphQLSchema,
  model: RowsModel,
  grants: Grants,
  resolvers: DbResolvers,
  remark: Remark,
): GraphQLSchema {
  return joined(base, model, rootsWithRows(base, model, grants, resolvers, remark));
}

/** The same, without keeping others waiting where there are many tables. */
export async function schemaWithRowsInTurns(
  ...given: Parameters<typeof schemaWithRows>
): Promise<GraphQLSchema> {
  const [base, model] = given;
  const roots = rootsWithRows(...given);
  await makeTypesInTurns(Object.values(roots).filter((root) => root != null));
  return joined(base, model, roots);
}

type Roots = Readonly<Record<'query' | 'mutation' | 'subscription', GraphQLObjectType | null | undefined>>;

function rootsWithRows(
  base: GraphQLSchema,
  model: RowsModel,
  grants: Grants,
  resolvers: DbResolvers,
  remark: Remark,
): Roots {
  const types = createRowsTypes(base, grants, remark);
  const config = base.toConfig();
  const query = withDb(config.query, dbQuery(types, model), {
    description: 'Your tables and functions. One that fails makes all of `db` null. Access: ANON.',
    resolve: resolvers.query,
  });
  const mutation = withDb(
    config.mutation,
    dbMutation(types, model),
    {
      description:
        'Writes to your tables, and functions: one transaction in the order written. One that fails undoes all of `db`, which is null then. Access: ANON.',
      resolve: resolvers.mutation,
    },
    { keepsIdempotencyKey: true },
  );
  const subscription = withDb(
    config.subscription,
    dbSubscription(types, model),
    {
      description:
        'Your tables and functions as they change: the present answer at once, then the whole answer whenever it is another one. `extensions.live` says how changes are noticed: `triggers` of the tables tell of them, or `realtime`, or `poll`: they are looked for. What nothing tells of is looked for every 30 seconds. Access: ANON.',
      ...resolvers.subscription,
    },
    { sharing: 'latest' },
  );
  return { query, mutation, subscription };
}

function joined(base: GraphQLSchema, model: RowsModel, roots: Roots): GraphQLSchema {
  const config = base.toConfig();
  const replaced = new Set<unknown>([config.query, config.mutation, config.subscription]);
  return new GraphQLSchema({
    ...config,
    ...roots,
    extensions: { ...config.extensions, rows: model },
    types: config.types.filter((type) => !replaced.has(type)),
    // What is made of a model is valid by the way it is made, which tests show; to look took as long as to make it.
    assumeValid: true,
  });
}

type DbField = Pick<GraphQLFieldConfig<unknown, unknown>, 'description' | 'resolve' | 'subscribe'>;

function withDb(
  root: GraphQLObjectType | null | undefined,
  type: GraphQLObjectType | undefined,
  field: DbField,
  operations: GraphQLFieldExtensions<unknown, unknown>['operations'] = {},
): GraphQLObjectType | null | undefined {
  if (!root || type === undefined) return root;
  const config = root.toConfig();
  return new GraphQLObjectType({
    ...config,
    fields: {
      ...config.fields,
      db: {
        ...field,
        type,
        extensions: { directives: access, operations: { answersText: true, ...operations } },
      },
    },
  });
}
