import { buildSchema, type GraphQLNamedType, isObjectType, validateSchema } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serviceToken } from '../support/database-gateway.ts';
import { gql } from '../support/gql.ts';
import { type RowsGateway, startRowsGateway } from '../support/rows-gateway.ts';
import { hmacToken, keyClaims, userClaims } from '../support/tokens.ts';

const schema = `
  create table people (
    id int primary key, handle text unique, email text, boss_id int references people,
    salary int, check (salary > 0));
  create table profiles (person_id int primary key references people, bio text);
  create table books (
    id int primary key, author_id int not null references people, editor_id int references people, title text);
  create table tags (id int primary key, word text);
  create table books_tags (book_id int references books, tag_id int references tags, primary key (book_id, tag_id));
  create table shelves (room int, place int, primary key (room, place));
  create table items (
    id int primary key, room int, place int, foreign key (room, place) references shelves);
  create table events (id int, day date not null, what text, primary key (id, day)) partition by range (day);
  create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01');
  create table users (id int primary key, name text);
  create table files (id int primary key, user_id int references users);
  create table colliding (id int primary key, some_name text, "someName" text);
  create table hidden (id int primary key, secret_word text);
  create function shout(word text) returns text language sql immutable as $$ select upper(word) || '!' $$;
  create function secret_sum() returns int language sql stable as $$ select 42 $$;
  revoke all on all tables in schema public from anon, authenticated;
  revoke all on all functions in schema public from public, anon, authenticated;
  grant select on all tables in schema public to authenticated, service_role;
  grant execute on all functions in schema public to service_role;
  grant execute on function shout to anon, authenticated;
  grant select (id, handle) on people to anon;
  grant select on books, tags, books_tags, users to anon;
  revoke all on hidden from authenticated;
  insert into people values (1, 'ada', 'a@x', null, 10), (2, 'bob', 'b@x', 1, 20), (3, 'cy', null, 1, 30);
  insert into profiles values (1, 'first');
  insert into books values (1, 1, 2, 'one'), (2, 1, null, 'two'), (3, 3, 1, 'three');
  insert into tags values (1, 'red'), (2, 'blue');
  insert into books_tags values (1, 1), (1, 2), (3, 2);
  insert into shelves values (1, 1), (1, 2);
  insert into items values (1, 1, 2), (2, null, null);
  insert into events values (1, '2026-03-01', 'spring');
  insert into users values (1, 'u'); insert into files values (1, 1);
  insert into colliding values (1, 'x', 'y');
`;

const user = hmacToken(userClaims());
const anon = hmacToken(keyClaims('anon'));

let gateway: RowsGateway;
beforeAll(async () => {
  gateway = await startRowsGateway(schema);
});
afterAll(() => gateway.close());

async function db(selection: string, token = user) {
  const { data, errors } = await gateway.graphqlText(`{ db { ${selection} } }`, { token });
  expect(errors).toEqual([]);
  return data.db;
}

async function schemaOf(role: string): Promise<string> {
  const { data } = await gateway.graphql(gql(`query ($role: String!) { schemaText(role: $role) }`), {
    token: serviceToken,
    variables: { role },
  });
  return data.schemaText;
}

function fieldNames(type: GraphQLNamedType | undefined): string[] {
  return isObjectType(type) ? Object.keys(type.getFields()) : [];
}

describe('relations', () => {
  it('two keys to one table have names of their own at both ends', async () => {
    expect(
      await db(`books(orderBy: [{ id: ASC }]) { title author { handle } editor { handle } }
        peopleByPk(id: 1) { booksByAuthorId(orderBy: [{ id: ASC }]) { id } booksByEditorId { id } }`),
    ).toEqual({
      books: [
        { title: 'one', author: { handle: 'ada' }, editor: { handle: 'bob' } },
        { title: 'two', author: { handle: 'ada' }, editor: null },
        { title: 'three', author: { handle: 'cy' }, editor: { handle: 'ada' } },
      ],
      peopleByPk: { booksByAuthorId: [{ id: 1 }, { id: 2 }], booksByEditorId: [{ id: 3 }] },
    });
  });

  it('a table may refer to itself, and a unique key to one row', async () => {
    expect(
      await db(`peopleByHandle(handle: "ada") { boss { id } people(orderBy: [{ id: ASC }]) { handle } profiles { bio } }
        profiles { person { handle boss { id } } }`),
    ).toEqual({
      peopleByHandle: {
        boss: null,
        people: [{ handle: 'bob' }, { handle: 'cy' }],
        profiles: { bio: 'first' },
      },
      profiles: [{ person: { handle: 'ada', boss: null } }],
    });
  });

  it('keys of several columns, and many to many', async () => {
    expect(
      await db(`items(orderBy: [{ id: ASC }]) { id shelves { place } }
        shelvesByPk(room: 1, place: 2) { items { id } }
        booksByPk(id: 1) { tagsViaBooksTags(orderBy: [{ word: ASC }]) { word } }
        tags(where: { booksViaBooksTags: { some: { title: { eq: "three" } } } }) { word }`),
    ).toEqual({
      items: [
        { id: 1, shelves: { place: 2 } },
        { id: 2, shelves: null },
      ],
      shelvesByPk: { items: [{ id: 1 }] },
      booksByPk: { tagsViaBooksTags: [{ word: 'blue' }, { word: 'red' }] },
      tags: [{ word: 'blue' }],
    });
  });

  it('partitions are their table', async () => {
    expect(await db('events { what } eventsByPk(id: 1, day: "2026-03-01") { day }')).toEqual({
      events: [{ what: 'spring' }],
      eventsByPk: { day: '2026-03-01' },
    });
    expect(await schemaOf('authenticated')).not.toContain('Events2026');
  });

  it('tables may be called like what the gateway has itself', async () => {
    expect(await db('users { name files { id } } files { user { name } }')).toEqual({
      users: [{ name: 'u', files: [{ id: 1 }] }],
      files: [{ user: { name: 'u' } }],
    });
  });

  it('columns that meet in one name are no field, and harm no other', async () => {
    expect(await db('colliding { id }')).toEqual({ colliding: [{ id: 1 }] });
    expect(await schemaOf('authenticated')).not.toMatch(/type CollidingRow \{[^}]*someName/);
  });
});

describe('the schema of a role', () => {
  it.each(['anon', 'authenticated', 'service_role'])('is without errors for %s', async (role) => {
    expect(validateSchema(buildSchema(await schemaOf(role)))).toEqual([]);
  });

  it('has what is granted, column by column', async () => {
    const text = await schemaOf('anon');
    const { PeopleRow, BooksRow } = buildSchema(text).getTypeMap();
    expect(fieldNames(PeopleRow)).toEqual(expect.arrayContaining(['handle', 'id', 'booksByAuthorId']));
    expect(fieldNames(PeopleRow)).not.toEqual(expect.arrayContaining(['email']));
    expect(fieldNames(BooksRow)).toEqual(expect.arrayContaining(['author', 'editor', 'title']));
    for (const hidden of ['salary', 'bossId', 'ProfilesRow', 'HiddenRow', 'ShelvesRow']) {
      expect(text).not.toContain(hidden);
    }
    expect(text).toContain('shout(');
    expect(text).not.toContain('secretSum');
    expect(text).not.toContain('secretWord');
  });

  it.each([
    ['a column', '{ db { people { emai } } }'],
    ['a table', '{ db { hiden { id } } }'],
    ['a function', '{ db { secretSun } }'],
    ['a condition', '{ db { people(where: { salari: { eq: 1 } }) { id } } }'],
    ['an order', '{ db { people(orderBy: [{ emai: ASC }]) { id } } }'],
    ['a relation', '{ db { people { profile { bio } } } }'],
  ])('suggests to anon no name that it may not use: %s', async (_what, query) => {
    const { errors } = await gateway.graphqlText(query, { token: anon });
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
    const text = JSON.stringify(errors);
    expect(text).not.toMatch(/Did you mean/);
  });

  it('is what introspection shows', async () => {
    const introspection = gql(
      `{ __schema { types { name fields { name } inputFields { name } enumValues { name } } } }`,
    );
    const of = async (token: string) =>
      JSON.stringify((await gateway.graphql(introspection, { token })).data.__schema.types);
    const forAnon = await of(anon);
    for (const name of ['secretWord', 'salary', 'ProfilesRow', 'secretSum']) {
      expect(forAnon).not.toContain(name);
      expect(await of(serviceToken)).toContain(name);
    }
  });
});
