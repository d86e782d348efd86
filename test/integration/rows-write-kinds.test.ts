import { buildClientSchema, getIntrospectionQuery, isObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serviceToken } from '../support/database-gateway.ts';
import { type RowsGateway, startRowsGateway } from '../support/rows-gateway.ts';

let gateway: RowsGateway;
beforeAll(async () => {
  gateway = await startRowsGateway(`
    create type mood as enum ('so so', 'fine');
    create type address as (street text, "no" int);
    create domain short as varchar(5) check (value <> 'no');
    create table things (
      id int generated always as identity primary key,
      i2 smallint, i8 bigint, n numeric, f float8, m money, t text, c char(3), v varchar(4), s short, b bytea, u uuid,
      ts timestamptz, l timestamp, d date, tm time, iv interval, j json, jb jsonb, mood mood, a address, r int4range,
      ia int[], ta text[], ma mood[], aa address[], ba bytea[], ja jsonb[], da date[], net inet, bits bit(3)
    );
    create view fine_things as select id, t, i2 from things where i2 > 0 with check option;
    create table logs (at date not null, n int not null, note text, primary key (at, n)) partition by range (at);
    create table logs_2026 partition of logs for values from ('2026-01-01') to ('2027-01-01');
    create table "odd ""t""" ("the ""key""" int primary key, "a b" text);
    create table nokey (a int, b int);
    create table slots (id int unique deferrable, tag text);
    create table tree (id int generated always as identity primary key, parent_id int references tree, name text not null);
    create table profiles (id int primary key, tree_id int unique references tree, bio text);
    grant all on all tables in schema public to service_role;
  `);
});
afterAll(() => gateway.close());

async function mutate(text: string, variables?: Record<string, unknown>) {
  const { data, errors } = await gateway.graphqlText(`mutation ${text}`, {
    token: serviceToken,
    ...(variables ? { variables } : {}),
  });
  expect(errors).toEqual([]);
  return data.db;
}

async function refused(text: string) {
  const { data, errors } = await gateway.graphqlText(`mutation ${text}`, { token: serviceToken });
  expect(data).toEqual({ db: null });
  return errors[0]?.extensions;
}

describe('values of all kinds', () => {
  const values = {
    i2: -5,
    i8: '9223372036854775807',
    n: '123456789012345678901234567890.5',
    f: 1.5,
    m: '1234.50',
    t: `quote ' " \\ {,} $1 €`,
    c: 'abc',
    v: 'four',
    s: 'yes',
    b: 'AP8=',
    u: '11111111-1111-4111-8111-111111111111',
    ts: '2026-01-31T12:00:00+00:00',
    l: '2026-01-31T12:00:00',
    d: '2026-01-31',
    tm: '12:30:00',
    iv: 'P1DT2H',
    j: { a: [1, null, 'x'] },
    jb: { a: [1, null, 'x'] },
    mood: 'so_so',
    a: { street: 'Main "St", (1)', no: 1 },
    r: '[1,5)',
    ia: [1, null, 3],
    ta: ['a,b', null, '"q"', ''],
    ma: ['fine', 'so_so'],
    aa: [{ street: 'x', no: null }],
    ba: ['AP8='],
    ja: [{ a: 1 }],
    da: ['2026-01-31'],
    net: '10.0.0.1',
    bits: '101',
  };
  const selection = Object.keys(values)
    .map((name) => (name === 'a' || name === 'aa' ? `${name} { street no }` : name))
    .join(' ');
  const insert = `($objects: [ThingsInsert!]!) { db { insertThings(objects: $objects) { returning { ${selection} } } } }`;

  it('are written as they are read: one object, several with the same keys, several with different ones', async () => {
    for (const objects of [
      [values],
      [values, values],
      [values, { ...values, id: undefined, t: 'x', i2: 1 }],
    ]) {
      const { insertThings } = await mutate(insert, { objects });
      expect(insertThings.returning).toEqual(
        objects.map(({ ...object }) => expect.objectContaining({ ...values, t: object.t, i2: object.i2 })),
      );
    }
    const nulls = Object.fromEntries(Object.keys(values).map((name) => [name, null]));
    expect((await mutate(insert, { objects: [nulls, values] })).insertThings.returning).toEqual([
      nulls,
      values,
    ]);
    expect((await mutate(insert, { objects: [{}, values] })).insertThings.returning).toEqual([nulls, values]);
    const update = `($set: ThingsUpdate!) { db { updateThingsByPk(id: 1, set: $set) { ${selection} } } }`;
    expect((await mutate(update, { set: nulls })).updateThingsByPk).toEqual(nulls);
    expect((await mutate(update, { set: values })).updateThingsByPk).toEqual(values);
  });

  it.each([
    ['v: "fifth"', 'BAD_USER_INPUT'],
    ['s: "no"', 'BAD_USER_INPUT'],
    ['i2: 40000', 'BAD_USER_INPUT'],
    ['d: "2026-02-31"', 'BAD_USER_INPUT'],
    ['net: "nowhere"', 'BAD_USER_INPUT'],
  ])('are refused: %s', async (value, code) => {
    expect(await refused(`{ db { insertThings(objects: [{ ${value} }]) { affectedCount } } }`)).toMatchObject(
      { code },
    );
  });
});

describe('tables of all kinds', () => {
  it('are written through a view, which keeps to its check', async () => {
    expect(
      await mutate(
        '{ db { insertFineThings(objects: [{ t: "x", i2: 3 }]) { affectedCount insertedCount returning { t i2 } } } }',
      ),
    ).toEqual({ insertFineThings: { affectedCount: 1, insertedCount: 1, returning: [{ t: 'x', i2: 3 }] } });
    expect(
      await refused('{ db { insertFineThings(objects: [{ i2: -3 }]) { affectedCount } } }'),
    ).toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });

  it('of which a partitioned one cannot say what is new', async () => {
    const upsert = `{ db { insertLogs(
      objects: [{ at: "2026-05-01", n: 1, note: "a" }]
      onConflict: { constraint: logs_pkey, update: [note], where: { note: { neq: "kept" } } }
    ) { affectedCount insertedCount returning { at note } } } }`;
    const answer = { affectedCount: 1, insertedCount: null, returning: [{ at: '2026-05-01', note: 'a' }] };
    expect(await mutate(upsert)).toEqual({ insertLogs: answer });
    expect(await mutate(upsert)).toEqual({ insertLogs: answer });
    await mutate('{ db { updateLogsByPk(at: "2026-05-01", n: 1, set: { note: "kept" }) { n } } }');
    expect(await mutate(upsert)).toEqual({
      insertLogs: { affectedCount: 0, insertedCount: null, returning: [] },
    });
  });

  it('whatever they are called', async () => {
    const upsert = `{ db { insertOddTOne(
      object: { theKey: 1, aB: "x" }
      onConflict: { constraint: odd__t__pkey, update: [aB] }
    ) { theKey aB } } }`;
    expect(await mutate(upsert)).toEqual({ insertOddTOne: { theKey: 1, aB: 'x' } });
    expect(await mutate(upsert)).toEqual({ insertOddTOne: { theKey: 1, aB: 'x' } });
    expect(await mutate('{ db { deleteOddTByPk(theKey: 1) { aB } } }')).toEqual({
      deleteOddTByPk: { aB: 'x' },
    });
  });

  it('of which a key that is looked at in the end answers no conflict', async () => {
    const { data } = await gateway.graphqlText(getIntrospectionQuery(), { token: serviceToken });
    const mutation = buildClientSchema(data).getType('DbMutation');
    const { insertSlots } = isObjectType(mutation) ? mutation.getFields() : {};
    expect(insertSlots?.args.map(({ name }) => name)).toEqual(['objects']);
  });

  it('without a key, of which a relation is as it was before', async () => {
    expect(
      await mutate(`{ db {
        insertNokey(objects: [{ a: 1 }, { a: 2, b: 3 }]) { affectedCount returning { a b } }
        updateNokey(where: { a: { eq: 1 } }, inc: { b: 1 }, set: { a: 7 }) { returning { a b } }
        deleteNokey(where: {}, all: true, atMost: 2) { affectedCount }
      } }`),
    ).toEqual({
      insertNokey: {
        affectedCount: 2,
        returning: [
          { a: 1, b: null },
          { a: 2, b: 3 },
        ],
      },
      updateNokey: { returning: [{ a: 7, b: null }] },
      deleteNokey: { affectedCount: 2 },
    });
  });

  it('that refer to themselves, and that one row alone refers to', async () => {
    const node = (name: string, more = '') => `{ name: "${name}" ${more} }`;
    const leaves = `tree: [${node('a')}, ${node('b', `tree: [${node('c')}]`)}]`;
    expect(
      await mutate(`{ db { insertTreeOne(object: ${node('root', `${leaves}, profiles: { id: 1, bio: "x" }, parent: ${node('top')}`)}) {
        name parent { name } tree(orderBy: [{ name: ASC }]) { name tree { name } } profiles { bio }
      } } }`),
    ).toEqual({
      insertTreeOne: {
        name: 'root',
        parent: { name: 'top' },
        tree: [
          { name: 'a', tree: [] },
          { name: 'b', tree: [{ name: 'c' }] },
        ],
        profiles: { bio: 'x' },
      },
    });
  });
});
