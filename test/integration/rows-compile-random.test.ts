import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Condition, OrderTerm, Selected } from '../../src/upstream/postgres/rows/compile/query.ts';
import type { Table } from '../../src/upstream/postgres/rows/model/model.ts';
import { type RandomNumbers, randomNumbers } from '../support/random-numbers.ts';
import { type RowsDatabase, startRowsDatabase } from '../support/rows-compile.ts';
import { by, columns, compare, is, many, one, related, rowsQuery } from '../support/rows-queries.ts';

// Random queries against an evaluator that walks through all rows in memory.

type Row = Readonly<Record<string, number | null>>;
type Truth = boolean | null;

const names = ['a', 'b', 'c'];

let database: RowsDatabase;
let rows: ReadonlyMap<string, readonly Row[]>;
beforeAll(async () => {
  database = await startRowsDatabase(`
    create table trunks (id int primary key, a int, b int, c int, root int references trunks);
    create table twigs (id int primary key, a int, b int, c int, trunk int references trunks);
    create table leaves (id int primary key, a int, b int, c int, twig int references twigs);
    insert into trunks select n, n % 4, nullif(n % 3, 1), nullif(n % 5, 0), nullif(n / 3, 0) from generate_series(1, 12) n;
    insert into twigs select n, nullif(n % 4, 2), n % 3, nullif(n % 7, 0), nullif(1 + n * 7 % 13, 13) from generate_series(1, 30) n;
    insert into leaves select n, n % 2, nullif(n % 3, 0), nullif(n % 6, 1), 1 + n * 11 % 25 from generate_series(1, 60) n;
  `);
  const read = async (name: string) => [name, (await database.run(`table ${name}`)) as Row[]] as const;
  rows = new Map(await Promise.all(['trunks', 'twigs', 'leaves'].map(read)));
});
afterAll(() => database[Symbol.asyncDispose]());

function randomCondition(random: RandomNumbers, table: Table, depth: number): Condition {
  const some = () => Array.from({ length: random.below(4) }, () => randomCondition(random, table, depth - 1));
  const kind =
    depth === 0 ? 'compare' : random.oneOf(['compare', 'is', 'and', 'or', 'not', 'related', 'related']);
  switch (kind) {
    case 'and':
    case 'or':
      return { kind, of: some() };
    case 'not':
      return { kind, of: randomCondition(random, table, depth - 1) };
    case 'is':
      return is(table, random.oneOf(names), random.oneOf(['NULL', 'NOT_NULL']));
    case 'related': {
      const relation = random.oneOf(table.relations);
      const quantifier =
        relation.cardinality === 'one' ? 'one' : random.oneOf(['some', 'none', 'every'] as const);
      return related(table, relation.apiName, quantifier, randomCondition(random, relation.other, depth - 1));
    }
    default: {
      const operator = random.oneOf(['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'in', 'notIn'] as const);
      const value = random.below(5);
      const isList = operator === 'in' || operator === 'notIn';
      return compare(
        table,
        random.oneOf(names),
        operator,
        isList ? [value, random.below(5)].slice(random.below(3)) : value,
      );
    }
  }
}

function others(table: Table, apiName: string, row: Row): readonly Row[] {
  const relation = table.relations.find((each) => each.apiName === apiName);
  const [column, other] = [relation?.columns[0]?.name ?? '', relation?.otherColumns[0]?.name ?? ''];
  const found = rows.get(relation?.other.name ?? '') ?? [];
  return found.filter((each) => each[other] !== null && each[other] === row[column]);
}

const and = (parts: readonly Truth[]): Truth =>
  parts.includes(false) ? false : parts.includes(null) ? null : true;
const not = (part: Truth): Truth => (part === null ? null : !part);

function holds(table: Table, row: Row, condition: Condition): Truth {
  switch (condition.kind) {
    case 'and':
      return and(condition.of.map((each) => holds(table, row, each)));
    case 'or':
      return not(and(condition.of.map((each) => not(holds(table, row, each)))));
    case 'not':
      return not(holds(table, row, condition.of));
    case 'related': {
      const { relation, quantifier, where } = condition;
      const met = others(table, relation.apiName, row).map(
        (each) => holds(relation.other, each, where) === true,
      );
      if (quantifier === 'every') return met.every(Boolean);
      return met.includes(true) !== (quantifier === 'none');
    }
    case 'is':
    case 'compare': {
      const value = condition.operand.kind === 'column' ? row[condition.operand.column.name] : undefined;
      if (condition.kind === 'is') return (value === null) === (condition.state === 'NULL');
      const list = Array.isArray(condition.value) ? condition.value : [];
      // Nothing is in an empty list, not even what is not known.
      if (list.length === 0 && condition.operator === 'in') return false;
      if (list.length === 0 && condition.operator === 'notIn') return true;
      return value === null || value === undefined
        ? null
        : isMet(value, condition.operator, condition.value, list);
    }
    default:
      throw new Error(`${condition.kind} is not asked for here`);
  }
}

function isMet(value: number, operator: string, other: unknown, list: readonly unknown[]): boolean {
  const number = Number(other);
  switch (operator) {
    case 'eq':
      return value === number;
    case 'neq':
      return value !== number;
    case 'gt':
      return value > number;
    case 'gte':
      return value >= number;
    case 'lt':
      return value < number;
    case 'lte':
      return value <= number;
    default:
      return list.includes(value) === (operator === 'in');
  }
}

/** What is asked of the rows of one table, and of those that are related to them. */
interface Asked {
  readonly table: Table;
  readonly where: Condition;
  readonly order: readonly {
    readonly name: string;
    readonly descending: boolean;
    readonly nullsFirst: boolean;
  }[];
  readonly limit: number | undefined;
  readonly offset: number | undefined;
  readonly inner: readonly { readonly apiName: string; readonly asked: Asked }[];
}

function randomAsked(random: RandomNumbers, table: Table, depth: number): Asked {
  const order = Array.from({ length: random.below(3) }, () => ({
    name: random.oneOf(names),
    descending: random.below(2) === 0,
    nullsFirst: random.below(2) === 0,
  }));
  return {
    table,
    where: randomCondition(random, table, 3),
    order: [...order, { name: 'id', descending: random.below(2) === 0, nullsFirst: false }],
    limit: random.below(2) === 0 ? random.below(6) : undefined,
    offset: random.below(3) === 0 ? random.below(4) : undefined,
    inner:
      depth === 0
        ? []
        : table.relations
            .filter(() => random.below(2) === 0)
            .map(({ apiName, other }) => ({
              apiName,
              asked: randomAsked(random, other, depth - 1),
            })),
  };
}

function pagePart({ table, where, order, limit, offset }: Asked) {
  const orderBy = order.map(
    ({ name, descending, nullsFirst }): OrderTerm =>
      by(table, name, `${descending ? 'DESC' : 'ASC'} NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`),
  );
  return { where, orderBy, limit, offset };
}

function selectOf({ table, inner }: Asked): Selected[] {
  const parts = inner.map(({ apiName, asked }): Selected => {
    const isOne = table.relations.some((each) => each.apiName === apiName && each.cardinality === 'one');
    return isOne
      ? one(table, apiName, selectOf(asked))
      : many(table, apiName, selectOf(asked), pagePart(asked));
  });
  return [...columns(table, 'id', ...names), ...parts];
}

function expected(asked: Asked, from: readonly Row[]): unknown[] {
  const sorted = from
    .filter((row) => holds(asked.table, row, asked.where) === true)
    .toSorted((one, two) => {
      for (const { name, descending, nullsFirst } of asked.order) {
        const [left, right] = [one[name] ?? null, two[name] ?? null];
        if (left === right) continue;
        if (left === null || right === null) return (left === null) === nullsFirst ? -1 : 1;
        return left < right === descending ? 1 : -1;
      }
      return 0;
    });
  const start = asked.offset ?? 0;
  return sorted
    .slice(start, asked.limit === undefined ? undefined : start + asked.limit)
    .map((row) => expectedRow(asked, row));
}

function expectedRow({ table, inner }: Asked, row: Row): unknown {
  const object: Record<string, unknown> = Object.fromEntries(
    ['id', ...names].map((name) => [name, row[name]]),
  );
  for (const { apiName, asked } of inner) {
    const found = others(table, apiName, row);
    const isOne = table.relations.some((each) => each.apiName === apiName && each.cardinality === 'one');
    const [first] = found;
    object[apiName] = isOne
      ? first === undefined
        ? null
        : expectedRow(asked, first)
      : expected(asked, found);
  }
  return object;
}

it.each([1, 2, 3, 4])('random queries give what a walk through all rows gives: %s', async (seed) => {
  const random = randomNumbers(seed);
  let found = 0;
  for (let count = 0; count < 75; count += 1) {
    const table = database.table(random.oneOf(['trunks', 'twigs', 'leaves']));
    const asked = randomAsked(random, table, 2);
    const answer = await database.answer(rowsQuery(table, selectOf(asked), pagePart(asked)));
    const right = expected(asked, rows.get(table.name) ?? []);
    expect(answer).toEqual(right);
    found += right.length;
  }
  // Not all of them ask for nothing.
  expect(found).toBeGreaterThan(75);
});
