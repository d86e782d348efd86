import { formatTextArray } from '../../array.ts';
import type { Column, ValueType } from '../model/model.ts';
import type { Statement } from './statement.ts';

/** Rows of values in their text form, as an item of a FROM clause: its text does not depend on how many they are. */
export interface TextRows {
  readonly from: string;
  /** An expression for each column, of its type. */
  readonly values: readonly string[];
  /** The number of a row, from 1. */
  readonly number: string;
}

/** `textsOf` gives the values of a column, of all rows in their order. */
export function textRows(
  statement: Statement,
  columns: readonly Column[],
  textsOf: (column: Column, index: number) => readonly (string | null)[],
): TextRows {
  const alias = statement.alias();
  const names = columns.map((_, index) => `c${index + 1}`);
  const arrays = columns.map((column, index) => {
    const texts = formatTextArray(textsOf(column, index));
    return `pg_catalog.unnest(${statement.bind(texts, `${itemType(column.type)}[]`)})`;
  });
  return {
    // `unnest` takes several arrays only by a name without a schema.
    from: `rows from (${arrays.join(', ')}) with ordinality as ${alias}(${[...names, 'n'].join(', ')})`,
    values: columns.map(({ type }, index) => {
      const value = `${alias}.${names[index]}`;
      return itemType(type) === type.sql ? value : `${value}::${type.sql}`;
    }),
    number: `${alias}.n`,
  };
}

/**
 * Of arrays there are no arrays, and of composites `unnest` makes several columns. How money is read depends on the
 * server's locale, a plain number does not.
 */
function itemType(type: ValueType): string {
  if (type.kind === 'array' || type.kind === 'composite') return 'pg_catalog.text';
  return type.kind === 'scalar' && type.scalar === 'Money' ? 'pg_catalog.numeric' : type.sql;
}
