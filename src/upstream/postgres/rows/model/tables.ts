import { groupBy } from '../../../../lib/group-by.ts';
import type { KeyRow } from '../catalogue/keys.ts';
import type { ColumnRow, RelationRow } from '../catalogue/relations.ts';
import type { TraceRow } from '../catalogue/traces.ts';
import { type Comment, readComment } from './comment.ts';
import type { Column, Key, Relation, RowsFunction, Table } from './model.ts';
import {
  camelCase,
  columnName,
  fullName,
  isColumnName,
  isLegalName,
  joinedByAnd,
  listed,
  typeNameOf,
  upperFirst,
  withoutClashes,
} from './names.ts';
import type { ValueTypes } from './value-types.ts';

/** A table whose relations and functions are not known yet: others fill them in. */
export interface TableDraft {
  readonly table: Table;
  readonly relations: Relation[];
  readonly computed: RowsFunction[];
  readonly comment: Comment;
  /** Also those that are not shown: relations may lead over them. */
  readonly columnAt: ReadonlyMap<number, Column>;
  /** The columns of each key, also of those that are not shown. */
  readonly uniques: readonly (readonly Column[])[];
}

export interface TablesInput {
  readonly relations: readonly RelationRow[];
  readonly columns: readonly ColumnRow[];
  readonly keys: readonly KeyRow[];
  readonly traces: readonly TraceRow[];
  readonly types: ValueTypes;
  /** The schema in front, unless it is the first one exposed. */
  readonly prefixOf: (schema: string) => readonly string[];
  readonly remark: (text: string) => void;
}

/** The tables by their numbers, without those that are hidden or whose names meet. */
export function buildTables(input: TablesInput): ReadonlyMap<string, TableDraft> {
  const columnsOf = groupBy(input.columns, ({ tableId }) => tableId);
  const keysOf = groupBy(input.keys, ({ tableId }) => tableId);
  const traceOf = new Map(input.traces.map((trace) => [trace.id, trace]));
  const drafts = input.relations.flatMap((row) => {
    const remark = (text: string): void => input.remark(`${fullName(row)}: ${text}`);
    const comment = readComment(row.comment, remark);
    if (comment.hide === true) return [];
    const columns = buildColumns(columnsOf.get(row.id) ?? [], input.types, remark);
    const keys = collectKeys(keysOf.get(row.id) ?? [], comment, columns, remark);
    return [draftTable(row, comment, columns, keys, traceOf.get(row.id), input)];
  });
  const shown = withoutClashes(
    drafts,
    ({ table }) => [table.apiName],
    (name, meeting) => {
      const tables = listed(meeting.map(({ table }) => fullName(table)));
      input.remark(
        `${tables} would be called ${name}, and are not shown: a comment can give them other names`,
      );
    },
  );
  return new Map(shown.map((draft) => [draft.table.id, draft]));
}

function draftTable(
  row: RelationRow,
  comment: Comment,
  columns: TableColumns,
  allKeys: readonly UnnamedKey[],
  trace: TraceRow | undefined,
  { prefixOf, remark }: TablesInput,
): TableDraft {
  const apiName = comment.name ?? camelCase(...prefixOf(row.schema), row.name);
  if (comment.name === undefined && !isLegalName(row.name)) {
    remark(`${fullName(row)} is called ${apiName}: GraphQL cannot carry its own name`);
  }
  const typeName = typeNameOf(apiName);
  if (typeName !== upperFirst(apiName)) {
    remark(`the types of ${fullName(row)} begin with ${typeName}: there are others that begin with its name`);
  }
  const keys = shownKeys(allKeys, columns);
  const primaryKey = keys.find(({ primary }) => primary);
  const relations: Relation[] = [];
  const computed: RowsFunction[] = [];
  const table: Table = {
    id: row.id,
    schema: row.schema,
    name: row.name,
    kind: row.kind,
    apiName,
    typeName,
    description: comment.description,
    columns: columns.shown,
    primaryKey,
    cursorKey: primaryKey ?? keys.find((key) => key.columns.every(({ nullable }) => !nullable)),
    keys,
    relations,
    computed,
    takes: { inserts: row.takesInserts, updates: row.takesUpdates, deletes: row.takesDeletes },
    runsAsOwner: row.runsAsOwner,
    rowSecurity: row.rowSecurity,
    leavesTraces: { onRead: trace?.onRead ?? false, onWrite: trace !== undefined },
  };
  const uniques = allKeys.map((key) => key.columns);
  return { table, relations, computed, comment, columnAt: columns.at, uniques };
}

interface TableColumns {
  readonly shown: readonly Column[];
  readonly at: ReadonlyMap<number, Column>;
}

function buildColumns(
  rows: readonly ColumnRow[],
  types: ValueTypes,
  remark: (text: string) => void,
): TableColumns {
  const hidden = new Set<Column>();
  const columns = rows.flatMap((row): Column[] => {
    const comment = readComment(row.comment, (fault) => remark(`${row.name}: ${fault}`));
    const type = types.get(row.typeId);
    if (type === undefined) return [];
    const column: Column = {
      name: row.name,
      apiName: nameColumn(row.name, comment.name, remark),
      position: row.position,
      type,
      nullable: row.isNullable,
      hasDefault: row.hasDefault,
      readOnly: row.isReadOnly,
      description: comment.description,
    };
    if (comment.hide === true) hidden.add(column);
    return [column];
  });
  const shown = withoutClashes(
    columns.filter((column) => !hidden.has(column)),
    ({ apiName }) => [apiName],
    (apiName, meeting) => {
      const names = listed(meeting.map(({ name }) => name));
      remark(`${names} would be called ${apiName}, and are not shown: a comment can give them other names`);
    },
  );
  return { shown, at: new Map(columns.map((column) => [column.position, column])) };
}

function nameColumn(name: string, given: string | undefined, remark: (text: string) => void): string {
  const apiName = given !== undefined && isColumnName(given) ? given : columnName(name);
  if (!isColumnName(given ?? name)) {
    remark(`${given ?? name} is called ${apiName}: GraphQL cannot carry its own name`);
  }
  return apiName;
}

type UnnamedKey = Omit<Key, 'apiName'>;

function collectKeys(
  rows: readonly KeyRow[],
  comment: Comment,
  columns: TableColumns,
  remark: (text: string) => void,
): UnnamedKey[] {
  const keys = rows.map(
    ({ name, isPrimary, isConstraint, isImmediate, positions }): UnnamedKey => ({
      name,
      primary: isPrimary,
      isConstraint,
      isImmediate,
      columns: positions.flatMap((position) => columns.at.get(position) ?? []),
    }),
  );
  const given = comment.primaryKey;
  if (given === undefined || keys.some(({ primary }) => primary)) return keys;
  const members = given.flatMap((name) => columns.shown.find((column) => column.name === name) ?? []);
  if (members.length < given.length) {
    remark('its comment gives it a primary key of columns that it does not have');
    return keys;
  }
  return [{ name: '', primary: true, isConstraint: false, isImmediate: false, columns: members }, ...keys];
}

/** Those whose columns are all shown. A row is found by each set of columns once, and by each name. */
function shownKeys(keys: readonly UnnamedKey[], { shown }: TableColumns): Key[] {
  const seen = new Set<string>();
  return keys
    .filter(({ columns }) => columns.every((column) => shown.includes(column)))
    .map((key) => {
      const positions = key.columns.map(({ position }) => position).sort((a, b) => a - b);
      const apiName = key.primary ? 'ByPk' : `By${joinedByAnd(key.columns)}`;
      const isNew = !seen.has(positions.join()) && !seen.has(apiName);
      seen.add(positions.join()).add(apiName);
      return { apiName: isNew ? apiName : undefined, ...key };
    });
}
