import { buildClientSchema, getIntrospectionQuery, printType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RowsGateway, startRowsGateway } from '../support/rows-gateway.ts';
import { hmacToken, userClaims } from '../support/tokens.ts';

let gateway: RowsGateway;
beforeAll(async () => {
  gateway = await startRowsGateway(`
    create table books (id int generated always as identity primary key, title text not null unique);
    create table tags (id int generated always as identity primary key, word text not null unique);
    create table books_tags (
      book_id int not null references books, tag_id int not null references tags, added timestamptz default now(),
      primary key (book_id, tag_id));
    create table shops (id int generated always as identity primary key, name text not null);
    create table stock (
      book_id int not null references books, shop_id int not null references shops, amount int not null,
      primary key (book_id, shop_id));
    create table words (set text, inc text, "ifMatch" text, note text, primary key (set, inc, "ifMatch"));
    insert into words values ('a', 'b', 'c', 'old');
    grant all on all tables in schema public to authenticated;
  `);
});
afterAll(() => gateway.close());

const ask = async (text: string) => await gateway.graphqlText(text, { token: hmacToken(userClaims()) });

describe('rows beyond a junction', () => {
  it('are inserted with what joins them, however deep', async () => {
    const { data, errors } = await ask(`mutation { db {
      insertBooks(objects: [
        { title: "one", tagsViaBooksTags: [{ word: "red" }, { word: "blue" }] }
        { title: "two", tagsViaBooksTags: [{ word: "green", booksViaBooksTags: [{ title: "three" }] }] }
        { title: "four", tagsViaBooksTags: [] }
      ]) { affectedCount returning { title tagsViaBooksTags(orderBy: [{ word: ASC }]) { word } } }
    } }`);
    expect(errors).toEqual([]);
    expect(data.db.insertBooks).toEqual({
      affectedCount: 3,
      returning: [
        { title: 'one', tagsViaBooksTags: [{ word: 'blue' }, { word: 'red' }] },
        { title: 'two', tagsViaBooksTags: [{ word: 'green' }] },
        { title: 'four', tagsViaBooksTags: [] },
      ],
    });
    const green = await ask(
      '{ db { tagsByWord(word: "green") { booksViaBooksTags(orderBy: [{ title: ASC }]) { title } } } }',
    );
    expect(green.data.db.tagsByWord.booksViaBooksTags).toEqual([{ title: 'three' }, { title: 'two' }]);
  });

  it('are all or nothing', async () => {
    const { errors } = await ask(`mutation { db {
      insertBooksOne(object: { title: "five", tagsViaBooksTags: [{ word: "new" }, { word: "red" }] }) { id }
    } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'CONFLICT' } }]);
    const { data } = await ask(
      '{ db { tagsByWord(word: "new") { id } booksByTitle(title: "five") { id } } }',
    );
    expect(data).toEqual({ db: { tagsByWord: null, booksByTitle: null } });
  });

  it('are not offered where the junction has to say more than what it joins', async () => {
    const { data } = await ask(getIntrospectionQuery());
    const type = buildClientSchema(data).getType('BooksInsert');
    const printed = type ? printType(type) : '';
    expect(printed).toContain('tagsViaBooksTags: [TagsInsert!]');
    expect(printed).toContain('stock: [StockInsert!]');
    expect(printed).not.toContain('shopsViaStock');
  });
});

it('columns of a key that are called as an argument of a write by key have a _ in front there', async () => {
  const { data, errors } = await ask(`mutation { db {
    updateWordsByPk(_set: "a", _inc: "b", _ifMatch: "c", set: { note: "new" }, ifMatch: { note: { eq: "old" } }) { note }
    deleteWordsByPk(_set: "a", _inc: "b", _ifMatch: "c") { note set }
  } }`);
  expect(errors).toEqual([]);
  expect(data).toEqual({
    db: { updateWordsByPk: { note: 'new' }, deleteWordsByPk: { note: 'new', set: 'a' } },
  });
});
