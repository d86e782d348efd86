import type { GraphQLInputObjectType } from 'graphql';
import { badInput } from '../../../lib/bad-input.ts';
import { isRecord } from '../../../lib/is-record.ts';
import type { NewRow } from '../../../upstream/postgres/rows/compile/write-query.ts';
import type { Column, Relation } from '../../../upstream/postgres/rows/model/model.ts';
import { junctionRows } from './junction-rows.ts';
import { inputObjectOf } from './operation.ts';

type Path = readonly string[];

const mostLevels = 12;

/** Counts rows as they are read, those within others too. Throws BAD_USER_INPUT where there are more than `most`. */
export function rowBudget(most: number): (path: Path) => void {
  let rows = 0;
  return (path) => {
    rows += 1;
    if (rows > most) throw badInput(path, `No more than ${most} rows can be inserted at once.`);
  };
}

interface Place {
  readonly path: Path;
  readonly level: number;
  /** The columns that the row gets from the one that it is in. */
  readonly given: readonly Column[];
  readonly count: (path: Path) => void;
}

/**
 * The row that an object of type `…Insert` says. Throws BAD_USER_INPUT for a column that has to be there and is not, and
 * for one that a relation gives as well.
 */
export function newRowOf(
  type: GraphQLInputObjectType,
  value: unknown,
  path: Path,
  count: (path: Path) => void,
): NewRow {
  return readRow(type, value, { path, level: 0, given: [], count });
}

function readRow(type: GraphQLInputObjectType, value: unknown, place: Place): NewRow {
  const { path, level, count } = place;
  count(path);
  if (level > mostLevels)
    throw badInput(path, `Rows must not be deeper in each other than ${mostLevels} levels.`);
  const fields = type.getFields();
  const values = new Map<Column, unknown>();
  const parents: NewRow['parents'][number][] = [];
  const children: NewRow['children'][number][] = [];
  for (const [name, inner] of Object.entries(isRecord(value) ? value : {})) {
    const field = fields[name];
    const meaning = field?.extensions.rows;
    if (inner === undefined || field === undefined) continue;
    if (meaning?.kind === 'column') values.set(meaning.column, inner);
    if (meaning?.kind !== 'relation' || inner === null) continue;
    const { relation } = meaning;
    const of = inputObjectOf(field.type);
    const below = { count, level: level + 1 };
    if (relation.direction === 'out') {
      parents.push({ relation, row: readRow(of, inner, { ...below, path: [...path, name], given: [] }) });
    } else {
      const given = relation.direction === 'in' ? relation.otherColumns : [];
      const rows = relatedRows(inner, [...path, name]).map((each) =>
        readRow(of, each.value, { ...below, path: each.path, given }),
      );
      children.push(relation.direction === 'in' ? { relation, rows } : junctionRows(relation, rows));
    }
  }
  const row: NewRow = { path, values, parents, children };
  refuseTwice(row, place);
  refuseMissing(type, row, place);
  return row;
}

function relatedRows(
  value: unknown,
  path: Path,
): readonly { readonly value: unknown; readonly path: Path }[] {
  if (!Array.isArray(value)) return [{ value, path }];
  return value.map((each: unknown, index) => ({ value: each, path: [...path, String(index)] }));
}

/** A column has one value: its own, that of a row that comes along, or that of the row that it is in. */
function refuseTwice({ values, parents }: NewRow, { path, given }: Place): void {
  if (parents.length === 0 && given.length === 0) return;
  const known = new Set([...values.keys(), ...given]);
  const twice = (relation: Relation): Column | undefined =>
    relation.columns.find((column) => known.has(column));
  for (const { relation } of parents) {
    const column = twice(relation);
    if (column === undefined) continue;
    throw badInput(
      [...path, relation.apiName],
      `${[...path, relation.apiName].join('.')} gives ${column.apiName}, which has a value already.`,
    );
  }
  const own = given.find((column) => values.has(column));
  if (own === undefined) return;
  const at = [...path, own.apiName];
  throw badInput(at, `${at.join('.')} comes from the row that this one is in.`);
}

/** What GraphQL leaves open because a relation may give it. */
function refuseMissing(
  type: GraphQLInputObjectType,
  { values, parents }: NewRow,
  { path, given }: Place,
): void {
  const isThere = (column: Column): boolean =>
    values.has(column) ||
    given.includes(column) ||
    parents.some(({ relation }) => relation.columns.includes(column));
  const missing = columnsToGive(type).find((column) => !isThere(column));
  if (missing === undefined) return;
  const at = [...path, missing.apiName];
  throw badInput(at, `${at.join('.')} must be there.`);
}

const toGive = new WeakMap<GraphQLInputObjectType, readonly Column[]>();

/** Columns that get no value by themselves. */
function columnsToGive(type: GraphQLInputObjectType): readonly Column[] {
  const known = toGive.get(type);
  if (known) return known;
  const columns = Object.values(type.getFields()).flatMap(({ extensions: { rows } }) =>
    rows?.kind === 'column' && !rows.column.nullable && !rows.column.hasDefault ? [rows.column] : [],
  );
  toGive.set(type, columns);
  return columns;
}
