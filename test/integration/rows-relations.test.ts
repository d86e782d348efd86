import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ModelDatabase, relationsOf, startModelDatabase } from '../support/rows-model.ts';

let database: ModelDatabase;
beforeAll(async () => {
  database = await startModelDatabase();
});
afterAll(async () => await database?.[Symbol.asyncDispose]());

describe('a foreign key', () => {
  it('is a relation at both ends, named after its column and after the other table', async () => {
    const model = await database.modelOf(`
      create table users (id int primary key, uid uuid unique);
      create table books (id int primary key, author_id int references users, "ownerId" int references users,
        created_by uuid references users (uid));`);
    expect(relationsOf(model, 'books')).toEqual([
      'author: one users (author_id -> id)',
      'createdByRow: one users (created_by -> uid)',
      'owner: one users (ownerId -> id)',
    ]);
    expect(relationsOf(model, 'users')).toEqual([
      'booksByAuthorId: many books (id -> author_id)',
      'booksByCreatedBy: many books (uid -> created_by)',
      'booksByOwnerId: many books (id -> ownerId)',
    ]);
  });

  it('that is the only one between two tables is named after the table alone', async () => {
    const model = await database.modelOf(`
      create table users (id int primary key);
      create table book_notes (id int primary key, author_id int references users);`);
    expect(relationsOf(model, 'users')).toEqual(['bookNotes: many book_notes (id -> author_id)']);
  });

  it('whose columns are unique leads back to one row', async () => {
    const model = await database.modelOf(`
      create table users (id int primary key);
      create table profiles (id int primary key references users);
      create table badges (id int primary key, user_id int not null unique references users);
      create table seats (a int, b int, user_id int references users, unique (user_id, a));`);
    expect(relationsOf(model, 'users')).toEqual([
      'badges: one badges (id -> user_id)',
      'profiles: one profiles (id -> id)',
      'seats: many seats (id -> user_id)',
    ]);
    expect(relationsOf(model, 'profiles')).toEqual(['idRow: one users (id -> id)']);
  });

  it('to its own table has both ends there', async () => {
    const model = await database.modelOf(
      'create table nodes (id int primary key, parent_id int references nodes)',
    );
    expect(relationsOf(model, 'nodes')).toEqual([
      'parent: one nodes (parent_id -> id)',
      'nodes: many nodes (id -> parent_id)',
    ]);
  });

  it('of several columns is named after the table that it refers to', async () => {
    const model = await database.modelOf(`
      create table places (country text, city text, primary key (country, city));
      create table trips (id int primary key, country text, city text, to_country text, to_city text,
        foreign key (city, country) references places (city, country));
      create table moves (id int primary key, country text, city text, to_country text, to_city text,
        foreign key (country, city) references places, foreign key (to_country, to_city) references places);`);
    expect(relationsOf(model, 'trips')).toEqual(['places: one places (city+country -> city+country)']);
    expect(relationsOf(model, 'moves')).toEqual([
      'placesByCountryAndCity: one places (country+city -> country+city)',
      'placesByToCountryAndToCity: one places (to_country+to_city -> country+city)',
    ]);
    expect(relationsOf(model, 'places')).toEqual([
      'movesByCountryAndCity: many moves (country+city -> country+city)',
      'movesByToCountryAndToCity: many moves (country+city -> to_country+to_city)',
      'trips: many trips (city+country -> city+country)',
    ]);
  });

  it('that is there twice is one', async () => {
    const model = await database.modelOf(`
      create table users (id int primary key);
      create table books (id int primary key, author_id int references users,
        constraint again foreign key (author_id) references users);`);
    expect(relationsOf(model, 'users')).toEqual(['books: many books (id -> author_id)']);
    expect(relationsOf(model, 'books')).toEqual(['author: one users (author_id -> id)']);
  });

  it('into a schema that is not exposed is none', async () => {
    const model = await database.modelOf('create table profiles (id uuid primary key references auth.users)');
    expect(relationsOf(model, 'profiles')).toEqual([]);
    expect(model.remarks).toEqual([]);
  });

  it('of partitions is that of their root', async () => {
    const model = await database.modelOf(`
      create table users (id int primary key);
      create table events (id int, day int, user_id int references users, primary key (id, day)) partition by range (day);
      create table events_1 partition of events for values from (0) to (10);
      create table events_2 partition of events for values from (10) to (20);
      create table notes (id int primary key, event_id int, day int, foreign key (event_id, day) references events);
      create table pins (id int primary key, event_id int, day int, foreign key (event_id, day) references events_1);`);
    expect(model.tables.map(({ name }) => name)).toEqual(['events', 'notes', 'pins', 'users']);
    expect(relationsOf(model, 'users')).toEqual(['events: many events (id -> user_id)']);
    expect(relationsOf(model, 'events')).toEqual([
      'user: one users (user_id -> id)',
      'notes: many notes (id+day -> event_id+day)',
    ]);
    expect(model.remarks).toEqual([expect.stringMatching(/pins, key pins_.*refers to a partition/)]);
  });

  it('leads over columns that are hidden', async () => {
    const model = await database.modelOf(`
      create table users (id int primary key);
      create table books (id int primary key, author_id int references users);
      create table badges (id int primary key, user_id int unique references users);
      comment on column books.author_id is '@graphql({"hide": true})';
      comment on column badges.user_id is '@graphql({"hide": true})';`);
    expect(relationsOf(model, 'books')).toEqual(['author: one users (author_id -> id)']);
    expect(relationsOf(model, 'users')).toEqual([
      'badges: one badges (id -> user_id)',
      'books: many books (id -> author_id)',
    ]);
  });

  it('has the names and the text that its comment gives, or is hidden by it', async () => {
    const model = await database.modelOf(`
      create table users (id int primary key);
      create table books (id int primary key, writer int, editor int,
        constraint by_writer foreign key (writer) references users,
        constraint by_editor foreign key (editor) references users);
      comment on constraint by_writer on books is
        '@graphql({"foreign_name": "author", "local_name": "written"}) Who wrote it.';
      comment on constraint by_editor on books is '@graphql({"hide": true})';`);
    expect(relationsOf(model, 'books')).toEqual(['author: one users (writer -> id)']);
    expect(relationsOf(model, 'users')).toEqual(['written: many books (id -> writer)']);
    expect(model.tables[0]?.relations[0]?.description).toBe('Who wrote it.');
  });
});

describe('the name of a relation', () => {
  it('yields to a column', async () => {
    const model = await database.modelOf(`
      create table users (id int primary key, books text, notes_aggregate text);
      create table books (id int primary key, author text, author_id int references users);
      create table notes (id int primary key, user_id int references users);`);
    expect(relationsOf(model, 'books')).toEqual(['authorRow: one users (author_id -> id)']);
    expect(relationsOf(model, 'users')).toEqual([
      'booksByAuthorId: many books (id -> author_id)',
      'notesByUserId: many notes (id -> user_id)',
    ]);
  });

  it('yields to one that a comment gave', async () => {
    const model = await database.modelOf(`
      create table users (id int primary key);
      create table books (id int primary key, author_id int references users, writer int,
        constraint by_writer foreign key (writer) references users);
      comment on constraint by_writer on books is '@graphql({"foreign_name": "author"})';`);
    expect(relationsOf(model, 'books')).toEqual([
      'authorRow: one users (author_id -> id)',
      'author: one users (writer -> id)',
    ]);
  });

  it('is another one for all that meet in it', async () => {
    const model = await database.modelOf(`
      create table people (id int primary key);
      create table users (id int primary key, books_id int);
      create table books (id int primary key, owner_id int, author_id int references users,
        constraint a foreign key (owner_id) references users, constraint b foreign key (owner_id) references people);
      alter table users add foreign key (books_id) references books;`);
    expect(relationsOf(model, 'books')).toEqual([
      'usersByOwnerId: one users (owner_id -> id)',
      'peopleByOwnerId: one people (owner_id -> id)',
      'author: one users (author_id -> id)',
      'users: many users (id -> books_id)',
    ]);
    expect(model.remarks).toEqual([]);
  });

  it('that nothing is left for is said', async () => {
    const model = await database.modelOf(`
      create table users (id int primary key, books text, "booksByAuthorId" text);
      create table books (id int primary key, author_id int references users);`);
    expect(relationsOf(model, 'users')).toEqual([]);
    expect(model.remarks).toEqual([
      expect.stringMatching(/users: its relation to model_\d+\.books by books_author_id_fkey is not shown/),
    ]);
  });
});

describe('a junction', () => {
  it('joins the rows at its ends, by whichever key it has', async () => {
    const model = await database.modelOf(`
      create table users (id int primary key); create table teams (id int primary key);
      create table memberships (user_id int references users, team_id int references teams, since date,
        primary key (user_id, team_id));
      create table invitations (id int primary key, user_id int references users, team_id int references teams,
        unique (team_id, user_id));
      create table visits (id int primary key, user_id int references users, team_id int references teams);`);
    expect(relationsOf(model, 'users')).toEqual([
      'invitations: many invitations (id -> user_id)',
      'teamsViaInvitations: many teams (id -> invitations user_id, team_id -> id)',
      'memberships: many memberships (id -> user_id)',
      'teamsViaMemberships: many teams (id -> memberships user_id, team_id -> id)',
      'visits: many visits (id -> user_id)',
    ]);
    expect(relationsOf(model, 'teams')).toContain(
      'usersViaMemberships: many users (id -> memberships team_id, user_id -> id)',
    );
  });

  it('between rows of one table has a name for each direction', async () => {
    const model = await database.modelOf(`
      create table users (id int primary key);
      create table follows (follower_id int references users, followed_id int references users,
        primary key (follower_id, followed_id));`);
    expect(relationsOf(model, 'users')).toEqual([
      'followsByFollowedId: many follows (id -> followed_id)',
      'usersViaFollowsByFollowedId: many users (id -> follows followed_id, follower_id -> id)',
      'followsByFollowerId: many follows (id -> follower_id)',
      'usersViaFollowsByFollowerId: many users (id -> follows follower_id, followed_id -> id)',
    ]);
  });
});

describe('the comment of a view', () => {
  it.each([
    [
      '"primaryKey": ["id"], "foreignKeys": [{"columns": ["author_id"], "table": "users", "references": ["id"]}]',
    ],
    [
      '"primary_key_columns": ["id"], "foreign_keys": [{"local_columns": ["author_id"], "foreign_table": "users", "foreign_columns": ["id"]}]',
    ],
  ])('gives it keys: %s', async (keys) => {
    const model = await database.modelOf(`
      create table users (id int primary key);
      create view books with (security_invoker) as select 1 as id, 2 as author_id;
      comment on view books is '@graphql({${keys}}) All books.';`);
    expect(model.tables[0]).toMatchObject({
      description: 'All books.',
      primaryKey: { name: '', apiName: 'ByPk', isConstraint: false, columns: [{ name: 'id' }] },
    });
    expect(relationsOf(model, 'books')).toEqual(['author: one users (author_id -> id)']);
    expect(relationsOf(model, 'users')).toEqual(['books: many books (id -> author_id)']);
  });

  it('that names what is not there is said', async () => {
    const model = await database.modelOf(`
      create table users (id int primary key, name text);
      create view books with (security_invoker) as select 1 as id, 2 as author_id;
      comment on view books is '@graphql({"primaryKey": ["nr"], "foreignKeys": [
        {"columns": ["author_id"], "table": "users", "references": ["name"]},
        {"columns": ["author"], "table": "users", "references": ["id"]},
        {"columns": ["author_id"], "table": "nobody", "references": ["id"]}]})';`);
    expect(model.tables[0]?.keys).toEqual([]);
    expect(relationsOf(model, 'books')).toEqual([]);
    expect(model.remarks).toHaveLength(4);
  });
});
