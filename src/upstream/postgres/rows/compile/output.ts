import type { ArrayType, EnumType, EnumValue, ScalarType, ValueType } from '../model/model.ts';
import { type JsonPair, jsonObject } from './json-object.ts';
import type { Selected } from './query.ts';
import { attributesOf, type RowScope, rowOf } from './row-scope.ts';
import { builtIn, isBuiltIn, quoteLiteral } from './sql-names.ts';

/**
 * An expression that gives `value`, an expression of `type`, as callers see it when JSON is made of it: no scalar of the
 * schema gets to see it afterwards. `select` says what of a composite is wanted.
 */
export function outputOf(type: ValueType, value: string, select: readonly Selected[] | undefined): string {
  switch (type.kind) {
    case 'scalar':
      return scalarOutput(type, value);
    case 'enum':
      return enumOutput(type, value);
    case 'range':
      return `${value}::pg_catalog.text`;
    case 'composite':
      return `case when ${value} is distinct from null then ${jsonObject(attributePairs(attributesOf(value), select ?? []))} end`;
    case 'array':
      return arrayOutput(type, value, select);
  }
}

/** True where `outputOf` writes the value once, so that what it costs is paid once. */
export function writesOnce(type: ValueType): boolean {
  switch (type.kind) {
    case 'scalar':
      return type.scalar !== 'Float';
    case 'enum':
      return renamed(type).length === 0;
    case 'range':
      return true;
    case 'composite':
      return false;
    case 'array':
      return type.item.kind === 'scalar' ? type.item.scalar !== 'Bytes' : writesOnce(type.item);
  }
}

/** What is selected of a composite value, or of the row of a function's own. */
export function attributePairs(scope: RowScope, select: readonly Selected[]): JsonPair[] {
  return select.flatMap((selected): JsonPair[] => {
    if (selected.kind === 'typename') return [[selected.key, typename(selected.name)]];
    if (selected.kind !== 'column') return [];
    const { name, type } = selected.column;
    return [[selected.key, outputOf(type, scope.column(name), selected.select)]];
  });
}

export function typename(name: string): string {
  return `${quoteLiteral(name)}::pg_catalog.text`;
}

function scalarOutput(type: ScalarType, value: string): string {
  const { scalar, base } = type;
  switch (scalar) {
    case 'BigInt':
    case 'Decimal':
      return `${value}::pg_catalog.text`;
    case 'Text':
      // Types of extensions may be cast to json; those of Postgres are not, and some are written otherwise as text.
      return isBuiltIn(type) ? value : `${value}::pg_catalog.text`;
    case 'Money':
      return `${value}::pg_catalog.numeric::pg_catalog.text`;
    case 'Float':
      // JSON has no number for the rest. NaN is greater than any other value.
      return `case when ${value} ${builtIn('>')} '-Infinity'::${base} and ${value} ${builtIn('<')} 'Infinity'::${base} then ${value} end`;
    case 'Bytes':
      return `pg_catalog.translate(pg_catalog.encode(${value}, 'base64'), E'\\n', '')`;
    default:
      return value;
  }
}

function enumOutput(type: EnumType, value: string): string {
  const text = `${value}::pg_catalog.text`;
  const cases = renamed(type).map(
    ({ label, apiName }) =>
      `when ${text} ${builtIn('=')} ${quoteLiteral(label)} then ${quoteLiteral(apiName)}`,
  );
  return cases.length === 0 ? value : `case ${cases.join(' ')} else ${text} end`;
}

function renamed({ values }: EnumType): readonly EnumValue[] {
  return values.filter(({ label, apiName }) => label !== apiName);
}

/** Arrays of several dimensions stay so, but for those of bytes, composites and enums with names of ours. */
function arrayOutput({ item }: ArrayType, value: string, select: readonly Selected[] | undefined): string {
  switch (item.kind) {
    case 'scalar':
      return scalarsOutput(item, value);
    case 'enum':
      return renamed(item).length === 0 ? value : eachItem(value, 'e(v)', enumOutput(item, 'e.v'));
    case 'range':
      return `${value}::pg_catalog.text[]`;
    case 'composite': {
      // An item that is null comes as a row of nulls.
      const object = jsonObject(attributePairs(rowOf('e'), select ?? []));
      return eachItem(value, 'e', `case when not (e is null) then ${object} end`);
    }
    case 'array':
      return value;
  }
}

function scalarsOutput(item: ScalarType, value: string): string {
  switch (item.scalar) {
    case 'BigInt':
    case 'Decimal':
      return `${value}::pg_catalog.text[]`;
    case 'Text':
      return isBuiltIn(item) ? value : `${value}::pg_catalog.text[]`;
    case 'Money':
      return `${value}::pg_catalog.numeric[]::pg_catalog.text[]`;
    case 'Float':
      return ['NaN', 'Infinity', '-Infinity'].reduce(
        (array, odd) => `pg_catalog.array_replace(${array}, '${odd}'::${item.base}, null)`,
        `${value}::${item.base}[]`,
      );
    case 'Bytes':
      return eachItem(value, 'e(v)', scalarOutput(item, 'e.v'));
    default:
      return value;
  }
}

function eachItem(array: string, alias: string, item: string): string {
  return `case when ${array} is not null then (select coalesce(pg_catalog.json_agg(${item}), '[]') from pg_catalog.unnest(${array}) ${alias}) end`;
}
