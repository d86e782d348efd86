import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RowsGateway, startRowsGateway } from '../support/rows-gateway.ts';
import { hmacToken, userClaims } from '../support/tokens.ts';

const schema = `
  create table authors (id int primary key, first_name text not null, last_name text not null);
  create table books (id int primary key, author_id int references authors, title text not null);
  create function full_name(author authors, between_them text default ' ') returns text language sql stable
    as $$ select author.first_name || between_them || author.last_name $$;
  create function facts(book books) returns jsonb language sql stable
    as $$ select jsonb_build_object('letters', length(book.title)) $$;
  create function shouted(book books, times int) returns text language sql stable
    as $$ select upper(book.title) || repeat('!', times) $$;
  insert into authors values (1, 'Ada', 'Byron'), (2, 'Mary', 'Shelley');
  insert into books values (1, 1, 'Notes'), (2, 2, 'Frankenstein'), (3, 2, 'Mathilda');
  grant all on all tables in schema public to authenticated;
`;
const token = hmacToken(userClaims());

let gateway: RowsGateway;
beforeAll(async () => {
  gateway = await startRowsGateway(schema);
});
afterAll(() => gateway.close());

describe('what functions give for a row', () => {
  it.each([
    ['authors(where: { fullName: { ilike: "ada%" } }) { id }', { authors: [{ id: 1 }] }],
    ['authors(where: { not: { fullName: { eq: "Ada Byron" } } }) { id }', { authors: [{ id: 2 }] }],
    [
      'books(where: { author: { fullName: { in: ["Mary Shelley"] } } }, orderBy: [{ id: ASC }]) { id }',
      { books: [{ id: 2 }, { id: 3 }] },
    ],
    [
      'books(where: { facts: { path: { at: "letters", gt: 8 } } }) { title }',
      { books: [{ title: 'Frankenstein' }] },
    ],
    ['authorsAggregate(where: { fullName: { is: NOT_NULL } }) { count }', { authorsAggregate: { count: 2 } }],
  ])('is what rows are chosen by in { db { %s } }', async (field, expected) => {
    expect(await gateway.graphqlText(`{ db { ${field} } }`, { token })).toMatchObject({
      errors: [],
      data: { db: expected },
    });
  });

  it('chooses what is written', async () => {
    const { data, errors } = await gateway.graphqlText(
      `mutation { db {
        updateBooks(where: { author: { fullName: { eq: "Ada Byron" } } }, set: { title: "Sketch" }) { affectedCount }
        deleteBooks(where: { facts: { path: { at: "letters", lt: 7 } } }) { returning { id title } }
      } }`,
      { token },
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({
      db: { updateBooks: { affectedCount: 1 }, deleteBooks: { returning: [{ id: 1, title: 'Sketch' }] } },
    });
  });

  it.each(['{ facts: {} }', '{ facts: { path: { at: "letters" } } }', '{ author: { fullName: {} } }'])(
    'chooses no row that is deleted where the comparison has vanished: %s',
    async (where) => {
      const { errors } = await gateway.graphqlText(
        `mutation { db { deleteBooks(where: ${where}) { affectedCount } } }`,
        { token },
      );
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    },
  );

  it('is nothing to choose by where it needs an argument', async () => {
    const { errors } = await gateway.graphqlText(
      '{ db { books(where: { shouted: { eq: "A!" } }) { id } } }',
      {
        token,
      },
    );
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });
});
