import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type {
  ConnectionQuery,
  ConnectionSelected,
  OrderTerm,
  Slice,
} from '../../src/upstream/postgres/rows/compile/query.ts';
import { type RowsDatabase, startRowsDatabase } from '../support/rows-compile.ts';
import { columnOf } from '../support/rows-model.ts';
import { by, columns, compare, many, one, orderTerm, relationOf } from '../support/rows-queries.ts';

let database: RowsDatabase;
beforeAll(async () => {
  database = await startRowsDatabase(`
    create table groups (id int primary key, rank int);
    create table items (id int primary key, a int, b int not null, c text, d timestamptz not null, group_id int references groups);
    create table notes (id int primary key, item_id int references items);
    create table pairs (x int, y int, primary key (x, y));
    insert into pairs select n / 3, n % 3 from generate_series(0, 8) n;
    insert into groups values (1, null), (2, 5), (3, 5), (4, 1);
  `);
});
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(async () => {
  await database.run(`
    truncate items, notes;
    insert into items select n, nullif(n % 4, 0), n % 3, case when n % 5 > 0 then chr(65 + n % 5) end,
      '2026-01-01'::timestamptz + (n % 6) * interval '1 microsecond', nullif(n % 5, 0) from generate_series(1, 30) n;
    insert into notes select n, n % 30 + 1 from generate_series(1, 70) n;
  `);
});

const items = () => database.table('items');
const forward = (size: number, more: Partial<Slice> = {}): Slice => ({
  direction: 'forward',
  size,
  after: undefined,
  before: undefined,
  ...more,
});
const backward = (size: number, more: Partial<Slice> = {}): Slice => ({
  ...forward(size, more),
  direction: 'backward',
});

const select = (): ConnectionSelected[] => [
  {
    key: 'edges',
    kind: 'edges',
    select: [
      { key: 'cursor', kind: 'cursor' },
      { key: 'node', kind: 'node', select: columns(items(), 'id') },
    ],
  },
  {
    key: 'pageInfo',
    kind: 'pageInfo',
    select: (['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor'] as const).map((kind) => ({
      key: kind,
      kind,
    })),
  },
];

interface Answer {
  readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: number } }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

function connection(
  orderBy: readonly OrderTerm[],
  slice: Slice,
  part: Partial<ConnectionQuery> = {},
): ConnectionQuery {
  return {
    kind: 'connection',
    from: { table: items(), call: undefined },
    select: select(),
    where: undefined,
    orderBy,
    slice,
    ...part,
  };
}

async function page(orderBy: readonly OrderTerm[], slice: Slice, part: Partial<ConnectionQuery> = {}) {
  const answer = (await database.answer(connection(orderBy, slice, part))) as Answer;
  return {
    ids: answer.edges.map(({ node }) => node.id),
    cursors: answer.edges.map(({ cursor }) => cursor),
    ...answer.pageInfo,
  };
}

/** The same order for the compiler and in plain SQL. */
interface Shape {
  readonly sql: string;
  readonly terms: () => OrderTerm[];
}

const groupRank = (): OrderTerm =>
  orderTerm(
    { kind: 'column', column: columnOf(database.table('groups'), 'rank'), path: undefined },
    'DESC NULLS LAST',
    [relationOf(items(), 'group')],
  );
const noteCount = (): OrderTerm =>
  orderTerm({ kind: 'count', relation: relationOf(items(), 'notes') }, 'DESC');
const lastNote = (): OrderTerm =>
  orderTerm(
    { kind: 'max', relation: relationOf(items(), 'notes'), column: columnOf(database.table('notes'), 'id') },
    'ASC NULLS FIRST',
  );

const shapes: Shape[] = [
  { sql: 'id', terms: () => [] },
  { sql: 'id desc', terms: () => [by(items(), 'id', 'DESC')] },
  { sql: 'b, id', terms: () => [by(items(), 'b')] },
  { sql: 'b desc, id desc', terms: () => [by(items(), 'b', 'DESC')] },
  { sql: 'b desc, id', terms: () => [by(items(), 'b', 'DESC'), by(items(), 'id')] },
  { sql: 'a, id', terms: () => [by(items(), 'a')] },
  { sql: 'a nulls first, id', terms: () => [by(items(), 'a', 'ASC NULLS FIRST')] },
  { sql: 'a desc, id desc', terms: () => [by(items(), 'a', 'DESC')] },
  { sql: 'a desc nulls last, id desc', terms: () => [by(items(), 'a', 'DESC NULLS LAST')] },
  {
    sql: 'a desc nulls last, c nulls first, b desc, id desc',
    terms: () => [
      by(items(), 'a', 'DESC NULLS LAST'),
      by(items(), 'c', 'ASC NULLS FIRST'),
      by(items(), 'b', 'DESC'),
    ],
  },
  { sql: 'd desc, b, id', terms: () => [by(items(), 'd', 'DESC'), by(items(), 'b')] },
  { sql: 'd, b, id', terms: () => [by(items(), 'd'), by(items(), 'b')] },
  {
    sql: '(select rank from groups g where g.id = items.group_id) desc nulls last, c, id',
    terms: () => [groupRank(), by(items(), 'c')],
  },
  {
    sql: '(select count(*) from notes n where n.item_id = items.id) desc, id desc',
    terms: () => [noteCount()],
  },
  {
    sql: '(select max(n.id) from notes n where n.item_id = items.id) nulls first, id',
    terms: () => [lastNote()],
  },
];

async function reference(sql: string): Promise<number[]> {
  const rows = await database.run(`select id from items order by ${sql}`);
  return rows.map(({ id }) => Number(id));
}

describe.each(shapes)('a connection in the order $sql', ({ sql, terms }) => {
  it('gives all rows once, page by page, forwards and backwards', async () => {
    const all = await reference(sql);
    for (const size of [1, 4, 7]) {
      const there: number[] = [];
      for (let after: string | undefined; there.length < 100; ) {
        const { ids, ...info } = await page(terms(), forward(size, { after }));
        expect(info.hasPreviousPage).toBe(there.length > 0);
        there.push(...ids);
        expect(info).toMatchObject({ startCursor: info.cursors[0], endCursor: info.cursors.at(-1) });
        after = info.endCursor ?? undefined;
        if (!info.hasNextPage) break;
      }
      expect(there).toEqual(all);

      const back: number[] = [];
      for (let before: string | undefined; back.length < 100; ) {
        const { ids, ...info } = await page(terms(), backward(size, { before }));
        expect(info.hasNextPage).toBe(back.length > 0);
        back.unshift(...ids);
        before = info.startCursor ?? undefined;
        if (!info.hasPreviousPage) break;
      }
      expect(back).toEqual(all);
    }
  });

  it('has what lies between two cursors', async () => {
    const all = await reference(sql);
    const { cursors } = await page(terms(), forward(30));
    for (const [from, to] of [
      [0, 29],
      [4, 11],
      [11, 4],
      [7, 8],
      [28, 29],
    ] as const) {
      const between = all.slice(from + 1, Math.max(to, from + 1));
      const bounds = { after: cursors[from], before: cursors[to] };
      const [first, last] = [
        await page(terms(), forward(3, bounds)),
        await page(terms(), backward(3, bounds)),
      ];
      expect(first).toMatchObject({ ids: between.slice(0, 3), hasPreviousPage: true, hasNextPage: true });
      expect(last).toMatchObject({ ids: between.slice(-3), hasPreviousPage: true, hasNextPage: true });
    }
  });

  it('goes on from where it was, though rows came and went', async () => {
    const { cursors } = await page(terms(), forward(10));
    const before = await reference(sql);
    const gone = before[9];
    // What stands at the cursor goes; what comes are copies of all rows, each beside its original.
    await database.run(`delete from notes where item_id = ${gone}; delete from items where id = ${gone}`);
    await database.run('insert into items select id + 100, a, b, c, d, group_id from items');
    const seen = new Set(before.slice(0, 9));
    const now = await reference(sql);
    const rest: number[] = [];
    for (let after = cursors[9]; after !== undefined; ) {
      const { ids, endCursor, hasNextPage } = await page(terms(), forward(6, { after }));
      rest.push(...ids);
      after = hasNextPage ? (endCursor ?? undefined) : undefined;
    }
    // A part of the order as it is now, from one place on, without anything that was seen.
    expect(rest).toEqual(now.slice(now.length - rest.length));
    expect(rest.filter((id) => seen.has(id))).toEqual([]);
    expect(before.slice(10).every((id) => rest.includes(id))).toBe(true);
  });
});

describe('a connection', () => {
  it('counts all rows, and only where it is asked to', async () => {
    const where = compare(items(), 'b', 'eq', 1);
    const part = { where, select: [{ key: 'n', kind: 'totalCount' }] } as const;
    expect(await database.answer(connection([], forward(1), part))).toEqual({ n: 10 });
    const { cursors } = await page([], forward(3));
    expect(await database.answer(connection([], forward(1, { after: cursors[2] }), part))).toEqual({ n: 10 });
    const type = [{ key: 't', kind: 'typename', name: 'ItemsConnection' }] as const;
    expect(await database.answer(connection([], forward(1), { where, select: type }))).toEqual({
      t: 'ItemsConnection',
    });
  });

  it('of no rows has no cursors, but says what lies before and behind', async () => {
    const info = { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null };
    expect(await page([], forward(0))).toMatchObject({ ids: [], ...info });
    const where = compare(items(), 'id', 'gt', 99);
    expect(await page([], forward(5), { where })).toMatchObject({ ids: [], ...info, hasNextPage: false });
  });

  it('has keys of several columns', async () => {
    const pairs = database.table('pairs');
    const query = (after: string | undefined): ConnectionQuery => ({
      ...connection([by(pairs, 'y', 'DESC')], forward(4, { after })),
      from: { table: pairs, call: undefined },
      select: [
        { key: 'nodes', kind: 'nodes', select: columns(pairs, 'x', 'y') },
        { key: 'info', kind: 'pageInfo', select: [{ key: 'end', kind: 'endCursor' }] },
      ],
    });
    const first = (await database.answer(query(undefined))) as { nodes: unknown; info: { end: string } };
    const second = (await database.answer(query(first.info.end))) as { nodes: unknown };
    const expected = await database.run('select x, y from pairs order by y desc, x desc');
    expect([first.nodes, second.nodes]).toEqual([expected.slice(0, 4), expected.slice(4, 8)]);
  });

  it('stands within rows, and its rows hold others', async () => {
    const groups = database.table('groups');
    const notes = database.table('notes');
    const node = [
      ...columns(items(), 'id'),
      one(items(), 'group', columns(groups, 'id')),
      many(items(), 'notes', columns(notes, 'id'), { orderBy: [by(notes, 'id')] }),
    ];
    const {
      kind: _kind,
      from: _from,
      ...inner
    } = connection([by(items(), 'id', 'DESC')], backward(2), {
      select: [
        { key: 'nodes', kind: 'nodes', select: node },
        { key: 'n', kind: 'totalCount' },
      ],
    });
    const query = {
      kind: 'row',
      table: groups,
      key: groups.keys[0] ?? fail(),
      values: [3],
      select: [
        { key: 'items', kind: 'manyConnection', relation: relationOf(groups, 'items'), connection: inner },
      ],
    } as const;
    expect(await database.read(query, 2)).toMatchObject({
      answer: {
        items: {
          n: 6,
          nodes: [
            { id: 8, group: { id: 3 }, notes: [{ id: 7 }, { id: 37 }] },
            { id: 3, group: { id: 3 }, notes: [{ id: 2 }, { id: 32 }] },
          ],
        },
      },
      cut: [['items', 'nodes', 'notes']],
    });
  });

  it('refuses cursors of another order or of nobody', async () => {
    const { cursors } = await page([by(items(), 'b')], forward(1));
    const tampered = Buffer.from(
      String(Buffer.from(cursors[0] ?? '', 'base64url')).replace('"0"', 'null'),
    ).toString('base64url');
    const bad = ['', 'x', 'W10', Buffer.from('{"a":1}').toString('base64url'), tampered, 'A'.repeat(1e6)];
    for (const cursor of bad) {
      for (const name of ['after', 'before'] as const) {
        await expect(page([by(items(), 'b')], forward(1, { [name]: cursor }))).rejects.toMatchObject({
          code: 'BAD_USER_INPUT',
          details: { issues: [{ path: [name] }] },
        });
      }
    }
    await expect(page([by(items(), 'b', 'DESC')], forward(1, { after: cursors[0] }))).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
  });

  it.each([
    ['first', forward(1001)],
    ['last', backward(-1)],
  ])('refuses %s beyond what a list may have', async (name, slice) => {
    await expect(page([], slice)).rejects.toMatchObject({ details: { issues: [{ path: [name] }] } });
  });
});

function fail(): never {
  throw new Error('there is no key');
}
