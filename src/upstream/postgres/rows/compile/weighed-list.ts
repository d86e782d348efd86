import type { ConnectionSelected, Page, Selected } from './query.ts';
import { builtIn } from './sql-names.ts';
import type { Statement } from './statement.ts';

// Postgres builds the whole of an answer before anybody sees how large it is, and lists in lists multiply: three levels
// of 1,000 took 500 MB in ten seconds. The largest of its numbers bounds them: a sum that goes beyond it is an error.

/** A list of so many rows, with all that are in them, is made without a look at its size. */
const mostUnweighed = 10_000;
/** Of `float4`. */
const largestNumber = 3.4e38;

/**
 * Makes the list of all of a column, which holds JSON, and fails when they are more than an answer may be. The column is
 * named twice, so it must not be an expression that would be made twice.
 */
export type WeighedList = (column: string, filter?: string) => string;

/** Undefined where `rows` that select `select` cannot become very many. */
export function weighing(
  statement: Statement,
  rows: number,
  select: readonly Selected[],
): WeighedList | undefined {
  const below = rowsBelow(statement, select);
  if (below === 0 || rows * (1 + below) <= mostUnweighed) return undefined;
  const factor = `'${(largestNumber / statement.maxBytes).toExponential(6)}'::pg_catalog.float4`;
  return (column, filter = '') => {
    const weight = `pg_catalog.pg_column_size(${column})::pg_catalog.float4 ${builtIn('*')} ${factor}`;
    const isLight = `pg_catalog.sum(${weight})${filter} ${builtIn('>=')} 0`;
    return `case when ${isLight} then pg_catalog.json_agg(${column})${filter} else '[]' end`;
  };
}

/** How many rows there may be in one row. */
function rowsBelow(statement: Statement, select: readonly Selected[]): number {
  const of = (rows: number, within: readonly Selected[]): number => rows * (1 + rowsBelow(statement, within));
  const most = (page: Page | undefined): number => page?.limit ?? statement.maxRows;
  return select.reduce((sum, selected) => {
    switch (selected.kind) {
      case 'one':
        return sum + rowsBelow(statement, selected.select);
      case 'many':
        return sum + of(most(selected.page), selected.select);
      case 'manyConnection': {
        const { select: parts, slice } = selected.connection;
        return sum + parts.reduce((all, part) => all + of(slice.size, nodesOf(part)), 0);
      }
      case 'computed':
        return sum + of(selected.fn.setReturning ? most(selected.page) : 0, selected.select ?? []);
      default:
        return sum;
    }
  }, 0);
}

/** What is selected of the rows of a page. */
export function nodesOf(part: ConnectionSelected): readonly Selected[] {
  if (part.kind === 'nodes') return part.select;
  if (part.kind !== 'edges') return [];
  return part.select.flatMap((inner) => (inner.kind === 'node' ? inner.select : []));
}
