import { buildSchema, GraphQLSchema, printSchema, validateSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/gateway/schema.ts';
import { schemaWithRows } from '../../src/modules/rows/schema/schema-with-rows.ts';
import { type ModelDatabase, startModelDatabase } from '../support/rows-model.ts';

let database: ModelDatabase;
beforeAll(async () => {
  database = await startModelDatabase();
});
afterAll(async () => await database?.[Symbol.asyncDispose]());

/** The schema of somebody who may do everything; its types are looked at, which the gateway leaves out. */
async function schemaOf(text: string): Promise<GraphQLSchema> {
  const model = await database.modelOf(text);
  const grants = await database.grants(model, 'supabase_admin');
  const resolvers = {
    query: () => null,
    mutation: () => null,
    subscription: { subscribe: () => null, resolve: () => null },
  };
  const schema = schemaWithRows(createSchema(), model, grants, resolvers, () => undefined);
  return new GraphQLSchema({ ...schema.toConfig(), assumeValid: false });
}

describe('a schema is valid, whatever is called how', () => {
  it.each([
    [
      'names that GraphQL cannot carry',
      `
      create table "1 a" ("2" int primary key, "" int);
      create table "ä" ("true" int primary key, __typename text, "a b" int unique, "ü" int references "1 a");
      create table "and" ("and" int primary key, "or" text, "not" text, "null" int references "and");
      create type "x y" as enum ('true', 'a b', 'a-b', '__a', '😀');
      create type "1" as ("2" int, "a b" "x y", "a-b" int);
      create table "?" ("!" "x y", "!!" "1", "a" "x y"[]);
      create function "f x"("a b" int, "1" text default '') returns setof "1 a" language sql stable as 'select null::"1 a"';`.replace(
        '"" int',
        '" " int',
      ),
    ],
    [
      'tables called as BunBun and its types are',
      `
      create table "user" (id int primary key, user_id int references "user"); create table query (id int primary key);
      create table mutation (id int primary key); create table db (id int primary key); create table date (id date primary key);
      create table text (id text primary key); create table "int" (id int primary key); create table big_int (id bigint primary key);
      create table viewer (id uuid primary key); create table page_info (id int primary key); create table json (id jsonb);
      create table json_path (id jsonb); create table "bucket" (id int primary key); create table int_list (ids int[]);
      create table other (id inet primary key); create table text_range (id int4range, other int4multirange);`,
    ],
    [
      'tables called as what is made of others',
      `
      create table todo (id int primary key, parent int references todo, kind text);
      ${['list', 'row', 'where', 'order_by', 'order', 'column', 'columns', 'connection', 'edge', 'aggregate', 'group', 'groups', 'group_key', 'numbers', 'sums', 'averages', 'extremes', 'having', 'insert', 'update', 'mutation', 'constraint', 'on_conflict', 'one', 'many', 'by_pk', 'where_many', 'enum', 'composite', 'composite_input', 'result', 'set', 'inc', 'patch', 'changes', 'input', 'object'].map((end) => `create table todo_${end} (id int primary key, todo_id int references todo, price numeric, kind text unique)`).join(';')};
      create type todo as enum ('a'); create table kinds (kind todo, kinds todo[]);`
        .replace('create type todo as', 'create type todo_kind as')
        .replace('(kind todo, kinds todo[])', '(kind todo_kind, kinds todo_kind[])'),
    ],
    [
      'types called as tables are',
      `
      create type mood as enum ('a'); create domain mood_domain as mood; create table mood_enum (a mood, b mood_domain, c mood[]);
      create type "Mood" as enum ('b'); create type mood_where as (a int);
      create table moods (a "Mood", b mood_where, c mood_where[]);
      create type level as enum ('x'); comment on type level is '@graphql({"name": "LevelsRow"})';
      create type other as enum ('x'); comment on type other is '@graphql({"name": "OrderDirection"})';
      create type pair as (a int, day date); comment on type pair is '@graphql({"name": "Date"})';
      create table levels (level level primary key, other other, pair pair);
      create function moods_row() returns table (a mood, b "Mood") language sql stable as 'select null::mood, null::"Mood"';`,
    ],
    [
      'relations called as columns and functions are',
      `
      create table users (id int primary key, "postsByUserId" int, posts int, "postsAggregate" int);
      create table posts (id int primary key, user_id int unique references users, "user" text, "userRow" text);
      create table likes (user_id int references users, post_id int references posts, primary key (user_id, post_id));
      create function likes(users) returns setof likes language sql stable as 'select null::likes';
      create function users(posts) returns users language sql stable as 'select null::users';
      create function users() returns users language sql stable as 'select null::users';`,
    ],
  ])('%s', async (_what, text) => {
    const schema = await schemaOf(text);
    expect(validateSchema(schema)).toEqual([]);
    expect(validateSchema(buildSchema(printSchema(schema)))).toEqual([]);
  });
});
