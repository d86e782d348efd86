import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RowsGateway, startRowsGateway } from '../support/rows-gateway.ts';

let gateway: RowsGateway;
beforeAll(async () => {
  gateway = await startRowsGateway(`
    create table pages (
      id int primary key, parent_id int references pages, title text not null, owner regclass, query tsquery);
    grant select on pages to anon;
    insert into pages values (1, null, 'a page', 'pages', 'a & b');
    create function broken() returns int language plpgsql stable as $$
      declare given text := 'x'; found int;
      begin execute 'select nothing from nowhere where $1 is null' into found using given; return found; end $$;
  `);
});
afterAll(() => gateway.close());

const ask = async (text: string, variables: Record<string, unknown>) =>
  await gateway.graphqlText(text, { variables });

it.each([
  ['the name of a search configuration', '{ title: { textSearch: { query: "a", config: $value } } }', 'none'],
  ['a name with a quote', '{ title: { textSearch: { query: "a", config: $value } } }', 'a"b'],
  ['the name of a table', '{ owner: { eq: $value } }', 'no_such_table'],
  ['a search query', '{ query: { eq: $value } }', 'a & & b'],
])('%s that Postgres cannot read is the fault of the caller', async (_what, where, value) => {
  const answer = await ask(`query ($value: String!) { db { pages(where: ${where}) { id } } }`, { value });
  expect(answer.data).toEqual({ db: null });
  expect(answer.errors).toMatchObject([{ path: ['db', 'pages'], extensions: { code: 'BAD_USER_INPUT' } }]);
  expect(JSON.stringify(answer.errors)).not.toContain(value);
});

it('a function that is broken is no fault of the caller', async () => {
  const answer = await ask('{ db { broken } }', {});
  expect(answer.errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
});

it('an order has a bounded number of terms, each of which may be a query', async () => {
  const query = 'query ($order: [PagesOrderBy!]!) { db { pages(orderBy: $order) { id } } }';
  const order = (length: number) => ({ order: Array(length).fill({ pagesAggregate: { count: 'ASC' } }) });
  expect((await ask(query, order(50))).errors).toEqual([]);
  expect((await ask(query, order(51))).errors).toMatchObject([
    { path: ['db', 'pages'], extensions: { code: 'BAD_USER_INPUT' } },
  ]);
});

it('a condition has a bounded number of parts, empty ones included', async () => {
  const query = 'query ($where: PagesWhere!) { db { pages(where: $where) { id } } }';
  for (const word of ['and', 'or']) {
    const where = (length: number) => ({ where: { [word]: Array(length).fill({}) } });
    expect((await ask(query, where(400))).errors).toEqual([]);
    expect((await ask(query, where(501))).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  }
});
