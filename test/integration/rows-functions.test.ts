import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RowsFunction, RowsModel } from '../../src/upstream/postgres/rows/model/model.ts';
import { type ModelDatabase, startModelDatabase, tableOf } from '../support/rows-model.ts';

let database: ModelDatabase;
beforeAll(async () => {
  database = await startModelDatabase();
});
afterAll(async () => await database?.[Symbol.asyncDispose]());

/** `addUp(a Int, b Int = …) -> Int`, with a `…` in front of what takes the rest, and `[…]` around what gives many. */
function printFunction({ apiName, parameters, returns, setReturning }: RowsFunction): string {
  const taken = parameters.map(
    ({ apiName: name, type, hasDefault, variadic }) =>
      `${variadic ? '…' : ''}${name} ${type.sql.replace(/^.*\./, '')}${hasDefault ? ' = …' : ''}`,
  );
  const given = printReturned(returns);
  return `${apiName}(${taken.join(', ')}) -> ${setReturning ? `[${given}]` : given}`;
}

function printReturned(returns: RowsFunction['returns']): string {
  switch (returns.kind) {
    case 'void':
      return 'void';
    case 'value':
      return returns.type.kind === 'composite' ? returns.type.apiName : returns.type.sql.replace(/^.*\./, '');
    case 'table':
      return `row of ${returns.table.name}`;
    case 'record':
      return `{ ${returns.attributes.map(({ apiName, type }) => `${apiName} ${type.sql.replace(/^.*\./, '')}`).join(', ')} }`;
  }
}

const printed = ({ functions }: RowsModel) => functions.map(printFunction);

describe('a function', () => {
  it('has the parameters that take a value, and gives what it returns', async () => {
    const model = await database.modelOf(`
      create table todos (id int primary key);
      create type pair as (a int, b int);
      create function add_up(first_one int, int, "Third" int default 3) returns int language sql as 'select 1';
      create function all_todos() returns setof todos language sql stable as 'select * from todos';
      create function a_todo(p_id int) returns todos language sql immutable as 'select 1';
      create function in_out(inout a int, b int, out c text) language sql as 'select 1, null::text';
      create function nothing() returns void language sql as '';
      create function numbers() returns setof int language sql as 'select 1';
      create function one_out(out total int) language sql as 'select 1';
      create function pairs() returns setof pair language sql as 'select 1, 2';
      create function record_table(q text) returns table (item_id int, "rank" real) language sql as 'select 1, 1::real';
      create function single_table() returns table (id int) language sql as 'select 1';
      create function rest(variadic names text[]) returns int language sql as 'select 1';
      create function taking(t pair, l int[]) returns int language sql as 'select 1';
      create function taking_row(n int, t todos) returns int language sql as 'select 1';`);
    expect(printed(model)).toMatchInlineSnapshot(`
      [
        "aTodo(pId int4) -> row of todos",
        "addUp(firstOne int4, arg2 int4, third int4 = …) -> int4",
        "allTodos() -> [row of todos]",
        "inOut(a int4, b int4) -> { a int4, c text }",
        "nothing() -> void",
        "numbers() -> [int4]",
        "oneOut() -> int4",
        "pairs() -> [PairComposite]",
        "recordTable(q text) -> [{ itemId int4, rank float4 }]",
        "rest(…names text[]) -> int4",
        "singleTable() -> [{ id int4 }]",
        "taking(t pair, l int4[]) -> int4",
        "takingRow(n int4, t todos) -> int4",
      ]
    `);
    expect(model.functions.find(({ name }) => name === 'a_todo')).toMatchObject({
      volatility: 'IMMUTABLE',
      typeName: 'ATodo',
      parameters: [{ name: 'p_id', apiName: 'pId' }],
    });
    expect(model.functions.find(({ name }) => name === 'add_up')?.parameters[1]).toMatchObject({
      name: undefined,
    });
    expect(model.remarks).toEqual([]);
  });

  it('over a row is a field of it, whichever table, and takes the rest of its parameters', async () => {
    const model = await database.modelOf(`
      create table users (id int primary key, taken text); create table teams (id int primary key);
      create table notes (id int primary key, user_id int references users);
      create function notes_aggregate(users) returns int language sql stable as 'select 1';
      create function full_name(users, sep text default ' ') returns text language sql stable as 'select sep';
      create function full_name(teams) returns text language sql stable as 'select null::text';
      create function full_name(text) returns text language sql stable as 'select null::text';
      create function taken(users) returns text language sql stable as 'select null::text';
      create function friends(users) returns setof users language sql stable as 'select null::users';`);
    expect(tableOf(model, 'users').computed.map(printFunction)).toEqual([
      'friends() -> [row of users]',
      'fullName(sep text = …) -> text',
    ]);
    expect(tableOf(model, 'teams').computed.map(printFunction)).toEqual(['fullName() -> text']);
    expect(printed(model)).toEqual(['fullName(arg1 text) -> text']);
    expect(model.remarks).toEqual([
      expect.stringMatching(
        /notes_aggregate is not shown: model_\d+\.users has another field notesAggregate/,
      ),
      expect.stringMatching(/taken is not shown: model_\d+\.users has another field taken/),
    ]);
  });

  it('is not shown where nothing could call it', async () => {
    const model = await database.modelOf(`
      create function on_change() returns trigger language plpgsql as 'begin return new; end';
      create function on_ddl() returns event_trigger language plpgsql as 'begin end';
      create function any_kind(anyelement) returns anyelement language sql as 'select $1';
      create function any_list(anyarray) returns int language sql as 'select 1';
      create function raw(cstring) returns int language internal as 'int4in';
      create procedure proceed() language sql as '';
      create aggregate together(int) (sfunc = int4pl, stype = int);
      create function hidden() returns int language sql as 'select 1';
      comment on function hidden() is '@graphql({"hide": true})';
      create function meeting() returns table (a_b int, "aB" int) language sql as 'select 1, 2';

      create extension cube;`);
    expect(printed(model)).toEqual([]);
    expect(model.remarks).toEqual([
      expect.stringMatching(/meeting: "a_b" and "aB" are both called aB, and none of them is shown/),
    ]);
  });

  it('that returns records has the columns that its comment gives, of types that are there', async () => {
    const model = await database.modelOf(`
      create type mood as enum ('ok');
      create domain score as int;
      create function found(q text) returns setof record language sql as 'select 1';
      comment on function found(text) is '@graphql({"columns": {
        "item_id": "int", "body": "TEXT", "at": "timestamp with time zone", "at2": "timestamptz", "d": "double precision",
        "moods": "mood[]", "s": "score", "name": "pg_catalog.name", "c": "char" }}) What was found.';
      create function one_found() returns record language sql as 'select 1';
      comment on function one_found() is '@graphql({"columns": {"id": "bigint"}})';`);
    expect(printed(model)).toEqual([
      'found(q text) -> [{ itemId int4, body text, at timestamptz, at2 timestamptz, d float8, moods mood[], s score, name name, c bpchar }]',
      'oneFound() -> { id int8 }',
    ]);
    expect(model.functions[0]?.description).toBe('What was found.');
    expect(model.remarks).toEqual([]);
  });

  it('that returns records is not shown where its comment is of no use, and the log says why', async () => {
    const faults = {
      '{"name": "some"}': 'it returns records, and nothing says of which columns: a comment can, @graphql',
      '{"columns": {}}': 'it returns records, and nothing says of which columns: a comment can, @graphql',
      '{"columns": {"a": "int", "b": "integre", "c": "select 1"}}':
        'its comment has columns of types that are not there: integre and select 1',
      '{"columns": {"a": "int); drop table x; --"}}':
        'its comment has columns of types that are not there: int); drop table x; --',
      '{"columns": {"a": "record"}}': 'its comment has columns of types that are not there: record',
      '{"columns": {"a_b": "int", "aB": "int"}}': '"a_b" and "aB" are both called aB',
      '{"columns": {"b": "int", "1": "int"}}': 'its comment has a column that is called by a number',
    };
    for (const [comment, fault] of Object.entries(faults)) {
      const model = await database.modelOf(`
        create function some_records() returns setof record language sql as 'select 1, 2';
        comment on function some_records() is '@graphql(${comment})';`);
      expect(printed(model)).toEqual([]);
      expect(model.remarks).toEqual([expect.stringContaining(`some_records is not shown: ${fault}`)]);
    }
  });

  it('of a name that several have is shown where its comment names it', async () => {
    const model = await database.modelOf(`
      create function find(int) returns int language sql as 'select 1';
      create function find(text) returns int language sql as 'select 1';
      create function find(date) returns int language sql as 'select 1';
      comment on function find(text) is 'By its name. @graphql({"name": "findByName"})';`);
    expect(printed(model)).toEqual(['findByName(arg1 text) -> int4']);
    expect(model.functions[0]?.description).toBe('By its name.');
    expect(model.remarks).toEqual([
      expect.stringMatching(/^2 functions model_\d+\.find are not shown, since 3 have this name/),
    ]);
  });

  it('yields to a table, and to nobody where it stands elsewhere', async () => {
    const model = await database.modelOf(`
      create table todos (id int primary key);
      create function todos() returns int language sql stable as 'select 1';
      create function "todosConnection"() returns int language sql stable as 'select 1';
      create function todos_aggregate() returns int language sql volatile as 'select 1';
      create function insert_todos() returns int language sql volatile as 'select 1';
      create function a_b() returns int language sql as 'select 1';
      create function "aB"() returns int language sql as 'select 1';
      create function both_params(a_b int, "aB" int) returns int language sql as 'select 1';`);
    expect(printed(model)).toEqual(['todosAggregate() -> int4']);
    expect(model.remarks).toHaveLength(5);
  });

  it('that gives many has no parameters named as what all of these take', async () => {
    const model = await database.modelOf(`
      create function search(query text, "limit" int, order_by text) returns setof int language sql as 'select 1';
      create function one("limit" int) returns int language sql as 'select 1';`);
    expect(printed(model)).toEqual([
      'one(limit int4) -> int4',
      'search(query text, _limit int4, _orderBy text) -> [int4]',
    ]);
  });

  it('of another schema has the schema in front', async () => {
    await database.run(`
      create schema tools; create function tools.total() returns int language sql as 'select 1'`);
    const model = await database.modelOf('', 'tools');
    expect(printed(model)).toEqual(['toolsTotal() -> int4']);
  });
});
