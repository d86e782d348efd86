import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Grants } from '../../src/upstream/postgres/rows/model/grants.ts';
import type { RowsModel } from '../../src/upstream/postgres/rows/model/model.ts';
import { type ModelDatabase, startModelDatabase } from '../support/rows-model.ts';

let database: ModelDatabase;
beforeAll(async () => {
  database = await startModelDatabase();
  await database.run(`
    create role reader; create role writer; create role heir in role reader; create role stranger noinherit in role reader;
    create role boss superuser`);
});
afterAll(async () => await database?.[Symbol.asyncDispose]());

/** `todos read(id) insert(id) delete`, and functions by their names. */
function printGrants({ tables, functions }: RowsModel, grants: Grants): string[] {
  const ofTables = tables.map((table) => {
    const columns = (verb: string, may: 'mayRead' | 'mayInsert' | 'mayUpdate') => {
      const names = table.columns.filter((column) => grants[may](table, column)).map(({ name }) => name);
      return names.length === 0 ? [] : [`${verb}(${names})`];
    };
    return [
      table.name,
      ...columns('read', 'mayRead'),
      ...(grants.mayReadWhole(table) ? ['whole'] : []),
      ...columns('insert', 'mayInsert'),
      ...(grants.mayInsertInto(table) ? ['rows'] : []),
      ...columns('update', 'mayUpdate'),
      ...(grants.mayDeleteFrom(table) ? ['delete'] : []),
    ].join(' ');
  });
  const all = [...functions, ...tables.flatMap(({ computed }) => computed)];
  return [...ofTables, ...all.filter((fn) => grants.mayCall(fn)).map(({ name }) => `call ${name}`)];
}

async function open(text: string): Promise<RowsModel> {
  const model = await database.modelOf(text);
  const schema = model.tables[0]?.schema ?? '';
  await database.run(`grant usage on schema ${schema} to reader, writer, public`);
  return model;
}

const granted = async (model: RowsModel, role: string) =>
  printGrants(model, await database.grants(model, role));

describe('the grants of a role', () => {
  it('are those of columns and those of tables', async () => {
    const model = await open(`
      create table notes (id int, body text, secret text);
      create table todos (id int, title text);
      grant select (id, body), insert (body), update (secret) on notes to reader;
      grant select, delete on todos to reader;
      grant insert on notes to writer; grant update on todos to writer;`);
    expect(await granted(model, 'reader')).toEqual([
      'notes read(id,body) insert(body) rows update(secret)',
      'todos read(id,title) whole delete',
    ]);
    expect(await granted(model, 'writer')).toEqual([
      'notes insert(id,body,secret) rows',
      'todos update(id,title)',
    ]);
  });

  it('are what it inherits too, and all of them for a superuser', async () => {
    const model = await open(`
      create table todos (id int); grant select on todos to reader;
      create table shared (id int); grant insert on shared to public;`);
    expect(await granted(model, 'heir')).toEqual(['shared insert(id) rows', 'todos read(id) whole']);
    expect(await granted(model, 'stranger')).toEqual(['shared insert(id) rows', 'todos']);
    expect(await granted(model, 'boss')).toEqual([
      'shared read(id) whole insert(id) rows update(id) delete',
      'todos read(id) whole insert(id) rows update(id) delete',
    ]);
  });

  it('are those to call functions, over rows as well', async () => {
    const model = await open(`
      create table todos (id int);
      create function for_all() returns int language sql as 'select 1';
      create function for_reader() returns int language sql as 'select 1';
      create function label(todos) returns int language sql as 'select 1';
      revoke execute on function for_reader(), label(todos) from public;
      grant execute on function for_reader(), label(todos) to reader;`);
    expect(await granted(model, 'reader')).toEqual([
      'todos',
      'call for_all',
      'call for_reader',
      'call label',
    ]);
    expect(await granted(model, 'writer')).toEqual(['todos', 'call for_all']);
  });

  it('are none in a schema that it may not use, nor for a role that does not exist', async () => {
    const model = await database.modelOf(`
      create table todos (id int); grant all on todos to reader;
      create function f() returns int language sql as 'select 1';`);
    expect(await granted(model, 'reader')).toEqual(['todos']);
    expect(await granted(model, 'no "such" role')).toEqual(['todos']);
  });

  it('hold for what was there when the model was read', async () => {
    const model = await open(
      'create table gone (id int); create table todos (id int); grant select on gone, todos to reader',
    );
    await database.run('drop table gone; alter table todos add later int');
    expect(await granted(model, 'reader')).toEqual(['gone', 'todos read(id) whole']);
  });

  it('have one fingerprint where they are the same, whichever way they were given', async () => {
    const model = await open(`
      create table todos (id int, title text); create function f() returns int language sql as 'select 1';
      grant select on todos to reader; grant select, insert (title) on todos to writer;`);
    const fingerprint = async (role: string) => (await database.grants(model, role)).fingerprint;
    expect(await fingerprint('heir')).toBe(await fingerprint('reader'));
    expect(await fingerprint('writer')).not.toBe(await fingerprint('reader'));
    await database.run('grant insert (title) on todos to reader');
    expect(await fingerprint('writer')).toBe(await fingerprint('reader'));
    await database.run('revoke execute on function f from public; grant execute on function f to writer');
    expect(await fingerprint('writer')).not.toBe(await fingerprint('reader'));
  });
});
