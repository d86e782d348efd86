import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ValueType } from '../../src/upstream/postgres/rows/model/model.ts';
import {
  columnOf,
  type ModelDatabase,
  relationsOf,
  startModelDatabase,
  tableOf,
} from '../support/rows-model.ts';

let database: ModelDatabase;
beforeAll(async () => {
  database = await startModelDatabase();
});
afterAll(async () => await database?.[Symbol.asyncDispose]());

const apiNames = (items: readonly { readonly name: string; readonly apiName: string }[]) =>
  Object.fromEntries(items.map(({ name, apiName }) => [name, apiName]));

/** `Int pg_catalog.int4`, with what lies beneath of a domain and within of others. */
function printType(type: ValueType): string {
  const sql = type.sql.replace(/model_\d+/, 'model');
  switch (type.kind) {
    case 'scalar':
      return `${type.scalar} ${sql}${type.base === type.sql ? '' : ` over ${type.base}`}`;
    case 'enum':
      return `${type.apiName} ${sql}`;
    case 'array':
    case 'range':
      return `${type.kind} ${sql} of ${printType(type.item)}`;
    case 'composite':
      return `${type.apiName} ${sql} { ${type.attributes.map((a) => `${a.apiName} ${printType(a.type)}`).join(', ')} }`;
  }
}

describe('names', () => {
  it('are in camel case, of the own words of the database', async () => {
    const { tables, remarks } = await database.modelOf(`
      create table user_profiles (id int primary key, created_at date, "updatedAt" date, "SHOUTED_NAME" text,
        "FullName" text, _private text, "address_2" text, trailing_ text);
      create table "Order Items" (id int);`);
    expect(tables.map(({ apiName, typeName }) => [apiName, typeName])).toEqual([
      ['orderItems', 'OrderItems'],
      ['userProfiles', 'UserProfiles'],
    ]);
    expect(apiNames(tables[1]?.columns ?? [])).toEqual({
      id: 'id',
      created_at: 'createdAt',
      updatedAt: 'updatedAt',
      SHOUTED_NAME: 'shoutedName',
      FullName: 'fullName',
      _private: '_private',
      address_2: 'address2',
      trailing_: 'trailing',
    });
    expect(remarks).toEqual(['model_1.Order Items is called orderItems: GraphQL cannot carry its own name']);
  });

  it('that GraphQL cannot carry are others, and this is said', async () => {
    const { tables, remarks } = await database.modelOf(
      'create table "1abc" ("2nd" text, __typename text, "größe" text, "用户" text, "a-b.c" text, "true" text, "not" text)',
    );
    expect(tables[0]?.apiName).toBe('_1abc');
    expect(apiNames(tables[0]?.columns ?? [])).toEqual({
      '2nd': '_2nd',
      __typename: '_typename',
      größe: 'gru00f6u00dfe',
      用户: 'u7528u6237',
      'a-b.c': 'aBC',
      true: '_true',
      not: '_not',
    });
    expect(remarks).toHaveLength(8);
    expect(remarks).toContain('model_2.1abc: true is called _true: GraphQL cannot carry its own name');
  });

  it('of other schemas than the first have the schema in front, types too', async () => {
    await database.run(`
      drop schema if exists analytics cascade; create schema analytics;
      create type analytics.mood as enum ('ok');
      create table analytics.events (id int primary key, mood analytics.mood)`);
    const { tables } = await database.modelOf('create table events (id int primary key)', 'analytics');
    expect(tables.map(({ apiName, typeName }) => [apiName, typeName])).toEqual([
      ['events', 'Events'],
      ['analyticsEvents', 'AnalyticsEvents'],
    ]);
    expect(tables[1]?.columns[1]?.type).toMatchObject({ kind: 'enum', apiName: 'AnalyticsMoodEnum' });
  });

  it('come from comments, which also hide things, and say the rest', async () => {
    const model = await database.modelOf(`
      create table t_users (id int primary key, mail text, secret text);
      comment on table t_users is e'@graphql({"name": "people"}) Everybody.';
      comment on column t_users.mail is 'How to write. @graphql({"name": "address"})';
      comment on column t_users.secret is '@graphql({"hide": true})';
      create table internals (id int);
      comment on table internals is '@graphql({"hide": true})';`);
    expect(model.tables).toMatchObject([
      { apiName: 'people', typeName: 'People', description: 'Everybody.' },
    ]);
    expect(tableOf(model, 't_users').columns).toMatchObject([
      { apiName: 'id', description: undefined },
      { apiName: 'address', description: 'How to write.' },
    ]);
    expect(model.remarks).toEqual([]);
  });

  it('in comments that cannot be read are left alone, and this is said', async () => {
    const { tables, remarks } = await database.modelOf(`
      create table a (id int); comment on table a is '@graphql({"name": "two words"}) A.';
      create table b (id int); comment on table b is '@graphql({"name": "x") B.';
      create table c (id int); comment on table c is '@graphql({name: 1})';`);
    expect(tables.map(({ apiName }) => apiName)).toEqual(['a', 'b', 'c']);
    expect(tables[0]?.description).toBe('@graphql({"name": "two words"}) A.');
    expect(remarks).toMatchInlineSnapshot(`
      [
        "model_5.a: the @graphql(…) of its comment is wrong at "name": is no name that GraphQL can carry",
        "model_5.b: the @graphql(…) of its comment has no end",
        "model_5.c: the @graphql(…) of its comment is no JSON",
      ]
    `);
  });

  it.each(['a', '{', '"', '\\\\', '@graphql(', '@graphql({"', ' ', '@graphql({' + '[' + '('])(
    'are found in a comment of a million times %j as fast as in others',
    async (piece) => {
      const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
      const { tables } = await database.modelOf(`create table t (id int); comment on table t is '${text}'`);
      expect(tables.map(({ apiName }) => apiName)).toEqual(['t']);
      expect((tables[0]?.description ?? '').length).toBeLessThan(5_000);
    },
  );

  it('that two columns meet in stop these two alone', async () => {
    const { tables, remarks } = await database.modelOf(
      'create table t (id int primary key, a_b int, "aB" int, c int)',
    );
    expect(tables[0]?.columns.map(({ name }) => name)).toEqual(['id', 'c']);
    expect(remarks).toEqual([
      expect.stringMatching(/^model_\d+\.t: a_b and aB would be called aB, and are not shown/),
    ]);
  });

  it('that two tables meet in stop these two, and the relations to them', async () => {
    const model = await database.modelOf(`
      create table user_list (id int primary key); create table "userList" (id int primary key);
      create table t (id int primary key references user_list)`);
    expect(model.tables.map(({ name }) => name)).toEqual(['t']);
    expect(relationsOf(model, 't')).toEqual([]);
    expect(model.remarks).toEqual([
      expect.stringMatching(/^model_\d+\.userList and model_\d+\.user_list would be called userList/),
    ]);
  });

  it('that fields under db would share are said', async () => {
    const { tables, remarks } = await database.modelOf(`
      create table todos (id int primary key, done boolean unique);
      create table todos_connection (id int primary key); create table todos_one (id int primary key);
      create table todos_by_done (id int primary key);`);
    expect(tables).toHaveLength(4);
    expect(remarks.map((remark) => remark.replaceAll(/model_\d+\./g, ''))).toEqual([
      'todos and todos_connection would both have the field todosConnection: a comment can give them other names',
      'todos and todos_by_done would both have the field todosByDone: a comment can give them other names',
      'todos and todos_one would both have the field insertTodosOne: a comment can give them other names',
    ]);
  });

  it('of schemas that are not there are said', async () => {
    const { tables, remarks } = await database.read('nowhere', 'public', 'public');
    expect(tables).toEqual([]);
    expect(remarks).toEqual(['there is no schema nowhere']);
  });

  it('of types are others where those that all tables share begin with them', async () => {
    const { tables, remarks } = await database.modelOf(
      'create table date (id int); create table text_list (id int); create table dates (id int)',
    );
    expect(tables.map(({ apiName, typeName }) => [apiName, typeName])).toEqual([
      ['date', 'DbDate'],
      ['dates', 'Dates'],
      ['textList', 'DbTextList'],
    ]);
    expect(remarks).toHaveLength(2);
  });

  it('of enum values are kept, or made legal and told apart', async () => {
    const { tables, remarks } = await database.modelOf(`
      create type mood as enum ('happy', 'in progress', 'in-progress', 'in_progress', '1st', 'true', '', 'é');
      create type level as enum ('low-ish', 'high');
      comment on type level is '@graphql({"name": "Level", "mappings": {"low-ish": "LOW"}})';
      create table t (mood mood, level level)`);
    const [mood, level] = tables[0]?.columns.map(({ type }) => type) ?? [];
    expect(mood).toMatchObject({
      apiName: 'MoodEnum',
      values: ['happy', 'in_progress_2', 'in_progress_3', 'in_progress', '_1st', '_true', '_', '_2'].map(
        (apiName) => ({ apiName }),
      ),
    });
    expect(level).toMatchObject({ apiName: 'Level', values: [{ apiName: 'LOW' }, { apiName: 'high' }] });
    expect(remarks).toHaveLength(6);
  });
});

describe('types', () => {
  it('are what callers get of them', async () => {
    const model = await database.modelOf(`
      create domain positive as int check (value > 0);
      create domain small_positive as positive check (value < 10);
      create type mood as enum ('ok');
      create domain mood_domain as mood;
      create domain tags as text[];
      create type address as (street text, zip_code int, moods mood[]);
      create table t (
        a boolean, b smallint, c int, d bigint, e real, f float8, g numeric(10, 2), h money, i text, j varchar(5), k char(3),
        l name, m "char", n uuid, o timestamptz, p timestamp, q date, r time, s interval, t json, u jsonb, v bytea,
        w inet, x point, y tsvector, z bit(3), aa int[], ab small_positive, ac mood_domain, ad tags, ae address,
        af address[], ag int4range, ah tstzmultirange, ai int[][], aj timetz, ak xml, al oid, am int2vector, an mood[])`);
    const { schema, columns } = tableOf(model, 't');
    const others = columns.map(
      ({ name, type }) =>
        `pg_typeof(null::${type.sql}) <> (select atttypid from pg_attribute where attrelid = '${schema}.t'::regclass and attname = '${name}')`,
    );
    await database.run(`do $$ begin if ${others.join(' or ')} then raise 'another type'; end if; end $$`);
    const printed = columns.map(({ name, type }) => `${name} ${printType(type)}`);
    expect(printed).toMatchInlineSnapshot(`
      [
        "a Boolean pg_catalog.bool",
        "b Int pg_catalog.int2",
        "c Int pg_catalog.int4",
        "d BigInt pg_catalog.int8",
        "e Float pg_catalog.float4",
        "f Float pg_catalog.float8",
        "g Decimal pg_catalog.numeric",
        "h Money pg_catalog.money",
        "i String pg_catalog.text",
        "j String pg_catalog.varchar",
        "k String pg_catalog.bpchar",
        "l String pg_catalog.name",
        "m String pg_catalog.char",
        "n UUID pg_catalog.uuid",
        "o DateTime pg_catalog.timestamptz",
        "p LocalDateTime pg_catalog.timestamp",
        "q Date pg_catalog.date",
        "r Time pg_catalog.time",
        "s Interval pg_catalog.interval",
        "t JSON pg_catalog.json",
        "u JSON pg_catalog.jsonb",
        "v Bytes pg_catalog.bytea",
        "w Text pg_catalog.inet",
        "x Text pg_catalog.point",
        "y Text pg_catalog.tsvector",
        "z Text pg_catalog.bit",
        "aa array pg_catalog.int4[] of Int pg_catalog.int4",
        "ab Int model.small_positive over pg_catalog.int4",
        "ac MoodEnum model.mood_domain",
        "ad array model.tags of String pg_catalog.text",
        "ae AddressComposite model.address { street String pg_catalog.text, zipCode Int pg_catalog.int4, moods array model.mood[] of MoodEnum model.mood }",
        "af array model.address[] of AddressComposite model.address { street String pg_catalog.text, zipCode Int pg_catalog.int4, moods array model.mood[] of MoodEnum model.mood }",
        "ag range pg_catalog.int4range of Int pg_catalog.int4",
        "ah range pg_catalog.tstzmultirange of DateTime pg_catalog.timestamptz",
        "ai array pg_catalog.int4[] of Int pg_catalog.int4",
        "aj Text pg_catalog.timetz",
        "ak Text pg_catalog.xml",
        "al Text pg_catalog.oid",
        "am Text pg_catalog.int2vector",
        "an array model.mood[] of MoodEnum model.mood",
      ]
    `);
  });
});

describe('columns', () => {
  it('say what they hold and what they take', async () => {
    const model = await database.modelOf(`
      create domain needed as int not null;
      create domain preset as int default 3;
      create table t (id bigint generated always as identity primary key, serial_id serial,
        own int generated by default as identity, title text not null, note text, since date default now(),
        doubled int generated always as (length(note) * 2) stored, gone int, needed needed, preset preset);
      alter table t drop column gone;
      comment on column t.note is 'What else.';`);
    const facts = tableOf(model, 't').columns.map(
      ({ name, position, nullable, hasDefault, readOnly, description }) => [
        position,
        name,
        [nullable && 'nullable', hasDefault && 'default', readOnly && 'read only', description]
          .filter(Boolean)
          .join(', '),
      ],
    );
    expect(facts).toEqual([
      [1, 'id', 'default, read only'],
      [2, 'serial_id', 'default'],
      [3, 'own', 'default'],
      [4, 'title', ''],
      [5, 'note', 'nullable, What else.'],
      [6, 'since', 'nullable, default'],
      [7, 'doubled', 'nullable, default, read only'],
      [9, 'needed', ''],
      [10, 'preset', 'nullable, default'],
    ]);
  });
});

describe('tables', () => {
  it('are all that have rows, with what each takes and who reads them', async () => {
    const model = await database.modelOf(`
      create table plain (id int primary key, owner uuid); alter table plain enable row level security;
      create table parted (id int primary key) partition by range (id);
      create table parted_1 partition of parted for values from (0) to (10);
      create view simple as select id, owner, id + 1 as next from plain;
      create view invoker with (security_invoker = on) as select id from plain;
      create view counted as select count(*) as n from plain;
      create view handled as select count(*) as n from plain;
      create function handle() returns trigger language plpgsql as 'begin return new; end';
      create trigger handle instead of insert on handled for each row execute function handle();
      create materialized view stored as select id from plain;
      create unique index on stored (id);
      create temp table passing (id int);`);
    const facts = model.tables.map(({ name, kind, takes, runsAsOwner, rowSecurity }) => [
      name,
      kind,
      Object.entries(takes)
        .flatMap(([verb, may]) => (may ? [verb] : []))
        .join(),
      [runsAsOwner && 'as owner', rowSecurity && 'row security'].filter(Boolean).join(),
    ]);
    expect(facts).toEqual([
      ['counted', 'VIEW', '', 'as owner'],
      ['handled', 'VIEW', 'inserts', 'as owner'],
      ['invoker', 'VIEW', 'inserts,updates,deletes', ''],
      ['parted', 'PARTITIONED_TABLE', 'inserts,updates,deletes', ''],
      ['plain', 'TABLE', 'inserts,updates,deletes', 'row security'],
      ['simple', 'VIEW', 'inserts,updates,deletes', 'as owner'],
      ['stored', 'MATERIALIZED_VIEW', '', 'as owner'],
    ]);
    expect(tableOf(model, 'simple').columns).toMatchObject([
      { name: 'id', nullable: true, readOnly: false },
      { name: 'owner', nullable: true, readOnly: false },
      { name: 'next', nullable: true, readOnly: true },
    ]);
    expect(columnOf(tableOf(model, 'handled'), 'n').readOnly).toBe(false);
    expect(columnOf(tableOf(model, 'stored'), 'id').readOnly).toBe(true);
    expect(tableOf(model, 'stored').keys).toMatchObject([
      { apiName: 'ById', primary: false, isConstraint: false },
    ]);
    expect(model.remarks).toContainEqual(expect.stringMatching(/\.simple shows what its owner sees/));
    expect(model.remarks).toHaveLength(4);
  });

  it('have all keys that name one row, and the names to find it by', async () => {
    const { tables } = await database.modelOf(`
      create table t (id int primary key, org int, slug text unique, handle text, mail text, hidden int unique,
        constraint later unique (handle) deferrable, unique (org, handle), unique (handle, org));
      create unique index by_mail on t (mail);
      create unique index on t (lower(mail)); create unique index on t (org) where mail is null;
      create unique index on t (org) include (slug);
      comment on column t.hidden is '@graphql({"hide": true})';`);
    const facts = tables[0]?.keys.map(({ apiName, name, primary, isConstraint, isImmediate, columns }) => [
      apiName,
      name,
      columns.map((column) => column.name).join(),
      [primary && 'primary', isConstraint && 'constraint', !isImmediate && 'deferred'].filter(Boolean).join(),
    ]);
    expect(facts).toMatchInlineSnapshot(`
      [
        [
          "ByPk",
          "t_pkey",
          "id",
          "primary,constraint",
        ],
        [
          "ByMail",
          "by_mail",
          "mail",
          "",
        ],
        [
          "ByHandle",
          "later",
          "handle",
          "constraint,deferred",
        ],
        [
          "ByHandleAndOrg",
          "t_handle_org_key",
          "handle,org",
          "constraint",
        ],
        [
          undefined,
          "t_org_handle_key",
          "org,handle",
          "constraint",
        ],
        [
          "ByOrg",
          "t_org_slug_idx",
          "org",
          "",
        ],
        [
          "BySlug",
          "t_slug_key",
          "slug",
          "constraint",
        ],
      ]
    `);
  });
});
