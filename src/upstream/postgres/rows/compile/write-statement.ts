import type { Column, Table } from '../model/model.ts';
import { conditionOf } from './condition.ts';
import { jsonObject } from './json-object.ts';
import { keyConditions } from './key-conditions.ts';
import { cutList } from './list.ts';
import type { Modification } from './modification.ts';
import { typename } from './output.ts';
import { withNumbers } from './page.ts';
import type { CompiledQuery, Condition, Selected } from './query.ts';
import { passedRow, rowOf } from './row-scope.ts';
import { whereOf } from './row-set.ts';
import { type Cut, passCut, type RowStatement } from './row-shape.ts';
import { shapedRow, shapedRows } from './shaped-rows.ts';
import { builtIn, operatorFor } from './sql-names.ts';
import type { Fragment } from './statement.ts';
import { textRows } from './text-rows.ts';
import { weighing } from './weighed-list.ts';
import type { ChosenRows, WriteAnswer, WriteSelected } from './write-query.ts';

/** What is known of the rows that were written, from where an answer about them is made. */
interface WrittenRows {
  /** How many, as an expression, or as what is known already; also `null`. */
  readonly affected: string;
  readonly inserted: string;
  /** Their objects as a list. */
  list(select: readonly Selected[], path: readonly string[]): Fragment;
  /** The object of the only one. */
  object(select: readonly Selected[]): Fragment;
}

/**
 * Changes rows and answers: one statement. What is related to the rows it sees as it was before. With `atMost` the answer is
 * null where there are more rows.
 */
export function writeAndAnswer(
  statement: RowStatement,
  modification: Modification,
  answer: WriteAnswer,
  atMost: number | undefined,
): CompiledQuery {
  const alias = statement.alias();
  const row = passedRow(alias);
  const { isNew, mostRows } = modification;
  const affected = `(select pg_catalog.count(*) from ${alias})`;
  const countsNew =
    answer.kind === 'rows' &&
    isNew !== undefined &&
    answer.select.some(({ kind }) => kind === 'insertedCount');
  const fragment = answerOf(statement, answer, atMost, {
    affected,
    inserted: countsNew
      ? `(select pg_catalog.count(*) filter (where ${alias}.is_new) from ${alias})`
      : 'null',
    list: (select, path) => {
      const shape = statement.selectRow(row, select, path);
      if (mostRows <= statement.maxRows) return shapedRows(shape, alias, '');
      const { pairs, joins, cuts } = shape;
      const some = `(${withNumbers(`select * from ${alias} limit ${statement.maxRows + 1}`)}) ${alias}`;
      const items = [`${jsonObject(pairs)} as j`, `${alias}.n`, ...cuts.map(passCut)];
      const own = statement.cutColumn(path);
      const weighed = weighing(statement, statement.maxRows, select);
      return cutList(statement, `select ${items.join(', ')} from ${some}${joins}`, own, { cuts, weighed });
    },
    object: (select) => shapedRow(statement.selectRow(row, select, []), alias),
  });
  const returned = [...row.columns(modification.row), ...(countsNew ? [`${isNew} as is_new`] : [])];
  return withModification(statement, alias, modification, returned, fragment);
}

/** What `noteWritten` finds out. */
export interface WrittenFacts {
  readonly affected: number;
  /** Null where nobody can tell. */
  readonly inserted: number | null;
  /** The values of the columns that were asked for, in their text form. */
  readonly rows: readonly (readonly (string | null)[])[];
}

/** Changes rows; the answer is their WrittenFacts, with no more rows than a list may have. */
export function writeAndNote(
  statement: RowStatement,
  modification: Modification,
  columns: readonly Column[],
): CompiledQuery {
  const alias = statement.alias();
  const { isNew } = modification;
  const names = columns.map((_, index) => `c${index + 1}`);
  const returned = columns.map(
    ({ name }, index) => `${modification.row.column(name)}::pg_catalog.text as ${names[index]}`,
  );
  const values = names.map((name) => `${alias}.${name}`).join(', ');
  const rows = `select pg_catalog.json_build_array(${values}) as j from ${alias} limit ${statement.maxRows}`;
  const facts = jsonObject([
    ['affected', `(select pg_catalog.count(*) from ${alias})`],
    [
      'inserted',
      isNew === undefined
        ? 'null'
        : `(select pg_catalog.count(*) filter (where ${alias}.is_new) from ${alias})`,
    ],
    ['rows', `(select coalesce(pg_catalog.json_agg(r.j), '[]') from (${rows}) r)`],
  ]);
  return withModification(
    statement,
    alias,
    modification,
    isNew === undefined ? returned : [...returned, `${isNew} as is_new`],
    { sql: `select ${facts} as j`, cuts: [] },
  );
}

/** A statement that changes data stands at the top. It need not return a column: to read one takes a right. */
function withModification(
  statement: RowStatement,
  alias: string,
  { sql }: Modification,
  returned: readonly string[],
  fragment: Fragment,
): CompiledQuery {
  const { text, ...rest } = statement.finish(fragment);
  const returning = returned.length === 0 ? '1' : returned.join(', ');
  return { ...rest, text: `with ${alias} as (${sql} returning ${returning}) ${text}` };
}

/** The answer about rows that another statement has written: `facts` has the values of `columns`, which are a key. */
export function answerWritten(
  statement: RowStatement,
  table: Table,
  columns: readonly Column[],
  { affected, inserted, rows }: WrittenFacts,
  answer: WriteAnswer,
): CompiledQuery {
  const found = (select: readonly Selected[], path: readonly string[]) => {
    const alias = statement.alias();
    const row = rowOf(alias);
    const keys = textRows(statement, columns, (_, index) => rows.map((texts) => texts[index] ?? null));
    const equal = columns.map(
      ({ name, type }, index) => `${row.column(name)} ${operatorFor(type, '=')} ${keys.values[index]}`,
    );
    return {
      shape: statement.selectRow(row, select, path),
      from: `${keys.from} join ${statement.table(table)} ${alias} on ${equal.join(' and ')}`,
      order: ` order by ${keys.number}`,
    };
  };
  const fragment = answerOf(statement, answer, undefined, {
    affected: String(affected),
    inserted: String(inserted),
    list: (select, path) => {
      if (rows.length === 0) return { sql: "select '[]'::pg_catalog.json as j", cuts: [] };
      const { shape, from, order } = found(select, path);
      const weighed = weighing(statement, rows.length, select);
      const list = shapedRows(shape, from, order, { weighed });
      if (affected <= rows.length) return list;
      const own = statement.cutColumn(path);
      return { sql: `select l.*, true as ${own} from (${list.sql}) l`, cuts: [...list.cuts, own] };
    },
    object: (select) => {
      const { shape, from } = found(select, []);
      return shapedRow(shape, from);
    },
  });
  return statement.finish(fragment);
}

function answerOf(
  statement: RowStatement,
  answer: WriteAnswer,
  atMost: number | undefined,
  rows: WrittenRows,
): Fragment {
  if (answer.kind === 'row') return rows.object(answer.select);
  let joins = '';
  const cuts: Cut[] = [];
  const written = (selected: WriteSelected): string => {
    switch (selected.kind) {
      case 'typename':
        return typename(selected.name);
      case 'affectedCount':
        return rows.affected;
      case 'insertedCount':
        return `${rows.inserted}::pg_catalog.int8`;
      case 'returning': {
        const alias = statement.alias();
        const list = rows.list(selected.select, [selected.key]);
        joins += ` cross join (${list.sql}) ${alias}`;
        cuts.push(...list.cuts.map((name) => ({ name, sql: `${alias}.${name}` })));
        return `${alias}.j`;
      }
    }
  };
  const object = jsonObject(answer.select.map((selected) => [selected.key, written(selected)]));
  const whole =
    atMost === undefined
      ? object
      : `case when ${rows.affected} ${builtIn('<=')} ${statement.bind(String(atMost), 'pg_catalog.int8')} then ${object} end`;
  const columns = [`${whole} as j`, ...cuts.map(passCut)];
  return { sql: `select ${columns.join(', ')} from (select) x${joins}`, cuts: cuts.map(({ name }) => name) };
}

/** Whether the row that a key names is as `ifMatch` wants it: JSON's true or false, null where there is no such row. */
export function matchStatement(
  statement: RowStatement,
  table: Table,
  { key, values }: Extract<ChosenRows, { kind: 'key' }>,
  ifMatch: Condition,
): CompiledQuery {
  const alias = statement.alias();
  const row = rowOf(alias);
  const matches = conditionOf(statement, row, ifMatch, ['ifMatch']);
  const named = whereOf(keyConditions(statement, row, key, values));
  return statement.finish({
    sql: `select pg_catalog.to_json((${matches}) is true) as j from ${statement.table(table)} ${alias}${named} limit 1`,
    cuts: [],
  });
}
