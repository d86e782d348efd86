import type { Selected } from '../../src/upstream/postgres/rows/compile/query.ts';
import type {
  Column,
  Key,
  Relation,
  ScalarName,
  Table,
  ValueType,
} from '../../src/upstream/postgres/rows/model/model.ts';

export function scalar(name: ScalarName, type: string): ValueType {
  return { kind: 'scalar', scalar: name, sql: `pg_catalog.${type}`, base: `pg_catalog.${type}` };
}

export const types = {
  int4: scalar('Int', 'int4'),
  int8: scalar('BigInt', 'int8'),
  text: scalar('String', 'text'),
  bool: scalar('Boolean', 'bool'),
  float8: scalar('Float', 'float8'),
  numeric: scalar('Decimal', 'numeric'),
  jsonb: scalar('JSON', 'jsonb'),
  timestamptz: scalar('DateTime', 'timestamptz'),
} satisfies Record<string, ValueType>;

/** A table by hand: its columns with their types, nullable where `?` follows the name; the first one is its key. */
export function makeTable(name: string, columns: Readonly<Record<string, ValueType>>): Table {
  const made = Object.entries(columns).map(([written, type], index): Column => {
    const columnName = written.replace(/\?$/, '');
    return {
      name: columnName,
      apiName: columnName,
      position: index + 1,
      type,
      nullable: written.endsWith('?'),
      hasDefault: false,
      readOnly: false,
      description: undefined,
    };
  });
  const key: Key = {
    apiName: 'ByPk',
    name: `${name}_pkey`,
    primary: true,
    isConstraint: true,
    columns: made.slice(0, 1),
  };
  return {
    id: '0',
    schema: 'public',
    name,
    kind: 'TABLE',
    apiName: name,
    typeName: name,
    description: undefined,
    columns: made,
    primaryKey: key,
    keys: [key],
    relations: [],
    computed: [],
    takes: { inserts: true, updates: true, deletes: true },
    runsAsOwner: false,
    rowSecurity: false,
  };
}

export function columnOf(table: Table, name: string): Column {
  const found = table.columns.find((column) => column.name === name);
  if (found === undefined) throw new Error(`${table.name} has no column ${name}`);
  return found;
}

export function makeRelation(
  apiName: string,
  cardinality: Relation['cardinality'],
  from: readonly [Table, string],
  to: readonly [Table, string],
): Relation {
  return {
    apiName,
    cardinality,
    direction: cardinality === 'one' ? 'out' : 'in',
    columns: [columnOf(...from)],
    other: to[0],
    otherColumns: [columnOf(...to)],
    through: undefined,
    constraint: `${apiName}_fkey`,
    description: undefined,
  };
}

export function selectColumns(table: Table, ...names: readonly string[]): Selected[] {
  return names.map((name) => ({
    key: name,
    kind: 'column',
    column: columnOf(table, name),
    path: undefined,
    select: undefined,
  }));
}
