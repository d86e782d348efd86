import type { NamedTypeRow } from '../catalogue/named-types.ts';
import type { TypeRow } from '../catalogue/types.ts';
import { readComment } from './comment.ts';
import type { Attribute, EnumType, ScalarName, ValueType } from './model.ts';
import { camelCase, columnName, enumValueNames, freeNames, upperFirst, withoutClashes } from './names.ts';

const builtIn: ReadonlyMap<string, ScalarName> = new Map(
  Object.entries<ScalarName>({
    bool: 'Boolean',
    int2: 'Int',
    int4: 'Int',
    int8: 'BigInt',
    float4: 'Float',
    float8: 'Float',
    numeric: 'Decimal',
    money: 'Money',
    text: 'String',
    varchar: 'String',
    bpchar: 'String',
    name: 'String',
    char: 'String',
    uuid: 'UUID',
    timestamptz: 'DateTime',
    timestamp: 'LocalDateTime',
    date: 'Date',
    time: 'Time',
    interval: 'Interval',
    json: 'JSON',
    jsonb: 'JSON',
    bytea: 'Bytes',
  }),
);

/** Types by their numbers in pg_type. */
export interface ValueTypes {
  /** Undefined for what is no value, such as `void`. */
  get(typeId: string): ValueType | undefined;
  /** By the name that a comment has for it: `int`, `text[]`, `shop.mood`. */
  named(name: string): ValueType | undefined;
  /** `void`, `record`. */
  pseudoTypeOf(typeId: string): string | undefined;
  /** The table or view whose rows are of this type. */
  tableIdOf(typeId: string): string | undefined;
}

export interface ValueTypesOptions {
  /** Puts a schema in front where it is not the first one exposed. */
  readonly prefixOf: (schema: string) => readonly string[];
  readonly remark: (text: string) => void;
}

export interface ValueTypesInput {
  /** All types that are asked for, and all that these are made of. */
  readonly types: readonly TypeRow[];
  readonly namedTypes: readonly NamedTypeRow[];
}

export function createValueTypes(input: ValueTypesInput, options: ValueTypesOptions): ValueTypes {
  const { prefixOf, remark } = options;
  const rowOf = new Map(input.types.map((row) => [row.id, row]));
  const idOf = new Map(input.namedTypes.map(({ name, typeId }) => [name, typeId]));
  const built = new Map<string, ValueType | undefined>();
  const freeName = freeNames();

  function get(typeId: string): ValueType | undefined {
    if (!built.has(typeId)) {
      const row = rowOf.get(typeId);
      built.set(typeId, row && build(row));
    }
    return built.get(typeId);
  }

  function build(row: TypeRow): ValueType | undefined {
    const { sql } = row;
    if (row.itemTypeId !== null) return arrayOf(row.itemTypeId, undefined);
    switch (row.kind) {
      case 'PSEUDO':
        return undefined;
      case 'DOMAIN':
        return overBase(row);
      case 'ENUM':
        return enumType(row);
      case 'COMPOSITE':
        return { kind: 'composite', sql, ...named(row, 'Composite'), attributes: attributesOf(row) };
      case 'RANGE':
      case 'MULTIRANGE':
        return { kind: 'range', sql, item: get(row.boundTypeId ?? '') ?? textOf(sql) };
      case 'BASE':
        return { kind: 'scalar', scalar: scalarOf(row), sql, base: sql };
    }
  }

  function arrayOf(itemTypeId: string, sql: string | undefined): ValueType | undefined {
    const item = get(itemTypeId);
    return item && { kind: 'array', sql: sql ?? `${item.sql}[]`, item };
  }

  /** A domain is cast to by its own name, so that its checks hold, and is otherwise what lies beneath. */
  function overBase({ baseTypeId, sql }: TypeRow): ValueType | undefined {
    const base = get(baseTypeId ?? '');
    return base && { ...base, sql };
  }

  function enumType(row: TypeRow): EnumType {
    const { comment, ...names } = namedWithComment(row, 'Enum');
    const mappings = new Map(Object.entries(comment.mappings ?? {}));
    const apiNames = enumValueNames(row.labels, mappings);
    const values = row.labels.map((label) => ({ label, apiName: apiNames.get(label) ?? label }));
    for (const { label, apiName } of values) {
      const wanted = mappings.get(label) ?? label;
      if (apiName !== wanted) remark(`${row.sql}: the value ${JSON.stringify(label)} is called ${apiName}`);
    }
    return { kind: 'enum', sql: row.sql, ...names, values };
  }

  function named(row: TypeRow, ending: string): { apiName: string; description: string | undefined } {
    const { apiName, description } = namedWithComment(row, ending);
    return { apiName, description };
  }

  function namedWithComment(row: TypeRow, ending: string) {
    const comment = readComment(row.comment, (fault) => remark(`${row.sql}: ${fault}`));
    const own = comment.name ?? camelCase(...prefixOf(row.schema), row.name);
    const wanted = `${upperFirst(own)}${comment.name === undefined ? ending : ''}`;
    const apiName = freeName(wanted);
    if (apiName !== wanted) remark(`${row.sql} is called ${apiName}: another type is called ${wanted}`);
    return { apiName, description: comment.description, comment };
  }

  function attributesOf(row: TypeRow): Attribute[] {
    const rows = row.attributes.map(({ name, typeId }) => ({ name, type: get(typeId) }));
    return toAttributes(rows, (clash) => remark(`${row.sql}: ${clash}`));
  }

  return {
    get,
    named: (name) => {
      if (!name.endsWith('[]')) return get(idOf.get(name) ?? '');
      return arrayOf(idOf.get(name.slice(0, -2)) ?? '', undefined);
    },
    pseudoTypeOf: (typeId) => {
      const row = rowOf.get(typeId);
      return row?.kind === 'PSEUDO' ? row.name : undefined;
    },
    tableIdOf: (typeId) => rowOf.get(typeId)?.tableId ?? undefined,
  };
}

/** Those whose names meet are left out, and said; so are those without a type. */
export function toAttributes(
  rows: readonly { readonly name: string; readonly type: ValueType | undefined }[],
  remark: (text: string) => void,
): Attribute[] {
  const attributes = rows.flatMap(({ name, type }): Attribute[] =>
    type === undefined ? [] : [{ name, apiName: columnName(name), type }],
  );
  return withoutClashes(
    attributes,
    ({ apiName }) => [apiName],
    (apiName, meeting) => {
      const names = meeting.map(({ name }) => JSON.stringify(name)).join(' and ');
      remark(`${names} are both called ${apiName}, and none of them is shown`);
    },
  );
}

function scalarOf(row: TypeRow): ScalarName {
  const known = row.schema === 'pg_catalog' ? builtIn.get(row.name) : undefined;
  return known ?? (row.isString ? 'String' : 'Text');
}

function textOf(sql: string): ValueType {
  return { kind: 'scalar', scalar: 'Text', sql, base: sql };
}
